package com.craftyverse.recsys.format;

import java.util.Arrays;

/// Ids for tests.
public final class Ids {
  private Ids() {}

  /// Returns numeric ids.
  public static Id[] of(long... numbers) {
    return Arrays.stream(numbers).mapToObj(Id::of).toArray(Id[]::new);
  }

  /// Returns textual ids.
  public static Id[] of(String... texts) {
    return Arrays.stream(texts).map(Id::of).toArray(Id[]::new);
  }
}
