package com.craftyverse.recsys.publish;

import com.craftyverse.recsys.step.Request;
import org.jspecify.annotations.Nullable;

/// Asks for a model to become its dataset's current one.
///
/// @param manifest the manifest of the model, or its evaluation; of the refitted model, where there is one
/// @param again whether a model that was current before may come back; true if not given. A chain that
///     an event set off says false: the event may be late or repeated, and what replaced the model in
///     the meantime shall stay
public record PublishRequest(@Nullable String manifest, @Nullable Boolean again)
    implements Request {
  /// A request by hand, which brings an earlier model back as well.
  public PublishRequest(@Nullable String manifest) {
    this(manifest, null);
  }
}
