/// The second step: splits a dataset into three sets for training, model selection and evaluation.
///
/// The default split is by time (`temporal`), so that a model is evaluated on ratings later than those it
/// learned from. Ratings up to the first threshold are the training set, those up to the second the test set,
/// and the rest the validation set. The thresholds are quantiles of the timestamps with linear interpolation,
/// bit for bit as in numpy's double arithmetic ([Quantile][com.craftyverse.recsys.columnar.Quantile]). The
/// sets are therefore those of the notebook that this project comes from.
///
/// The other kinds exist because published results use them. `random`, `kfold` and `given` draw the
/// validation set, a tenth, from the training part, so that model selection never uses evaluation data.
/// `leaveLastOut` puts each user's latest rating into the test set and the one before it into the validation
/// set. In a random split, a rating's set follows from its place in a seeded order
/// ([Permutation][com.craftyverse.recsys.split.Permutation]). The set sizes are therefore exact, the order
/// takes no memory, and the folds of one seed are disjoint and cover all ratings.
@NullMarked
package com.craftyverse.recsys.split;

import org.jspecify.annotations.NullMarked;
