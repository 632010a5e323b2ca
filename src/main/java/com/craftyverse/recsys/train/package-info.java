/// The train step: matrix factorization by stochastic gradient descent (Koren, Bell & Volinsky,
/// "Matrix Factorization Techniques for Recommender Systems", 2009).
///
/// ```
/// biased   r ≈ μ + b_u + b_i + p_u · q_i        dot   r ≈ p_u · q_i
/// ```
///
/// [Train][com.craftyverse.recsys.train.Train] maps the files of an index, trains, and writes a
/// self-contained model directory: ids, factors and biases, titles, and the users' histories.
///
/// *Blocks.* The index lays out the ratings in a grid of blocks of users × items. Threads can train on blocks
/// that share no row and no column without a lock (Gemulla et al., KDD 2011), so an epoch has as many
/// rounds as the grid has blocks per side. The model does not depend on the number of threads or on which
/// thread takes which block: for a given seed it is bit-for-bit the same, and so are the errors in its
/// history.
///
/// *Order.* A block groups its ratings by user. An epoch visits chunks of 64 users in an order drawn
/// anew for each epoch and block, and streams items and ratings from the mapped columns. The start of
/// each user's run is recorded once, when the set is read and checked.
///
/// *First epoch.* While the files are read, a
/// [KernelWarmUp][com.craftyverse.recsys.train.KernelWarmUp] gets the kernel compiled. Without it, the
/// first epoch takes as long as five.
///
/// *Unit.* Learning rates, regularization and the initial spread are in training's own unit: the range of the
/// training ratings ÷ 4.5, which is one star for half stars (for `dot`, the largest rating ÷ 5). Ratings
/// `a · r + b` therefore give the same model up to rounding, whatever the scale. Factors, biases and errors
/// are in ratings. `model.json` stores the unit, because fold-in uses it for its regularization, too.
///
/// *Errors.* The training RMSE measures each rating just before the model learns from it. For the
/// validation RMSE, as everywhere else, predictions are clipped to the scale of the dataset. If the
/// validation set is large enough, with at least 2,000 ratings of 100 users, it selects the epoch to keep,
/// and training stops after `patience` (5) epochs without improvement. Otherwise all epochs run and the last
/// one is kept.
///
/// *Divergence.* If the errors of an epoch are not finite, or rise more than 5 % above the lowest so far,
/// training returns to the last good epoch, halves the learning rate for the rest of the run, and repeats
/// the epoch. The fourth divergence ends the run with an error.
///
/// *Calls.* A call has a time limit: `maxSeconds` of the request, or the time left on Lambda. Shortly before
/// it expires, the run writes a [Checkpoint][com.craftyverse.recsys.train.Checkpoint] and answers
/// `resumable`. The same request continues from there, and the model has the same bytes as that of an
/// uninterrupted run. Each call runs at least one epoch. Long runs also write a checkpoint every five
/// minutes, so a crash loses no more than that.
///
/// *Warm start.* `warmStart` names an earlier model of the dataset. Users and items that it knows
/// start with its factors and biases. The schedule stays the same; from a good model,
/// fewer epochs and a lower `learningRate` suffice.
///
/// *Refit.* `pattern` names a scored model of the same split. The run takes over all its parameters, its warm
/// start, and its learning rates up to the epoch that it kept, which is the last epoch here.
/// On the same rows this gives the same bits. On an index of all rows it gives the model to be served. That
/// model carries the pattern's evaluation, since no rows are left to evaluate it on. It cannot be the
/// `warmStart` of a model that will be scored, because it may have seen the test rows.
///
/// *Ranking model.* Before the rating model, the step trains a ranking model from the same columns. It
/// predicts what a user would choose, not how they would rate it: implicit-feedback ALS (Hu, Koren &
/// Volinsky, ICDM 2008, with the regularization of Rendle et al., "Revisiting the Performance of iALS on
/// Item Recommendation Benchmarks", RecSys 2022). Every rating is a choice with target 1 and a weight
/// from 0.1 for the lowest rating of the scale to 1 for the highest. All pairs have target 0 with
/// weight α₀. [RankingSolver][com.craftyverse.recsys.train.RankingSolver] describes the solver.
/// A [RankingSearch][com.craftyverse.recsys.train.RankingSearch] finds λ and α₀ on the
/// validation set if it has 500 users of the training set. Otherwise it holds out a quarter of each user's
/// choices and puts them back afterwards. `"ranking": false` skips the ranking model.
///
/// *Choices without ratings.* If the dataset has choices without ratings, the ranking model is all there is. A choice
/// has weight `1 + log₂(amount)`, from
/// [RankingCard][com.craftyverse.recsys.format.RankingCard]. The model's files then have no columns of a rating model.
///
/// *Choice factors.* Which items are chosen together says which are alike, also where an item has few ratings.
/// So the rating model takes 12 item factors from the ranking model and learns only the users' weights for
/// them ([ChoiceFactors][com.craftyverse.recsys.train.ChoiceFactors]). With the 50 factors that it learns on both
/// sides, a row still has 64 floats, so an epoch takes as long as without them. On a validation set
/// large enough for early stopping, two trials on at most 500,000 ratings decide whether the model has
/// them ([ChoiceFactorsSearch][com.craftyverse.recsys.train.ChoiceFactorsSearch]); otherwise it has. They help
/// on real ratings and cost accuracy on generated ones, whose choices tell little about tastes.
///
/// *Digest.* The manifest's figures contain the SHA-256 of `users.arrow` followed by `items.arrow`. It is
/// the same wherever the model is trained:
///
/// ```
/// cat users.arrow items.arrow | sha256sum
/// ```
///
/// *Defaults*, for n training ratings:
///
/// - factors 50, epochs 20, seed 42;
/// - `biased`: learning rate `0.05 × (n / 75,000)^−0.14`, regularization `0.09 × (n /
///   75,000)^−0.16`, with n at least 75,000: 0.05 and 0.09 for a small set, 0.022 and 0.035 for
///   25 million;
/// - `dot`: learning rate 0.03, regularization 0.05;
/// - the learning rate falls linearly to a 20th of its start in the last epoch;
/// - biases learn at half the rate, with 0.3 times the regularization;
/// - the initial factors have a standard deviation of 0.25 / √k;
/// - ranking model: 128 factors, 10 epochs;
/// - choice factors: 12 or none.
///
/// The first three were tuned on random validation parts (15 %) of three training sets, each the first 75 % by
/// time: MovieLens' ml-latest-small, the shipped sample, and 4 million generated ratings.
/// Sizes in between and beyond follow a power law through these points.
///
/// *Ablation*, in validation RMSE: on five random folds of all of
/// ml-latest-small (a random tenth of each training part, mean of two seeds), and on 4 million generated
/// ratings. Time is relative training time. `AccuracyBenchmark` in `src/jmh` produces this table from
/// the fields of the request:
///
/// | choice                                                      | small  | 4 M    | time |
/// |-------------------------------------------------------------|--------|--------|------|
/// | one rate, one regularization (0.05, 0.1; 4 M: 0.03, 0.05), spread 0.5 | 0.8423 | 0.7986 | 1 |
/// | plus a spread of 0.25                                       | 0.8421 | 0.7969 | 1    |
/// | plus half the rate and 0.3 times the regularization for biases | 0.8389 | 0.7963 | 1 |
/// | plus a regularization of 0.09 for small sets: the defaults  | 0.8378 | 0.7963 | 1    |
/// | the defaults, but a spread of 0.5                           | 0.8393 | 0.7980 | 1    |
/// | a spread of 0.1                                             | 0.8395 | 0.7963 | 1    |
/// | a constant learning rate                                    | 0.8429 | 0.8026 | 1    |
/// | 15 epochs                                                   | 0.8416 | 0.7977 | 0.75 |
/// | 25 epochs                                                   | 0.8378 | 0.7968 | 1.25 |
/// | user regularization 0.07, item regularization 0.1 (4 M: 0.04, 0.06) | 0.8374 | 0.7964 | 1 |
/// | 20 factors                                                  | 0.8416 | 0.7968 | 0.9  |
/// | 100 factors                                                 | 0.8358 | 0.7961 | 1.2  |
///
/// All of these are fields of the request. Three choices are not. When the defaults were tuned, cosine
/// decay reached 0.8508 and quadratic decay 0.8545, compared with 0.8511 for linear decay; batches of 1, 2
/// and 4 ratings reached 0.8509, compared with 0.8511 for 8. A prototype on the same folds also counted rows
/// of unknown items (0.8464 with the defaults):
///
/// | choice                                              | difference | time  |
/// |-----------------------------------------------------|------------|-------|
/// | factors averaged over the last 5 or 10 epochs       | 0.0000     | 1.0   |
/// | constant rate 0.03, averaged over the last 20 of 40 | +0.0011    | 2.0   |
/// | regularization per row, 1, besides the one per rating | +0.0012  | 1.0   |
/// | the same for item biases only, 2                    | −0.0004    | 1.0   |
/// | implicit feedback (SVD++), at 0.05 of the other rate | −0.0038   | 4     |
///
/// None of these is implemented. Averaging gains nothing when the rate decays to almost zero.
/// Implicit feedback needs a pass over all of a user's items for every piece of the user's ratings,
/// which breaks the blocks. Time bins cannot help a prediction about the future.
///
/// The table and these differences are without choice factors, `"choiceFactors": 0`. A prototype tried what they
/// could be; mean RMSE on the validation rows of the five folds, those of unknown items included:
///
/// | choice                                                              | RMSE   |
/// |---------------------------------------------------------------------|--------|
/// | none                                                                | 0.8442 |
/// | 100 learned factors                                                 | 0.8426 |
/// | predictions of two seeds averaged                                   | 0.8429 |
/// | variational Bayes with full covariances, 10 factors                 | 0.8509 |
/// | users' ranking vectors, for which the items learn weights           | 0.8431 |
/// | items' ranking vectors of 64 factors, at length 1                   | 0.8315 |
/// | of 32 factors, divided by √length                                   | 0.8236 |
/// | their 32 main axes of 64                                            | 0.8225 |
/// | 24 axes                                                             | 0.8197 |
/// | 16 axes, 12 axes, 8 axes                                            | 0.8189, 0.8201, 0.8223 |
/// | 12 axes, users' weights learned at a third of the rate: the default | 0.8188 |
/// | the same with 100 learned factors                                   | 0.8179 |
/// | the same with a penalty of 40 per user instead of one per rating    | 0.8255 |
///
/// *Results* with the defaults, on held-out test data: RMSE 0.8161 on these folds (rows of
/// known users and items; 0.8210 on all rows; 0.8806 for biases alone). Each model is trained on 80 %, with
/// what a model of 72 % selected on 8 %; that model reaches 0.8213, and 0.8263 on all rows. Without choice
/// factors, it is 0.8433 and 0.8506. On the shipped sample, whose choices are generated, validation rejects them.
/// On a random fifth of 33.8 million generated ratings: 0.7857, compared with 0.8552 for biases alone and
/// 0.7613 for a perfect model, so the model closes three quarters of the gap. With `dot`, on 4 million
/// generated ratings: 0.793, compared with 1.027 for the mean and 0.939 for each item's mean.
@NullMarked
package com.craftyverse.recsys.train;

import org.jspecify.annotations.NullMarked;
