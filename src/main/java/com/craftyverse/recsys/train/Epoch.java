package com.craftyverse.recsys.train;

import org.jspecify.annotations.Nullable;

/// An entry of a model's `history.json`.
///
/// @param epoch its number, from 1
/// @param trainRmse each rating against the model just before it learned from it, unclipped
/// @param validationRmse after the epoch, predictions clipped to the scale; nothing without ratings
/// @param learningRate of the factors in this epoch
/// @param seconds it took, validation included
/// @param updatesPerSecond ratings learned from in a second, validation left out
/// @param secondsLeft what the epochs after it were expected to take
public record Epoch(
    int epoch,
    double trainRmse,
    @Nullable Double validationRmse,
    double learningRate,
    double seconds,
    double updatesPerSecond,
    double secondsLeft) {}
