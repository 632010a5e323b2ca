package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.step.Request;
import org.jspecify.annotations.Nullable;

/// Asks which model answers.
///
/// @param dataset the dataset; the configured one if not given, else the one published last
public record ModelInfoRequest(@Nullable String dataset) implements Request {}
