package com.craftyverse.recsys.local;

import com.craftyverse.recsys.step.Limits;
import com.craftyverse.recsys.step.Request;
import org.jspecify.annotations.Nullable;

/// A request to stop a run.
///
/// @param run the run's number
public record StopRequest(@Limits(required = true) @Nullable String run) implements Request {}
