package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.step.Request;
import org.jspecify.annotations.Nullable;

/// A request for a description of the model that answers.
///
/// @param dataset the dataset; defaults to the configured one, else the one published last
public record ModelInfoRequest(@Nullable String dataset) implements Request {}
