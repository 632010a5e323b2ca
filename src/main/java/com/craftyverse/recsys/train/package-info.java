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
/// is drawn anew for each epoch and block; the ratings are streamed from the mapped columns.
///
/// *First epoch.* While the files are read, a
/// [KernelWarmUp][com.craftyverse.recsys.train.KernelWarmUp] has the kernel compiled, without which the
/// first epoch takes as long as five.
///
/// *Errors.* The training RMSE is that of each rating just before it is learned from. For the
/// validation RMSE, as for every other use of a model, predictions are clipped to the scale of the
/// training ratings. Where validation is evidence, at least 2,000 ratings of 100 users, it decides
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
/// *Warm start.* `warmStart` names an earlier model of the dataset: users and movies that it knows
/// begin with its factors and biases. The schedule is that of any other run; with a good model to
/// start from, fewer epochs and a lower `learningRate` do.
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
/// - initial factors have a standard deviation of 0.25 / √k.
///
/// They were chosen on random validation parts (15 %) of three training sets, the first 75 % by
/// time of MovieLens' ml-latest-small, of the shipped sample, and of 4 million generated ratings.
/// The sizes in between and beyond follow a power law through these. What each choice brought there
/// in validation RMSE (k = 50, 20 epochs, mean over 4, 3 and 1 such parts):
///
/// | choice                                            | small  | sample | 4 M    |
/// |---------------------------------------------------|--------|--------|--------|
/// | all alike, spread 0.5 (0.05 / 0.1; 4 M: 0.03 / 0.05) | 0.8511 | 0.7909 | 0.7952 |
/// | cosine instead of linear decay                    | 0.8508 |        |        |
/// | quadratic instead of linear decay                 | 0.8545 |        |        |
/// | spread 0.25                                       | 0.8503 | 0.7907 | 0.7938 |
/// | spread 0.1                                        | 0.8530 |        |        |
/// | biases: half the rate, 0.3 times the penalty      | 0.8499 | 0.7894 | 0.7946 |
/// | both                                              | 0.8489 | 0.7892 |        |
/// | both, regularization 0.09                         | 0.8478 | 0.7872 |        |
/// | batches of 1, 2, 4 instead of 8 ratings           | 0.8509 |        |        |
///
/// What else was tried, on five random folds of the whole of ml-latest-small, by the RMSE on a random
/// tenth of each training part (two seeds; `AccuracyBenchmark` in `src/jmh` runs them):
///
/// | choice                                              | validation RMSE | time  |
/// |-----------------------------------------------------|-----------------|-------|
/// | the defaults                                        | 0.8373, 0.8373  | 1     |
/// | users' regularization 0.07, items' 0.1              | 0.8366, 0.8372  | 1     |
/// | the same, and 0.02 instead of 0.027 for biases      | 0.8366, 0.8372  | 1     |
/// | the same with 0.027, and 25 epochs                  | 0.8371, 0.8382  | 1.25  |
/// | 100 factors, users' 0.07, items' 0.1                | 0.8340, 0.8349  | 1.7   |
///
/// These tables were made with a grid of 12 blocks a side, where there are 6 now; the figures that are
/// reached, below, are of today's. The penalties are fields of the request; the differences are too small
/// for another default. In a prototype on the same folds, with rows of unknown movies counted in (0.8464
/// with the defaults):
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
/// implicit feedback needs a pass over all of a user's movies for every piece of the user's ratings,
/// which breaks the blocks. Time bins cannot be used in a prediction about the future.
///
/// *Reached* with the defaults, on test data that decided nothing: RMSE 0.8433 on these folds (rows of
/// known users and movies; 0.8506 on all rows; 0.8806 by biases alone; each model is trained on 72 %).
/// On a random fifth of 33.8 million generated ratings 0.7857, where biases alone have 0.8552 and a
/// perfect model would have 0.7613: the model goes three quarters of the way. With `dot`, on 4 million
/// generated ratings: 0.793, where the mean has 1.027 and each movie's mean 0.939.
@NullMarked
package com.craftyverse.recsys.train;

import org.jspecify.annotations.NullMarked;
