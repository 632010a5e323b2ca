package com.craftyverse.recsys.table;

import dev.hardwood.internal.compression.Decompressor;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// A decoder of Snappy blocks in plain Java. Damaged blocks end in an exception; unlike native code, it cannot write
/// outside of its arrays.
///
/// [Format](https://github.com/google/snappy/blob/main/format_description.txt): the decoded length as a
/// variable-length number, then literals and copies of earlier output.
final class SnappyDecoder implements Decompressor {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int MAX_VARINT_BYTES = 5;

  /// The number of bytes between an element's tag and what follows: of a literal's length or a copy's offset.
  private static final byte[] TRAILER_BYTES = trailerBytes();

  /// The bits of the first bytes of a word, by their number.
  private static final int[] MASKS = {0, 0xFF, 0xFFFF, 0xFFFFFF, -1};

  /// A copy of 64 bytes takes three; no element decodes to more bytes a byte.
  private static final int MAX_RATIO = 22;

  /// Bytes behind the decoded ones and the input that copies of eight bytes at a time may touch.
  private static final int SLACK = 8;

  private static final ThreadLocal<byte[]> INPUT = ThreadLocal.withInitial(() -> new byte[0]);
  private static final ThreadLocal<byte[]> OUTPUT = ThreadLocal.withInitial(() -> new byte[0]);

  @Override
  public String getName() {
    return "SNAPPY";
  }

  /// Decodes a block.
  ///
  /// @return the decoded bytes; the library takes the end of the array for that of the page
  /// @throws IOException if the block does not decode to exactly `size` bytes
  @Override
  public byte[] decompress(ByteBuffer block, int size) throws IOException {
    int length = block.remaining();
    if (size < 0 || size > (long) MAX_RATIO * length) {
      throw damaged("a page of " + length + " bytes cannot have " + size);
    }
    if (length == 0) {
      return new byte[0];
    }
    byte[] in = atLeast(INPUT, length + SLACK);
    block.get(in, 0, length);
    byte[] out = atLeast(OUTPUT, size + SLACK);
    decode(in, length, out, size);
    return Arrays.copyOf(out, size);
  }

  private static byte[] atLeast(ThreadLocal<byte[]> buffer, int bytes) {
    if (buffer.get().length < bytes) {
      buffer.set(new byte[bytes]);
    }
    return buffer.get();
  }

  /// Decodes the first `length` bytes of `in` to the first `size` of `out`. Both have [#SLACK] bytes more.
  private static void decode(byte[] in, int length, byte[] out, int size) throws IOException {
    int from = requireSize(in, length, size);
    int to = 0;
    while (from < length) {
      int tag = in[from++] & 0xFF;
      int trailer = TRAILER_BYTES[tag];
      if (trailer > length - from) {
        throw damaged("it ends within an element");
      }
      int number = (int) INT.get(in, from) & MASKS[trailer];
      from += trailer;
      if ((tag & 3) == 0) {
        int count = 1 + (trailer == 0 ? tag >>> 2 : number);
        if (count <= 0 || count > length - from || count > size - to) {
          throw damaged("a literal is too long");
        }
        copy(in, from, out, to, count);
        from += count;
        to += count;
      } else {
        boolean isShort = (tag & 3) == 1;
        int count = isShort ? 4 + ((tag >>> 2) & 7) : 1 + (tag >>> 2);
        int offset = isShort ? ((tag & 0xE0) << 3) | number : number;
        if (offset <= 0 || offset > to || count > size - to) {
          throw damaged("a copy is outside of the page");
        }
        repeat(out, to, offset, count);
        to += count;
      }
    }
    if (to != size) {
      throw damaged("it has " + to + " bytes, expected " + size);
    }
  }

  /// Checks the length at the beginning of a block. Returns where the elements begin.
  private static int requireSize(byte[] in, int length, int size) throws IOException {
    long declared = 0;
    for (int i = 0; i < Math.min(length, MAX_VARINT_BYTES); i++) {
      declared |= (in[i] & 0x7FL) << (7 * i);
      if (in[i] >= 0) {
        if (declared != size) {
          throw damaged("it says that it has " + declared + " bytes, expected " + size);
        }
        return i + 1;
      }
    }
    throw damaged("it has no length");
  }

  private static byte[] trailerBytes() {
    byte[] bytes = new byte[256];
    for (int tag = 0; tag < bytes.length; tag++) {
      bytes[tag] =
          switch (tag & 3) {
            case 0 -> (byte) Math.max(0, (tag >>> 2) - 59);
            case 1 -> 1;
            case 2 -> 2;
            default -> 4;
          };
    }
    return bytes;
  }

  private static void copy(byte[] in, int from, byte[] out, int to, int count) {
    if (count <= SLACK) {
      LONG.set(out, to, (long) LONG.get(in, from));
    } else {
      System.arraycopy(in, from, out, to, count);
    }
  }

  /// Appends `count` bytes that begin `offset` bytes before the end; those that it appends may be among them.
  private static void repeat(byte[] out, int to, int offset, int count) {
    if (offset >= SLACK) {
      int last = to + count;
      for (int at = to; at < last; at += SLACK) {
        LONG.set(out, at, (long) LONG.get(out, at - offset));
      }
    } else if (offset == 1) {
      Arrays.fill(out, to, to + count, out[to - 1]);
    } else {
      for (int at = to; at < to + count; at++) {
        out[at] = out[at - offset];
      }
    }
  }

  private static IOException damaged(String how) {
    return new IOException("Snappy: " + how);
  }
}
