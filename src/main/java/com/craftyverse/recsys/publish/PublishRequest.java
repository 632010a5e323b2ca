package com.craftyverse.recsys.publish;

import com.craftyverse.recsys.step.Request;
import org.jspecify.annotations.Nullable;

/// Asks for a model to become its dataset's current one. A model that was current before may come back
/// this way.
///
/// @param manifest the manifest of `evaluate`
public record PublishRequest(@Nullable String manifest) implements Request {}
