package com.craftyverse.recsys.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The hot float loops of training and scoring.
///
/// Rows follow [RowLayout] and lie one after the other in a `float[]`; `At` parameters are
/// offsets of a row's first float. All implementations return the same bits, whatever the lane
/// width and compiler. A dot product consists of 16 sums: sum `l` adds the
/// products of elements `l, l + 16, l + 32, …` with fused multiply-add. The sums are then added in the
/// tree `l + (l + 8)`, then `+ 4`, `+ 2`, `+ 1`.
///
/// The loops of the ranking model, [#dots], [#addRows], [#gram], [#multiply] and [#multiplyPanel], work on rows of a
/// multiple of 16 floats without biases. Each documents its order of additions.
///
/// A kernel is stateless. Any number of threads may use it, each with its own [Scratch].
public sealed interface Kernel permits ScalarKernel, VectorKernel {
  /// Number of sums in a dot product; row lengths are a multiple of it.
  int VIRTUAL_LANES = 16;

  /// Ratings of one user that use the same version of the user's row. 1, 2 and 4 give
  /// the same RMSE within 0.0002.
  int BATCH = 8;

  /// Rows processed together, so that they stay in the L1 cache.
  int BLOCK_ROWS = 64;

  /// A little-endian int32 at any offset.
  ValueLayout.OfInt INT32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// A little-endian float32 at any offset.
  ValueLayout.OfFloat FLOAT32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Returns `scalar` or `vector`.
  String name();

  /// Returns the floats per instruction: 1, or the lane width of the vectors.
  int lanes();

  /// Learns from consecutive ratings of one user: one step of stochastic gradient descent per rating,
  /// in batches of [#BATCH].
  ///
  /// The error of a rating is `e = r − μ − u·i`, with the user's row as of the start of its batch. The
  /// updates are
  ///
  /// ```
  /// u ← (1 − step·penalty)ⁿ u + step Σ e·i      over the n ratings of a batch
  /// i ← (1 − step·penalty)  i + step e·u
  /// ```
  ///
  /// with the steps and penalties per element from [UpdateCoefficients] (Koren, Bell & Volinsky
  /// 2009).
  ///
  /// @param users the users' rows, changed in place
  /// @param userAt offset of the user's row
  /// @param items the items' rows, changed in place
  /// @param item int32 column of item numbers. The kernel may read beyond the last row, even another user's
  ///     rows, up to the end of the column
  /// @param rating float32 column of ratings, as long as the item column
  /// @param from the first row of the columns
  /// @param count number of rows
  /// @return Σ e², before the updates
  /// @throws IndexOutOfBoundsException if a row lies outside its array or column
  double update(
      UpdateCoefficients rates,
      Scratch scratch,
      float[] users,
      int userAt,
      float[] items,
      MemorySegment item,
      MemorySegment rating,
      long from,
      int count);

  /// Returns the dot product of two rows of `stride` floats, a multiple of [#VIRTUAL_LANES].
  float dot(Scratch scratch, float[] a, int aAt, float[] b, int bAt, int stride);

  /// Predicts ratings of pairs: `out[j] = mean + users[user[from + j]] · items[item[from + j]]`.
  ///
  /// @param user int32 column of user numbers
  /// @param item int32 column of item numbers
  default void predict(
      Scratch scratch,
      float mean,
      float[] users,
      float[] items,
      int stride,
      MemorySegment user,
      MemorySegment item,
      long from,
      int count,
      float[] out) {
    for (int j = 0; j < count; j++) {
      long at = (from + j) * Integer.BYTES;
      int userAt = user.get(INT32, at) * stride;
      int itemAt = item.get(INT32, at) * stride;
      out[j] = mean + dot(scratch, users, userAt, items, itemAt, stride);
    }
  }

  /// Scores consecutive rows against one: `out[j] = row · rows[from + j]`.
  default void score(
      Scratch scratch,
      float[] row,
      int rowAt,
      float[] rows,
      int stride,
      int from,
      int count,
      float[] out) {
    for (int j = 0; j < count; j++) {
      out[j] = dot(scratch, row, rowAt, rows, (from + j) * stride, stride);
    }
  }

  /// Computes the dot products of one row and gathered rows: `out[j] = row · rows[index[from + j]]`.
  ///
  /// Each consists of 8 sums: sum `l` adds the products of elements
  /// `l, l + 8, l + 16, …` with fused multiply-add. The sums are then added in the tree `l + (l + 4)`, then
  /// `+ 2`, `+ 1`. The bits differ from those of [#dot], but it takes two thirds of the time.
  ///
  /// @param stride floats per row, a multiple of [#VIRTUAL_LANES]
  /// @param count number of rows; `out` has room for the next multiple of [#BATCH], and its values beyond
  ///     `count` are undefined
  /// @throws IndexOutOfBoundsException if a row lies outside its array
  void dots(
      Scratch scratch,
      float[] row,
      int rowAt,
      float[] rows,
      int stride,
      int[] index,
      int from,
      int count,
      float[] out);

  /// Adds multiples of gathered rows: `sum += Σ factors[j] · rows[index[from + j]]`, each element in
  /// the order of `j`, with fused multiply-add.
  ///
  /// @param stride floats per row, a multiple of [#VIRTUAL_LANES]
  /// @param sumAt offset of the sum, `stride` floats
  /// @throws IndexOutOfBoundsException if a row lies outside its array
  void addRows(
      float[] factors,
      float[] rows,
      int stride,
      int[] index,
      int from,
      int count,
      float[] sum,
      int sumAt);

  /// Computes the Gram matrix of consecutive rows, `Σ xᵀx`, each element in the order of the rows,
  /// with fused multiply-add. Only the upper triangle is defined; the lower one may or may not be written.
  ///
  /// @param stride floats per row, a multiple of [#VIRTUAL_LANES]
  /// @param from the first row
  /// @param count number of rows
  /// @param gram `stride` × `stride` floats, in row-major order
  /// @throws IndexOutOfBoundsException if a row lies outside its array
  void gram(float[] rows, int stride, int from, int count, float[] gram);

  /// Multiplies consecutive rows by a matrix, in place: `x ← x · matrix`, each element in the order
  /// of the matrix rows, with fused multiply-add.
  ///
  /// @param stride floats per row, a multiple of [#VIRTUAL_LANES]
  /// @param from the first row
  /// @param count number of rows, at most [#BLOCK_ROWS]
  /// @param matrix `stride` × `stride` floats, in row-major order
  /// @param copy buffer for [#BLOCK_ROWS] rows
  /// @throws IndexOutOfBoundsException if a row lies outside its array
  void multiply(float[] rows, int stride, int from, int count, float[] matrix, float[] copy);

  /// Multiplies rows by a panel of [#VIRTUAL_LANES] columns:
  /// `out[row][outAt + j] = Σ rows[row · stride + f] · panel[f · 16 + j]`, each in the order of `f`, with fused
  /// multiply-add. Panels lie in cache as they are, whereas strips of the rows of a wide matrix compete for the
  /// same sets: a catalogue takes two thirds of the time of [#multiply].
  ///
  /// @param stride floats per row, a multiple of [#VIRTUAL_LANES]
  /// @param count number of rows, from the first on
  /// @param panel `stride` × 16 floats, in row-major order
  /// @param out an array for each row
  /// @param outAt where the 16 products begin in each of them
  /// @throws IndexOutOfBoundsException if a row lies outside its array
  void multiplyPanel(float[] rows, int stride, int count, float[] panel, float[][] out, int outAt);
}
