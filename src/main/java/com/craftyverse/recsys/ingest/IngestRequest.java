package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.Request;
import org.jspecify.annotations.Nullable;

/// Asks for an upload to be ingested.
///
/// @param key the upload: `raw/FILE` or `raw/DATASET/FILE`
public record IngestRequest(@Nullable String key) implements Request {}
