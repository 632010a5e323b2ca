package com.craftyverse.recsys.kernel;

import java.io.IOException;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// A scorer of the whole catalogue for many users at once. It multiplies matrices: the users' rows
/// times panels of items' rows. Except for rounding, the scores equal those of `recommend`.
/// Thread-safe once all items are set.
public final class CatalogScorer {
  /// Largest number of users at once.
  public static final int MAX_USERS = Kernel.BLOCK_ROWS;

  private static final int PANEL = Kernel.VIRTUAL_LANES;

  private final int items;
  private final int stride;

  /// The rows of 16 items per panel, transposed: element `[f · 16 + i]` is value f of the i-th
  /// item.
  private final float[][] panels;

  private final Kernel kernel = Kernels.fastest().kernel();
  private final Queue<ThreadBuffers> freeBuffers = new ConcurrentLinkedQueue<>();

  /// @param stride floats in a row, a multiple of [Kernel#VIRTUAL_LANES]
  public CatalogScorer(int items, int stride) {
    this.items = items;
    this.stride = stride;
    this.panels = new float[Math.ceilDiv(items, PANEL)][stride * PANEL];
  }

  /// The buffers of one thread.
  private final class ThreadBuffers {
    final float[] users = new float[MAX_USERS * stride];
    final float[][] scores = new float[MAX_USERS][items];

    /// The scores of the last panel's items, which may be fewer than a panel has.
    final float[][] last = new float[MAX_USERS][PANEL];
  }

  /// Returns the number of floats in a row.
  public int stride() {
    return stride;
  }

  /// Stores an item's row.
  ///
  /// @param rows contains the row at `at`
  public void set(int item, float[] rows, int at) {
    float[] panel = panels[item / PANEL];
    for (int f = 0; f < stride; f++) {
      panel[f * PANEL + item % PANEL] = rows[at + f];
    }
  }

  /// Writes a user's row.
  @FunctionalInterface
  public interface RowWriter {
    /// @param user 0 for the first user
    /// @param rows receives the row at `at`, where it is zero
    void write(int user, float[] rows, int at) throws IOException;
  }

  /// Receives a user's scores.
  @FunctionalInterface
  public interface ScoresReader {
    /// @param scores one per item; the reader may modify them
    void read(int user, float[] scores) throws IOException;
  }

  /// Scores all items for some users by the dot products of their rows.
  ///
  /// @param count number of users, at most [#MAX_USERS]
  public void score(int count, RowWriter users, ScoresReader reader) throws IOException {
    ThreadBuffers buffers = freeBuffers.poll();
    if (buffers == null) {
      buffers = new ThreadBuffers();
    }
    Arrays.fill(buffers.users, 0);
    for (int user = 0; user < count; user++) {
      users.write(user, buffers.users, user * stride);
    }
    int whole = items / PANEL;
    for (int panel = 0; panel < whole; panel++) {
      kernel.multiplyPanel(
          buffers.users, stride, count, panels[panel], buffers.scores, panel * PANEL);
    }
    if (whole < panels.length) {
      kernel.multiplyPanel(buffers.users, stride, count, panels[whole], buffers.last, 0);
    }
    for (int user = 0; user < count; user++) {
      float[] scores = buffers.scores[user];
      System.arraycopy(buffers.last[user], 0, scores, whole * PANEL, items - whole * PANEL);
      reader.read(user, scores);
    }
    freeBuffers.offer(buffers);
  }
}
