/// The second step: a dataset is divided by time, so that a model is judged on what came after the
/// ratings that it learned from.
///
/// Training is everything up to the first threshold, test what follows up to the second, validation
/// the rest. The thresholds are quantiles of the timestamps with linear interpolation, in numpy's
/// double arithmetic to the last bit ([Quantile][com.craftyverse.recsys.split.Quantile]), so that the
/// sets are those of the notebook that this project comes from.
@NullMarked
package com.craftyverse.recsys.split;

import org.jspecify.annotations.NullMarked;
