package com.craftyverse.recsys.ingest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An upload that is now a dataset.
///
/// @param manifest the key of the dataset's manifest, for `split`; left out by a dry run and when an event was about
///     nothing that is to be ingested
/// @param cached whether it had been ingested before
/// @param dataset the dataset's name
/// @param version the digest that tells this upload from the dataset's others
/// @param figures what was read
/// @param preview what a dry run foresees, which writes nothing and so has no manifest
/// @param also the manifests of the other uploads of an event that was about several
/// @param ignored why other objects of an event were not ingested, 20 at most
/// @param now the time in epoch seconds, with a name alone: a state machine has no clock to calculate with
public record IngestResult(
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String manifest,
    boolean cached,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String dataset,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String version,
    @JsonUnwrapped IngestFigures figures,
    @Nullable IngestPreview preview,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> also,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> ignored,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long now) {

  /// Bounds what an event's length decides on.
  public IngestResult {
    ignored = IngestFigures.bounded(ignored);
  }

  /// The result for one upload.
  public IngestResult(
      String manifest, boolean cached, String dataset, String version, IngestFigures figures) {
    this(manifest, cached, dataset, version, figures, null, List.of(), List.of(), null);
  }

  /// The result of a dry run.
  static IngestResult of(String dataset, IngestFigures figures, IngestPreview preview) {
    return new IngestResult("", false, dataset, "", figures, preview, List.of(), List.of(), null);
  }

  /// The result for an event that was about nothing that is to be ingested.
  static IngestResult nothing(List<String> ignored) {
    return new IngestResult("", false, "", "", IngestFigures.NONE, null, List.of(), ignored, null);
  }

  /// The result of a request for the name alone.
  static IngestResult named(String dataset, long now) {
    return new IngestResult(
        "", false, dataset, "", IngestFigures.NONE, null, List.of(), List.of(), now);
  }

  IngestResult with(List<String> otherManifests, List<String> whyIgnored) {
    return new IngestResult(
        manifest, cached, dataset, version, figures, preview, otherManifests, whyIgnored, null);
  }
}
