package com.craftyverse.recsys.index;

import com.craftyverse.recsys.step.Request;
import org.jspecify.annotations.Nullable;

/// Asks for a split to be indexed.
///
/// @param manifest the manifest of `split`
/// @param seed shuffles each user's ratings within a block, once; 42 if not given
public record IndexRequest(@Nullable String manifest, @Nullable Long seed) implements Request {
  /// A request with the default seed.
  public IndexRequest(String manifest) {
    this(manifest, null);
  }
}
