package com.craftyverse.recsys.publish;

import com.craftyverse.recsys.step.Limits;
import com.craftyverse.recsys.step.Request;
import org.jspecify.annotations.Nullable;

/// A request to make a model the current one of its dataset.
///
/// @param manifest the manifest of the model or its evaluation; if there is a refitted model, use that one
/// @param dataset the dataset of `model`
/// @param model the model's id, in place of `manifest`
/// @param again whether an earlier model may become current again; true by default. Event-driven chains send
///     false, because an event may be late or repeated and must not undo a later publication
/// @param force the id of the current model, which this one replaces although its verdict is not `accepted`;
///     `none` for the first model of a dataset
/// @param keepVersions number of published versions to keep, at least 2; by default the setting
///     `recsys.keep-versions`
public record PublishRequest(
    @Nullable String manifest,
    @Nullable String dataset,
    @Nullable String model,
    @Limits(byDefault = "true") @Nullable Boolean again,
    @Nullable String force,
    @Limits(min = Cleaner.MIN_VERSIONS) @Nullable Integer keepVersions)
    implements Request {
  /// Creates a manual request, which may also bring back an earlier model.
  public PublishRequest(@Nullable String manifest) {
    this(manifest, null);
  }

  /// Creates a request that names a manifest.
  public PublishRequest(@Nullable String manifest, @Nullable Boolean again) {
    this(manifest, null, null, again);
  }

  /// Creates a request without force.
  public PublishRequest(
      @Nullable String manifest,
      @Nullable String dataset,
      @Nullable String model,
      @Nullable Boolean again) {
    this(manifest, dataset, model, again, null, null);
  }

  /// Returns this request with a model to replace whatever the verdict.
  ///
  /// @param replaced the id of the current model, or `none`
  public PublishRequest withForce(String replaced) {
    return new PublishRequest(manifest, dataset, model, again, replaced, keepVersions);
  }

  /// Returns this request with a number of versions to keep.
  public PublishRequest withKeepVersions(int versions) {
    return new PublishRequest(manifest, dataset, model, again, force, versions);
  }
}
