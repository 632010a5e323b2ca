package com.craftyverse.recsys.evaluate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// How far predicted ratings are off, by how well their user and item are known.
///
/// A band's standard error is the 80 % quantile of the absolute errors, divided by 1.2816. So the interval
/// `prediction ± 1.2816 · standardError` contains the true rating in 80 of 100 cases, as it would if the errors
/// were normal. `predict` answers with these standard errors. They come from the ratings of the test and
/// validation sets that the evaluation judges.
///
/// The coverage is judged on the test set, and never by users whose errors went into the standard errors: those of
/// one half of the users judge the other half, and the other way round.
///
/// @param level the share of true ratings that the intervals are meant to contain, 0.8
/// @param coverage the share that they do contain, with a 95 % interval over users; null if no rating of the test
///     set could be judged
/// @param ratings number of judged ratings
/// @param users number of their users
/// @param bands the bands with enough evidence
public record Uncertainty(
    double level,
    @Nullable Interval coverage,
    long ratings,
    int users,
    List<UncertaintyBand> bands) {}
