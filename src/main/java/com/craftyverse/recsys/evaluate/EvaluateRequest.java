package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.step.Request;
import org.jspecify.annotations.Nullable;

/// What to evaluate.
///
/// @param manifest the key of the train step's manifest
public record EvaluateRequest(@Nullable String manifest) implements Request {}
