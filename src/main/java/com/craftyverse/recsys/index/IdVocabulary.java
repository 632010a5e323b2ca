package com.craftyverse.recsys.index;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import java.util.Arrays;
import java.util.List;

/// The distinct ids of a column, numbered from 0 in ascending order, with the number of occurrences of each.
///
/// MovieLens' ids are dense enough for a table from id to index. For sparse ids such a table would take too
/// much memory, so the class searches the sorted ids instead.
final class IdVocabulary {
  /// The id limit for a table, which takes 4 bytes per id.
  private static final int MAX_TABLE_SIZE = 1 << 26;

  private final int[] ids;
  private final int[] counts;
  private final int[] indexById;

  private IdVocabulary(int[] ids, int[] counts, int[] indexById) {
    this.ids = ids;
    this.counts = counts;
    this.indexById = indexById;
  }

  /// A counter of the ids in a column.
  static final class Counter {
    private int[] counts = new int[1 << 16];
    private boolean sparse;

    /// Counts an id. It must not be negative.
    void add(int id) {
      if (id < counts.length) {
        counts[id]++;
      } else if (id >= MAX_TABLE_SIZE) {
        sparse = true;
      } else if (!sparse) {
        counts =
            Arrays.copyOf(counts, Math.min(MAX_TABLE_SIZE, Math.max(id + 1, 2 * counts.length)));
        counts[id]++;
      }
    }
  }

  /// Numbers the counted ids.
  ///
  /// @param files the files with the ids; read again if the ids are too sparse for a table
  /// @param column the column of the ids
  static IdVocabulary of(Counter counter, List<ArrowFile> files, String column) {
    return counter.sparse ? bySearch(files, column) : byTable(counter.counts);
  }

  private static IdVocabulary byTable(int[] countsById) {
    int size = 0;
    for (int count : countsById) {
      size += count > 0 ? 1 : 0;
    }
    int[] ids = new int[size];
    int[] counts = new int[size];
    int next = 0;
    for (int id = 0; id < countsById.length; id++) {
      if (countsById[id] > 0) {
        ids[next] = id;
        counts[next] = countsById[id];
        countsById[id] = next++;
      } else {
        countsById[id] = -1;
      }
    }
    return new IdVocabulary(ids, counts, countsById);
  }

  private static IdVocabulary bySearch(List<ArrowFile> files, String column) {
    int[] all = new int[Math.toIntExact(files.stream().mapToLong(ArrowFile::rows).sum())];
    int next = 0;
    for (ArrowFile file : files) {
      for (RecordBatch batch : file.batches()) {
        batch.ints(column).copyTo(0, all, next, batch.rows());
        next += batch.rows();
      }
    }
    Arrays.sort(all);
    int[] counts = new int[all.length];
    int size = 0;
    for (int i = 0; i < all.length; i++) {
      if (i == 0 || all[i] != all[i - 1]) {
        all[size++] = all[i];
      }
      counts[size - 1]++;
    }
    return new IdVocabulary(Arrays.copyOf(all, size), Arrays.copyOf(counts, size), new int[0]);
  }

  int size() {
    return ids.length;
  }

  /// Returns the ids in ascending order. Callers must not modify the array.
  int[] ids() {
    return ids;
  }

  /// Returns the number of occurrences of each id. Callers must not modify the array.
  int[] counts() {
    return counts;
  }

  /// Returns the index of `id`, or -1 if it is unknown.
  int indexOf(int id) {
    if (indexById.length > 0) {
      return id < indexById.length && id >= 0 ? indexById[id] : -1;
    }
    return Math.max(-1, Arrays.binarySearch(ids, id));
  }

  /// Refuses a negative id.
  static void requireId(ArrowFile file, long row, String column, int id)
      throws MalformedFileException {
    if (id < 0) {
      throw file.malformed("row " + row + ": " + column + " " + id + " is negative");
    }
  }
}
