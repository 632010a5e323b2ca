package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.kernel.Kernel;
import com.craftyverse.recsys.kernel.Kernels;
import java.io.IOException;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// A scorer of the whole catalogue for many users at once. It multiplies matrices: the users' rows times
/// transposed blocks of items' rows. Except for rounding, the scores equal those of `recommend`. Thread-safe
/// once all items are set.
final class CatalogScorer {
  /// Largest number of users at once.
  static final int MAX_USERS = Kernel.BLOCK_ROWS;

  private final int items;
  private final int stride;

  /// The rows of `stride` items per block, transposed: element `[f · stride + i]` is value f of the i-th
  /// item.
  private final float[][] blocks;

  private final Kernel kernel = Kernels.fastest().kernel();
  private final Queue<ThreadBuffers> freeBuffers = new ConcurrentLinkedQueue<>();

  /// @param stride floats in a row, a multiple of [Kernel#VIRTUAL_LANES]
  CatalogScorer(int items, int stride) {
    this.items = items;
    this.stride = stride;
    this.blocks = new float[Math.ceilDiv(items, stride)][stride * stride];
  }

  /// The buffers of one thread.
  private final class ThreadBuffers {
    final float[] users = new float[MAX_USERS * stride];
    final float[] products = new float[MAX_USERS * stride];
    final float[] copy = new float[MAX_USERS * stride];
    final float[][] scores = new float[MAX_USERS][items];
  }

  /// Returns the number of floats in a row.
  int stride() {
    return stride;
  }

  /// Stores an item's row.
  ///
  /// @param rows contains the row at `at`
  void set(int item, float[] rows, int at) {
    float[] block = blocks[item / stride];
    for (int f = 0; f < stride; f++) {
      block[f * stride + item % stride] = rows[at + f];
    }
  }

  /// Writes a user's row.
  @FunctionalInterface
  interface RowWriter {
    /// @param user 0 for the first user
    /// @param rows receives the row at `at`, where it is zero
    void write(int user, float[] rows, int at) throws IOException;
  }

  /// Receives a user's scores.
  @FunctionalInterface
  interface ScoresReader {
    /// @param scores one per item; the reader may modify them
    void read(int user, float[] scores);
  }

  /// Scores all items for some users by the dot products of their rows.
  ///
  /// @param count number of users, at most [#MAX_USERS]
  void score(int count, RowWriter users, ScoresReader reader) throws IOException {
    ThreadBuffers buffers = freeBuffers.poll();
    if (buffers == null) {
      buffers = new ThreadBuffers();
    }
    Arrays.fill(buffers.users, 0);
    for (int user = 0; user < count; user++) {
      users.write(user, buffers.users, user * stride);
    }
    for (int block = 0; block < blocks.length; block++) {
      System.arraycopy(buffers.users, 0, buffers.products, 0, count * stride);
      kernel.multiply(buffers.products, stride, 0, count, blocks[block], buffers.copy);
      int first = block * stride;
      int length = Math.min(stride, items - first);
      for (int user = 0; user < count; user++) {
        System.arraycopy(buffers.products, user * stride, buffers.scores[user], first, length);
      }
    }
    for (int user = 0; user < count; user++) {
      reader.read(user, buffers.scores[user]);
    }
    freeBuffers.offer(buffers);
  }
}
