package com.craftyverse.recsys.publish;

import org.jspecify.annotations.Nullable;

/// The model that is current now: the one that the request named, unless that was one of before and not
/// to come back.
///
/// @param manifest the key of the dataset's `current.json`
/// @param cached whether nothing was to be done
/// @param dataset the dataset
/// @param model the model's id
/// @param scoredModel the id of the model that was scored in its place, or nothing if it was itself
/// @param published since when, in UTC
public record PublishResult(
    String manifest,
    boolean cached,
    String dataset,
    String model,
    @Nullable String scoredModel,
    String published) {}
