package com.craftyverse.recsys.publish;

import org.jspecify.annotations.Nullable;

/// The current model after a publish request. It is the requested model, unless that is an earlier one that
/// may not become current again.
///
/// @param manifest the key of the dataset's `current.json`
/// @param cached whether nothing had to be done
/// @param dataset the dataset
/// @param model the id of the current model
/// @param scoredModel the id of the model whose evaluation stands in for it; null if it was scored itself
/// @param published when it was published, in UTC
public record PublishResult(
    String manifest,
    boolean cached,
    String dataset,
    String model,
    @Nullable String scoredModel,
    String published) {}
