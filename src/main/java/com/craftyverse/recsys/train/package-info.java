/// The train step: matrix factorization by stochastic gradient descent (Koren, Bell & Volinsky,
/// "Matrix Factorization Techniques for Recommender Systems", 2009).
///
/// ```
/// biased   r ≈ μ + b_u + b_i + p_u · q_i        dot   r ≈ p_u · q_i
/// ```
///
/// [Train][com.craftyverse.recsys.train.Train] maps an index's files, trains, and writes a model's
/// directory, which is complete in itself: ids, factors and biases, titles, the users' histories.
///
/// *Blocks.* The index lays the ratings out in a grid of blocks of users × items. Blocks that share
/// neither row nor column can be learned side by side without a lock (Gemulla et al., KDD 2011), so
/// an epoch is as many rounds as the grid has blocks a side. Neither the number of threads nor who
/// takes which block has an influence on the model: for a seed it is the same to the bit, and so
/// are the errors in its history.
///
/// *Order.* A block's ratings are grouped by user. Chunks of 64 users are visited in an order that
/// is drawn anew for each epoch and block; items and ratings are streamed from the mapped columns. Where
/// each user's begin is found once, when the set is read and checked, and kept.
///
/// *First epoch.* While the files are read, a
/// [KernelWarmUp][com.craftyverse.recsys.train.KernelWarmUp] has the kernel compiled, without which the
/// first epoch takes as long as five.
///
/// *Unit.* Learning rates, penalties and the initial spread are in a unit of training's own: the range of the
/// training ratings ÷ 4.5, which is one star for half stars (for `dot`, the largest of them ÷ 5). Ratings
/// `a · r + b` give the same model up to rounding, whatever the scale. Factors, biases and errors are in ratings;
/// `model.json` has the unit, since a fold-in's penalties are in it, too.
///
/// *Errors.* The training RMSE is that of each rating just before it is learned from. For the
/// validation RMSE, as for every other use of a model, predictions are clipped to the scale of the
/// dataset. Where validation is evidence, at least 2,000 ratings of 100 users, it decides
/// on the epoch that is kept, and `patience` (5) epochs without improvement end the run. Otherwise all epochs
/// are run and the last one is kept.
///
/// *Divergence.* An epoch whose errors are not finite, or rise by more than a twentieth above the
/// lowest so far, is undone: the run goes back to the last good epoch, halves the learning rate for
/// good, and does the epoch again. The fourth time it ends with an error.
///
/// *Calls.* A call has a time: `maxSeconds` of its request, or what is left on Lambda. When it is
/// nearly up, the run leaves a [Checkpoint][com.craftyverse.recsys.train.Checkpoint] and answers
/// `resumable`; the same request goes on with it, and the model has the same bytes as if nothing had
/// been in between. An epoch is the smallest piece: each call does one at least. Long runs leave
/// checkpoints every five minutes as well, so that a crash costs no more than that.
///
/// *Warm start.* `warmStart` names an earlier model of the dataset: users and items that it knows
/// begin with its factors and biases. The schedule is that of any other run; with a good model to
/// start from, fewer epochs and a lower `learningRate` do.
///
/// *Refit.* `pattern` names a scored model of the same split, whose parameters the run takes over: all of
/// them, where it began, and its learning rates up to the epoch that was kept, which is the last one here.
/// On the same rows it gives the same bits. On an index of all rows it gives the model that is served,
/// which carries the pattern's evaluation, since no rows are left to evaluate it by. Such a model may not
/// be the `warmStart` of one that is to be scored: it may know the test rows.
///
/// *Ranking model.* After the rating model, from the same columns, the step trains vectors that say
/// what a user would choose, not how they would rate it: implicit-feedback ALS (Hu, Koren &
/// Volinsky, ICDM 2008, with the penalty of Rendle et al., "Revisiting the Performance of iALS on
/// Item Recommendation Benchmarks", RecSys 2022). Every rating is a choice with target 1 and a weight
/// from 0.1 for the lowest rating of the scale to 1 for the highest; all pairs have target 0 with
/// weight α₀. [RankingSolver][com.craftyverse.recsys.train.RankingSolver] says how it is solved.
/// λ and α₀ are found by a [RankingSearch][com.craftyverse.recsys.train.RankingSearch] on the
/// validation set, where it has 500 users of the training set, else on a quarter of each user's own
/// choices, which are put back afterwards. `"ranking": false` leaves the ranking model out.
///
/// *Digest.* The manifest's figures have the SHA-256 of `users.arrow` and `items.arrow`, one after
/// the other, which is the same wherever the model is trained:
///
/// ```
/// cat users.arrow items.arrow | sha256sum
/// ```
///
/// *Defaults*, for n training ratings:
///
/// - factors 50, epochs 20, seed 42;
/// - `biased`: learning rate `0.05 × (n / 75,000)^−0.14`, regularization `0.09 × (n /
///   75,000)^−0.16`, n being 75,000 at least, so 0.05 and 0.09 for a small set, 0.022 and 0.035 for
///   25 million;
/// - `dot`: learning rate 0.03, regularization 0.05;
/// - the learning rate falls in a straight line to its 20th part in the last epoch;
/// - biases learn at half the rate, with 0.3 times the penalty;
/// - initial factors have a standard deviation of 0.25 / √k;
/// - ranking model: 128 factors, 10 epochs.
///
/// They were chosen on random validation parts (15 %) of three training sets, the first 75 % by
/// time of MovieLens' ml-latest-small, of the shipped sample, and of 4 million generated ratings.
/// The sizes in between and beyond follow a power law through these.
///
/// *What each ingredient brings*, in validation RMSE: of five random folds of the whole of
/// ml-latest-small (a random tenth of each training part, mean of two seeds), and of 4 million generated
/// ratings; the time is that of training. `AccuracyBenchmark` in `src/jmh` makes this table, given the
/// fields of the request:
///
/// | choice                                                      | small  | 4 M    | time |
/// |-------------------------------------------------------------|--------|--------|------|
/// | one rate, one penalty (0.05, 0.1; 4 M: 0.03, 0.05), spread 0.5 | 0.8423 | 0.7986 | 1    |
/// | and a spread of 0.25                                        | 0.8421 | 0.7969 | 1    |
/// | and biases with half the rate and 0.3 times the penalty     | 0.8389 | 0.7963 | 1    |
/// | and a penalty of 0.09 for small sets: the defaults          | 0.8378 | 0.7963 | 1    |
/// | the defaults, but a spread of 0.5                           | 0.8393 | 0.7980 | 1    |
/// | a spread of 0.1                                             | 0.8395 | 0.7963 | 1    |
/// | a constant learning rate                                    | 0.8429 | 0.8026 | 1    |
/// | 15 epochs                                                   | 0.8416 | 0.7977 | 0.75 |
/// | 25 epochs                                                   | 0.8378 | 0.7968 | 1.25 |
/// | users' penalty 0.07, items' 0.1 (4 M: 0.04, 0.06)           | 0.8374 | 0.7964 | 1    |
/// | 20 factors                                                  | 0.8416 | 0.7968 | 0.9  |
/// | 100 factors                                                 | 0.8358 | 0.7961 | 1.2  |
///
/// All of these are fields of the request. Three choices are not: when the defaults were chosen, cosine
/// decay had 0.8508 and quadratic decay 0.8545 where a straight line had 0.8511, and batches of 1, 2 and 4
/// ratings had 0.8509 where 8 had 0.8511. In a prototype on the same folds, with rows of unknown items
/// counted in (0.8464 with the defaults):
///
/// | choice                                              | difference | time  |
/// |-----------------------------------------------------|------------|-------|
/// | factors averaged over the last 5 or 10 epochs       | 0.0000     | 1.0   |
/// | constant rate 0.03, averaged over the last 20 of 40 | +0.0011    | 2.0   |
/// | a penalty per row beside the one per rating, 1      | +0.0012    | 1.0   |
/// | the same for the items' biases alone, 2             | −0.0004    | 1.0   |
/// | implicit feedback (SVD++), its rate 0.05 of the other | −0.0038  | 4     |
///
/// None of these is here: averaging brings nothing where the rate falls to next to nothing, and
/// implicit feedback needs a pass over all of a user's items for every piece of the user's ratings,
/// which breaks the blocks. Time bins cannot be used in a prediction about the future.
///
/// *Reached* with the defaults, on test data that decided nothing: RMSE 0.8433 on these folds (rows of
/// known users and items; 0.8506 on all rows; 0.8806 by biases alone; each model is trained on 72 %).
/// On a random fifth of 33.8 million generated ratings 0.7857, where biases alone have 0.8552 and a
/// perfect model would have 0.7613: the model goes three quarters of the way. With `dot`, on 4 million
/// generated ratings: 0.793, where the mean has 1.027 and each item's mean 0.939.
@NullMarked
package com.craftyverse.recsys.train;

import org.jspecify.annotations.NullMarked;
