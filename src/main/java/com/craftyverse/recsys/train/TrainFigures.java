package com.craftyverse.recsys.train;

import com.craftyverse.recsys.format.Rows;
import org.jspecify.annotations.Nullable;

/// The figures of a training run. If several calls shared the run, kernel, lanes, threads and JVM are those
/// of the last call.
///
/// @param modelId the model's id
/// @param scoredModel the id of the model whose parameters this one took over; null if it has its own
/// @param rows the sets of the split that it was trained on
/// @param model `biased` or `dot`; `ranking` if there is only a ranking model, because the dataset has choices
///     without ratings. The figures of the rating model are then 0
/// @param factors k, the length of the rating model's vectors, choice factors included
/// @param epochs number of epochs of the rating model that were run; 0 while the run has only come to the
///     ranking model, which is trained first
/// @param bestEpoch the epoch whose factors were kept; 0 before the first
/// @param trainRmse of that epoch: error of each rating just before the model learned from it; null before
///     the first
/// @param validationRmse of that epoch; null without validation ratings
/// @param trainRatings number of training ratings, or choices
/// @param validationRatings number of validation ratings, or choices, of known users and items
/// @param earlyStopping whether validation selected the epoch
/// @param learningRateCuts how often divergence cut the learning rate
/// @param ending how the run ended, or why validation did not select the epoch
/// @param updatesPerSecond ratings learned from per second, validation excluded
/// @param seconds duration of all epochs
/// @param kernel `scalar` or `vector`
/// @param lanes the kernel's lane width, in floats
/// @param threads number of training threads
/// @param jvm name and version of the virtual machine
/// @param ranking the figures of the ranking model; null without one, or before its first epoch
/// @param choiceFactors the item factors of the rating model that come from the ranking model
/// @param digest SHA-256 of the bytes of `users.arrow` followed by `items.arrow`; the same on any machine for
///     the same upload and parameters. Null while the run is unfinished
public record TrainFigures(
    String modelId,
    @Nullable String scoredModel,
    Rows rows,
    String model,
    int factors,
    int epochs,
    int bestEpoch,
    @Nullable Double trainRmse,
    @Nullable Double validationRmse,
    long trainRatings,
    long validationRatings,
    boolean earlyStopping,
    int learningRateCuts,
    String ending,
    double updatesPerSecond,
    double seconds,
    String kernel,
    int lanes,
    int threads,
    String jvm,
    @Nullable RankingFigures ranking,
    ChoiceTrial choiceFactors,
    @Nullable String digest) {}
