package com.craftyverse.recsys.train;

import com.craftyverse.recsys.format.Rows;
import org.jspecify.annotations.Nullable;

/// What a training run came to. When several calls made it, kernel, lanes, threads and JVM are those
/// of the last one.
///
/// @param modelId the model's id
/// @param scoredModel the id of the model whose parameters it has, or nothing if they are its own
/// @param rows which sets of the split it learned from
/// @param model `biased` or `dot`
/// @param factors k, the length of the vectors
/// @param epochs epochs that were run
/// @param bestEpoch the epoch whose factors the model has
/// @param trainRmse of that epoch: each rating against the model just before it learned from it
/// @param validationRmse of that epoch, or nothing without validation ratings
/// @param trainRatings ratings that it learned from
/// @param validationRatings ratings that it was checked with, of users and items it knows
/// @param earlyStopping whether validation decided on the epoch
/// @param learningRateCuts how often the learning rate was cut, because the errors grew
/// @param ending how the run ended, or why validation did not decide
/// @param updatesPerSecond ratings learned from in a second, validation left out
/// @param seconds for all epochs
/// @param kernel `scalar` or `vector`
/// @param lanes the kernel's lane width, in floats
/// @param threads threads that trained
/// @param jvm the virtual machine and its version
/// @param ranking the same of the ranking model; nothing without one, or before its first epoch
/// @param digest SHA-256 of the bytes of `users.arrow` and, after them, `items.arrow`; the same for
///     the same upload and parameters on any machine. Nothing when the run is not done
public record TrainFigures(
    String modelId,
    @Nullable String scoredModel,
    Rows rows,
    String model,
    int factors,
    int epochs,
    int bestEpoch,
    double trainRmse,
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
    @Nullable String digest) {}
