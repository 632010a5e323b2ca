package com.craftyverse.recsys.index;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.index.SplitSizes.SplitSet;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The memory-mapped files of the sets that a model learns from, in sequence.
final class TrainingSources implements AutoCloseable {
  /// A set's file.
  record Part(ArrowFile file, SplitSet set) {}

  private final List<Part> parts = new ArrayList<>();

  /// @param directory the directory of the split
  /// @throws com.craftyverse.recsys.columnar.MalformedFileException if a file has no rows, or another number
  ///     of rows than the split's manifest states
  TrainingSources(ObjectStore store, String directory, List<SplitSet> sets) throws IOException {
    try {
      for (SplitSet set : sets) {
        String key = directory + set.name();
        ArrowFile file = ArrowObjects.open(store, key, Schemas.RATINGS);
        parts.add(new Part(file, set));
        requireRows(file, set.rows());
      }
    } catch (IOException | RuntimeException e) {
      try (this) {
        throw e;
      }
    }
  }

  private static void requireRows(ArrowFile file, long expected) throws IOException {
    if (file.rows() != expected) {
      throw file.malformed(file.rows() + " rows, but the split's manifest says " + expected);
    }
    if (expected == 0) {
      throw file.malformed("no rows");
    }
  }

  List<Part> parts() {
    return parts;
  }

  List<ArrowFile> files() {
    return parts.stream().map(Part::file).toList();
  }

  /// Returns the number of rows in all files.
  long rows() {
    return parts.stream().mapToLong(part -> part.file().rows()).sum();
  }

  @Override
  public void close() throws IOException {
    IOException problem = null;
    for (Part part : parts) {
      try {
        part.file().close();
      } catch (IOException e) {
        problem = problem == null ? e : problem;
      }
    }
    if (problem != null) {
      throw problem;
    }
  }
}
