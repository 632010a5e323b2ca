package com.craftyverse.recsys.ingest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The result of an ingest.
///
/// @param manifest the key of the dataset's manifest, for `split`; omitted by a dry run and if an event named
///     no upload to ingest
/// @param cached whether the upload had been ingested before
/// @param dataset the dataset's name
/// @param version the digest that identifies this upload among the dataset's versions
/// @param figures figures on the upload's content
/// @param settings what the upload's `settings.json` says about the later steps; null without an upload
/// @param preview the forecast of a dry run, which writes nothing and so has no manifest
/// @param sample the columns of the ratings file in a dry run
/// @param problem why a dry run found the ratings unusable: what `ingest` would refuse them with. Then there are
///     no figures, but a sample that shows what could be corrected
/// @param also the manifests of the other uploads, if an event named several
/// @param ignored why other objects of an event were not ingested, at most 20 reasons
/// @param now the time in epoch seconds, if only the name was requested; a state machine has no clock to
///     calculate with
/// @param bytes the size of the files in a folder, if only the name was requested and the key is a folder's
///     `_SUCCESS`; an event knows the size of that object alone
@RecordBuilder
public record IngestResult(
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String manifest,
    boolean cached,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String dataset,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String version,
    @JsonUnwrapped IngestFigures figures,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable StepSettings settings,
    @Nullable IngestPreview preview,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable UploadSample sample,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String problem,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> also,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> ignored,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long now,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long bytes) {

  /// Bounds the list whose length depends on the event.
  public IngestResult {
    ignored = IngestFigures.bounded(ignored);
  }

  /// Creates the result for one upload.
  public IngestResult(
      String manifest, boolean cached, String dataset, String version, IngestFigures figures) {
    this(
        manifest, cached, dataset, version, figures, null, null, null, null, List.of(), List.of(),
        null, null);
  }

  private static IngestResultBuilder of(String dataset) {
    return IngestResultBuilder.builder(
        new IngestResult("", false, dataset, "", IngestFigures.NONE));
  }

  /// Returns the result of a dry run.
  static IngestResult of(
      String dataset, IngestFigures figures, IngestPreview preview, @Nullable UploadSample sample) {
    return of(dataset).figures(figures).preview(preview).sample(sample).build();
  }

  /// Returns the result of a dry run of ratings that `ingest` would refuse.
  static IngestResult unusable(String dataset, UploadSample sample, String problem) {
    return of(dataset).sample(sample).problem(problem).build();
  }

  /// Returns the result for an event that named no upload to ingest.
  static IngestResult nothingIngested(List<String> ignored) {
    return of("").ignored(ignored).build();
  }

  /// Returns the result of a request for the dataset's name.
  static IngestResult named(String dataset, long now, @Nullable Long bytes) {
    return of(dataset).now(now).bytes(bytes).build();
  }

  IngestResult with(StepSettings stepSettings) {
    return IngestResultBuilder.builder(this).settings(stepSettings).build();
  }

  IngestResult with(List<String> otherManifests, List<String> ignoredReasons) {
    return IngestResultBuilder.builder(this).also(otherManifests).ignored(ignoredReasons).build();
  }
}
