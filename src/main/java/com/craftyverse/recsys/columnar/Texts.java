package com.craftyverse.recsys.columnar;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The values of a text column of all record batches, copied. A value becomes a string only when asked for.
public final class Texts {
  private final byte[] bytes;

  /// Where each text begins in the bytes, plus the end of the last.
  private final int[] starts;

  private Texts(byte[] bytes, int[] starts) {
    this.bytes = bytes;
    this.starts = starts;
  }

  /// Copies a text column.
  ///
  /// @param path the column, as [RecordBatch] addresses it
  /// @throws MalformedFileException when the offsets are damaged, or all texts take 2 GiB or more
  public static Texts read(ArrowFile file, String path) throws MalformedFileException {
    byte[] bytes = new byte[0];
    int[] starts = new int[1];
    for (RecordBatch batch : file.batches()) {
      int[] bounds = batch.offsets(path).toArray();
      if (bounds.length == 0) {
        continue;
      }
      int first = bounds[0];
      int length = bounds[bounds.length - 1] - first;
      int rows = starts.length - 1;
      int end = bytes.length;
      if (length > Integer.MAX_VALUE - 8 - end) {
        throw file.malformed("column '" + path + "' takes 2 GiB or more");
      }
      bytes = Arrays.copyOf(bytes, end + length);
      MemorySegment.copy(batch.data(path), ValueLayout.JAVA_BYTE, first, bytes, end, length);
      starts = Arrays.copyOf(starts, rows + bounds.length);
      for (int i = 1; i < bounds.length; i++) {
        starts[rows + i] = end + bounds[i] - first;
      }
    }
    return new Texts(bytes, starts);
  }

  /// Returns the number of texts.
  public int size() {
    return starts.length - 1;
  }

  /// Returns the length of a text in UTF-8, in bytes.
  public int bytes(int index) {
    return starts[index + 1] - starts[index];
  }

  /// Returns a text.
  public String get(int index) {
    return new String(
        bytes, starts[index], starts[index + 1] - starts[index], StandardCharsets.UTF_8);
  }

  /// Compares a text with a text of `other`, by unsigned bytes of UTF-8.
  public int compare(int index, Texts other, int otherIndex) {
    return Arrays.compareUnsigned(
        bytes,
        starts[index],
        starts[index + 1],
        other.bytes,
        other.starts[otherIndex],
        other.starts[otherIndex + 1]);
  }

  /// Compares a text with UTF-8 bytes, by unsigned bytes.
  public int compare(int index, byte[] text) {
    return Arrays.compareUnsigned(bytes, starts[index], starts[index + 1], text, 0, text.length);
  }

  /// Returns the texts at some indices, in the order of the indices.
  ///
  /// @param indices −1 for an empty text
  public Texts select(int[] indices) {
    int[] selectedStarts = new int[indices.length + 1];
    for (int i = 0; i < indices.length; i++) {
      int length = indices[i] < 0 ? 0 : bytes(indices[i]);
      selectedStarts[i + 1] = Math.addExact(selectedStarts[i], length);
    }
    byte[] selected = new byte[selectedStarts[indices.length]];
    for (int i = 0; i < indices.length; i++) {
      int from = selectedStarts[i];
      int start = indices[i] < 0 ? 0 : starts[indices[i]];
      System.arraycopy(bytes, start, selected, from, selectedStarts[i + 1] - from);
    }
    return new Texts(selected, selectedStarts);
  }

  /// Returns the buffers of a text column with the texts `from` to `to - 1`.
  public Buffers.Text buffers(int from, int to) {
    int[] offsets = Arrays.copyOfRange(starts, from, to + 1);
    for (int i = offsets.length - 1; i >= 0; i--) {
      offsets[i] -= offsets[0];
    }
    return new Buffers.Text(
        MemorySegment.ofArray(offsets),
        MemorySegment.ofArray(bytes).asSlice(starts[from], offsets[to - from]));
  }
}
