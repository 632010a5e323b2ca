package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import java.util.ArrayList;
import java.util.List;

/// What becomes of rows that are not as they should be: the first is an error, or some are skipped,
/// counted, and the first of them kept as examples.
final class BadRows {
  private static final int EXAMPLES = 5;

  private final long most;
  private final List<String> examples = new ArrayList<>();
  private long count;

  /// @param most how many are skipped before it is an error, 0 for none
  BadRows(long most) {
    this.most = most;
  }

  /// Skips all of them.
  static BadRows unlimited() {
    return new BadRows(Long.MAX_VALUE);
  }

  /// Takes note of a row.
  ///
  /// @throws RequestException when it is one too many
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

  /// Takes note of those that others found.
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

  /// What was wrong with the first of them.
  List<String> examples() {
    return List.copyOf(examples);
  }
}
