package com.craftyverse.recsys.publish;

/// A model that is current.
///
/// @param manifest the key of the dataset's `current.json`
/// @param cached whether it was current already
/// @param dataset the dataset
/// @param model the model's id
/// @param published since when, in UTC
public record PublishResult(
    String manifest, boolean cached, String dataset, String model, String published) {}
