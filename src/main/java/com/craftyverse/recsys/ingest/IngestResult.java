package com.craftyverse.recsys.ingest;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

/// An upload that is now a dataset.
///
/// @param manifest the key of the dataset's manifest, for `split`
/// @param cached whether it had been ingested before
/// @param dataset the dataset's name
/// @param version the digest that tells this upload from the dataset's others
/// @param figures what was read
public record IngestResult(
    String manifest,
    boolean cached,
    String dataset,
    String version,
    @JsonUnwrapped IngestFigures figures) {}
