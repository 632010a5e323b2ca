package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.columnar.RecordBatch;
import java.util.List;

/// Finds rows among a file's record batches.
final class RecordBatches {
  private RecordBatches() {}

  /// The batch that holds a row.
  ///
  /// @param batches of a file, in order
  static RecordBatch at(List<RecordBatch> batches, long row) {
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
