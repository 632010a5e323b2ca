package com.craftyverse.recsys.train;

import org.jspecify.annotations.Nullable;

/// An epoch of the rating model, as an entry of `history.json`.
///
/// @param epoch its number, from 1
/// @param trainRmse error of each rating just before the model learned from it, unclipped
/// @param validationRmse after the epoch, predictions clipped to the scale; null without validation ratings
/// @param learningRate of the factors in this epoch
/// @param seconds duration, validation included
/// @param updatesPerSecond ratings learned from per second, validation excluded
/// @param secondsLeft estimated duration of the remaining epochs
public record Epoch(
    int epoch,
    double trainRmse,
    @Nullable Double validationRmse,
    double learningRate,
    double seconds,
    double updatesPerSecond,
    double secondsLeft) {}
