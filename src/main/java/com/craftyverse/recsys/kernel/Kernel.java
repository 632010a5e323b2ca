package com.craftyverse.recsys.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The float loops that training and scoring spend their time in.
///
/// Rows are laid out as [RowLayout] says, one after the other in a `float[]`; `At` parameters are
/// offsets of a row's first float. Every implementation gives the same bits, whatever its lane
/// width and however it was compiled: a dot product is 16 sums, the one numbered `l` adding up the
/// products of elements `l, l + 16, l + 32, …` with fused multiply-add, and these are added in the
/// tree `l + (l + 8)`, then `+ 4`, `+ 2`, `+ 1`.
///
/// The loops of the ranking model, [#dots], [#addRows], [#gram] and [#multiply], work on rows of a
/// multiple of 16 floats without biases. Each of them says in which order it adds.
///
/// A kernel has no state; it may be used by any number of threads, each with its own [Scratch].
public sealed interface Kernel permits ScalarKernel, VectorKernel {
  /// Sums that a dot product is made of; rows are a multiple of this long.
  int VIRTUAL_LANES = 16;

  /// Ratings of one user that are taken against the same version of the user's row. 1, 2 and 4 give
  /// the same RMSE within 0.0002.
  int BATCH = 8;

  /// Rows that are worked on in one piece, so that they stay in the first cache.
  int PIECE = 64;

  /// A little-endian int32 at any offset.
  ValueLayout.OfInt INT32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// A little-endian float32 at any offset.
  ValueLayout.OfFloat FLOAT32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// `scalar` or `vector`.
  String name();

  /// Floats that one instruction takes: 1, or the lane width of the vectors.
  int lanes();

  /// Learns from consecutive ratings of one user: one step of stochastic gradient descent for each,
  /// in batches of [#BATCH].
  ///
  /// With error `e = r − μ − u·i` of a rating, each by the user's row as it is before its batch:
  ///
  /// ```
  /// u ← (1 − step·penalty)ⁿ u + step Σ e·i      over the n ratings of a batch
  /// i ← (1 − step·penalty)  i + step e·u
  /// ```
  ///
  /// with the steps and penalties of each element, see [UpdateCoefficients] (Koren, Bell & Volinsky
  /// 2009).
  ///
  /// @param users the users' rows, changed in place
  /// @param userAt where the user's row begins
  /// @param items the items' rows, changed in place
  /// @param item int32 column of item numbers; those of later rows, whosever they are, may be looked
  ///     up, too, if there are any
  /// @param rating float32 column of ratings, as long as that of the items
  /// @param from the first row of the columns
  /// @param count how many rows
  /// @return Σ e², before the updates
  /// @throws IndexOutOfBoundsException when a row lies outside its array or column
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

  /// The dot product of two rows of `stride` floats, a multiple of [#VIRTUAL_LANES].
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
  /// Each is made of 8 sums, the one numbered `l` adding up the products of elements
  /// `l, l + 8, l + 16, …` with fused multiply-add, which are added in the tree `l + (l + 4)`, then
  /// `+ 2`, `+ 1`: other bits than those of [#dot], in two thirds of the time.
  ///
  /// @param stride floats of a row, a multiple of [#VIRTUAL_LANES]
  /// @param count how many; `out` has room for the next multiple of [#BATCH], and what lies beyond
  ///     `count` is undefined
  /// @throws IndexOutOfBoundsException when a row lies outside its array
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
  /// @param stride floats of a row, a multiple of [#VIRTUAL_LANES]
  /// @param sumAt where the sum begins, `stride` floats
  /// @throws IndexOutOfBoundsException when a row lies outside its array
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
  /// with fused multiply-add. Its upper triangle is written; what is below may be or not.
  ///
  /// @param stride floats of a row, a multiple of [#VIRTUAL_LANES]
  /// @param from the first row
  /// @param count how many rows
  /// @param gram `stride` × `stride` floats, by rows
  /// @throws IndexOutOfBoundsException when a row lies outside its array
  void gram(float[] rows, int stride, int from, int count, float[] gram);

  /// Multiplies consecutive rows by a matrix, in place: `x ← x · matrix`, each element in the order
  /// of the matrix' rows, with fused multiply-add.
  ///
  /// @param stride floats of a row, a multiple of [#VIRTUAL_LANES]
  /// @param from the first row
  /// @param count how many rows, at most [#PIECE]
  /// @param matrix `stride` × `stride` floats, by rows
  /// @param copy room for [#PIECE] rows
  /// @throws IndexOutOfBoundsException when a row lies outside its array
  void multiply(float[] rows, int stride, int from, int count, float[] matrix, float[] copy);
}
