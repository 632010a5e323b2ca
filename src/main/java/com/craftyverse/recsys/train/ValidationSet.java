package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Ratings that a model is checked with and never learns from, of users and items that it knows.
final class ValidationSet {
  /// Ratings and users that make a validation error worth deciding by.
  static final int EVIDENCE_ROWS = 2_000;

  static final int EVIDENCE_USERS = 100;

  /// Rows that are predicted in one piece of work.
  static final int SLICE_ROWS = 8_192;

  /// A piece of the set.
  ///
  /// @param from the first row within the batch's columns
  /// @param rows how many, at most [#SLICE_ROWS]
  record Slice(MemorySegment user, MemorySegment item, MemorySegment rating, int from, int rows) {}

  private final List<Slice> slices = new ArrayList<>();
  private final long rows;
  private final int users;

  /// @throws MalformedFileException when a row is not of a known user and item
  ValidationSet(ArrowFile file, int knownUsers, int knownItems) throws MalformedFileException {
    file.require(IndexFiles.RATINGS);
    BitSet seen = new BitSet();
    for (RecordBatch batch : file.batches()) {
      MemorySegment userColumn = batch.data(IndexFiles.USER);
      MemorySegment itemColumn = batch.data(IndexFiles.ITEM);
      MemorySegment ratingColumn = batch.data(IndexFiles.RATING);
      for (int row = 0; row < batch.rows(); row++) {
        long at = (long) row * Integer.BYTES;
        int user = userColumn.get(Buffers.INT32, at);
        int item = itemColumn.get(Buffers.INT32, at);
        float rating = ratingColumn.get(Buffers.FLOAT32, at);
        if (user < 0
            || user >= knownUsers
            || item < 0
            || item >= knownItems
            || !Float.isFinite(rating)) {
          throw file.malformed(
              "record batch "
                  + batch.index()
                  + ", row "
                  + row
                  + ": user "
                  + user
                  + ", item "
                  + item
                  + ", rating "
                  + rating
                  + "; there are "
                  + knownUsers
                  + " users and "
                  + knownItems
                  + " items");
        }
        seen.set(user);
      }
      for (int from = 0; from < batch.rows(); from += SLICE_ROWS) {
        int count = Math.min(SLICE_ROWS, batch.rows() - from);
        slices.add(new Slice(userColumn, itemColumn, ratingColumn, from, count));
      }
    }
    this.rows = file.rows();
    this.users = seen.cardinality();
  }

  List<Slice> slices() {
    return slices;
  }

  long rows() {
    return rows;
  }

  /// Users with at least one rating here.
  int users() {
    return users;
  }

  /// Whether the error on this set is worth deciding by.
  boolean isEvidence() {
    return rows >= EVIDENCE_ROWS && users >= EVIDENCE_USERS;
  }
}
