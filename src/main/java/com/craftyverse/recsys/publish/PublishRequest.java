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
public record PublishRequest(
    @Nullable String manifest,
    @Nullable String dataset,
    @Nullable String model,
    @Limits(byDefault = "true") @Nullable Boolean again)
    implements Request {
  /// Creates a manual request, which may also bring back an earlier model.
  public PublishRequest(@Nullable String manifest) {
    this(manifest, null);
  }

  /// Creates a request that names a manifest.
  public PublishRequest(@Nullable String manifest, @Nullable Boolean again) {
    this(manifest, null, null, again);
  }
}
