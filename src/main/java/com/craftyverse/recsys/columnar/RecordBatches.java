package com.craftyverse.recsys.columnar;

import java.util.List;

/// Finds rows in a file's record batches.
public final class RecordBatches {
  private RecordBatches() {}

  /// Returns the batch that contains a row.
  ///
  /// @param batches the file's batches, in order
  public static RecordBatch at(List<RecordBatch> batches, long row) {
    int low = 0;
    int high = batches.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (batches.get(middle).firstRow() <= row) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return batches.get(low);
  }
}
