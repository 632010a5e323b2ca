package com.craftyverse.recsys.batch;

import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.Schemas;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Writes lists to a part: a row for each user and rank.
final class PartWriter implements AutoCloseable {
  private final ArrowFileWriter file;
  private final IdTable userIds;
  private final IdTable itemIds;
  private long rows;

  /// @param metadata what the file says about itself
  PartWriter(Path path, IdTable userIds, IdTable itemIds, Map<String, String> metadata)
      throws IOException {
    this.file =
        ArrowFileWriter.create(
            path, Schemas.recommendations(userIds.type(), itemIds.type()), metadata);
    this.userIds = userIds;
    this.itemIds = itemIds;
  }

  /// Appends a record batch.
  ///
  /// @param users the users' rows; the lists of those from `from` to `to - 1` are written
  void write(int[] users, ListMaker.TopList[] lists, int from, int to) throws IOException {
    int count = 0;
    for (int i = from; i < to; i++) {
      count += lists[i].items().length;
    }
    if (count == 0) {
      return;
    }
    int[] user = new int[count];
    int[] rank = new int[count];
    int[] item = new int[count];
    float[] score = new float[count];
    int row = 0;
    for (int i = from; i < to; i++) {
      ListMaker.TopList list = lists[i];
      int length = list.items().length;
      System.arraycopy(list.items(), 0, item, row, length);
      System.arraycopy(list.scores(), 0, score, row, length);
      for (int place = 0; place < length; place++, row++) {
        user[row] = users[i];
        rank[row] = place + 1;
      }
    }
    List<MemorySegment> buffers = new ArrayList<>(userIds.select(user).buffers(0, count));
    buffers.add(Buffers.of(rank, count));
    buffers.addAll(itemIds.select(item).buffers(0, count));
    buffers.add(Buffers.of(score, count));
    file.writeBatch(count, buffers.toArray(new MemorySegment[0]));
    rows += count;
  }

  /// Returns the number of rows so far.
  long rows() {
    return rows;
  }

  /// Completes the file.
  @Override
  public void close() throws IOException {
    file.close();
  }
}
