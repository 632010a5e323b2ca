/// The second step: a dataset is divided into three sets, which learn, choose and judge.
///
/// By default it is divided by time (`temporal`), so that a model is judged on what came after the
/// ratings that it learned from: training is everything up to the first threshold, test what follows up
/// to the second, validation the rest. The thresholds are quantiles of the timestamps with linear interpolation, in numpy's
/// double arithmetic to the last bit ([Quantile][com.craftyverse.recsys.columnar.Quantile]), so that the
/// sets are those of the notebook that this project comes from.
///
/// The other kinds are there because published results use them. `random`, `kfold` and `given` draw the
/// validation set, a tenth, from the training part, so that nothing is ever chosen on what judges.
/// `leaveLastOut` takes each user's latest rating for the test and the one before for validation. A
/// rating's set follows from its place in a seeded order
/// ([Permutation][com.craftyverse.recsys.split.Permutation]): the sizes are exact, nothing is kept in
/// memory, and the folds of one seed are disjoint and together the whole.
@NullMarked
package com.craftyverse.recsys.split;

import org.jspecify.annotations.NullMarked;
