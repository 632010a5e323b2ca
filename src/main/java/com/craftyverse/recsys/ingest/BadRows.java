package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import java.util.ArrayList;
import java.util.List;

/// A policy for malformed rows: fails at the first one, or skips and counts them up to a limit and keeps the
/// first few as examples.
final class BadRows {
  private static final int EXAMPLES = 5;

  private final long most;
  private final List<String> examples = new ArrayList<>();
  private long count;

  /// @param most the number of rows to skip before failing; 0 fails at the first one
  BadRows(long most) {
    this.most = most;
  }

  /// Skips any number of rows.
  static BadRows unlimited() {
    return new BadRows(Long.MAX_VALUE);
  }

  /// Records a malformed row.
  ///
  /// @throws RequestException if the limit is exceeded
  void add(RequestException problem) {
    if (most == 0) {
      throw problem;
    }
    if (count == most) {
      throw RequestException.unprocessable(
          "more than "
              + most
              + " bad rows (field 'maxBadRows'); the last: "
              + problem.getMessage());
    }
    count++;
    if (examples.size() < EXAMPLES) {
      examples.add(problem.getMessage());
    }
  }

  /// Adds the rows that another instance recorded.
  void addAll(BadRows others) {
    count += others.count;
    for (String example : others.examples) {
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
