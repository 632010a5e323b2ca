package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import java.util.ArrayList;
import java.util.List;

/// A policy for malformed rows: fails at the first one, or skips and counts them up to a limit and keeps the
/// first few as examples.
final class BadRows {
  private static final int EXAMPLES = 5;

  private final long limit;
  private final List<String> examples = new ArrayList<>();
  private long count;

  /// @param limit the number of rows to skip before failing; 0 fails at the first one
  BadRows(long limit) {
    this.limit = limit;
  }

  /// Skips any number of rows.
  static BadRows unlimited() {
    return new BadRows(Long.MAX_VALUE);
  }

  /// Returns whether the first malformed row fails.
  boolean failsAtOnce() {
    return limit == 0;
  }

  /// Records a malformed row.
  ///
  /// @throws RequestException if the limit is exceeded
  void add(RequestException problem) {
    if (limit == 0) {
      throw problem;
    }
    if (count == limit) {
      throw RequestException.unprocessable(
          "more than "
              + limit
              + " bad rows (field 'maxBadRows'); the last: "
              + problem.getMessage());
    }
    count++;
    if (examples.size() < EXAMPLES) {
      examples.add(problem.getMessage());
    }
  }

  /// Adds the rows that another instance recorded.
  void addAll(BadRows other) {
    count += other.count;
    for (String example : other.examples) {
      if (examples.size() < EXAMPLES) {
        examples.add(example);
      }
    }
  }

  long count() {
    return count;
  }

  /// Returns the problems of the first rows.
  List<String> examples() {
    return List.copyOf(examples);
  }
}
