package com.craftyverse.recsys.local;

/// A submitted upload.
///
/// @param key the upload's key, `raw/FILE` or `raw/DATASET/FILE`
/// @param dataset the dataset that it becomes
/// @param run the number of the run that was queued for it
public record SubmitResult(String key, String dataset, String run) {}
