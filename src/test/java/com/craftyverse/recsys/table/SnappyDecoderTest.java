package com.craftyverse.recsys.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.columnar.Mutations;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.apache.commons.compress.compressors.snappy.SnappyCompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnappyDecoderTest {
  private final SnappyDecoder decoder = new SnappyDecoder();

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8, 60, 61, 256, 257, 65_536, 70_000, 300_000})
  void blockOfAnotherEncoder_decodes(int size) throws IOException {
    for (int period : new int[] {1, 3, 8, 11, 1000, 20_000}) {
      byte[] content = content(size, period);
      // The library takes the end of the array for that of the page.
      assertThat(decoder.decompress(direct(encode(content)), size))
          .as("period %s", period)
          .isEqualTo(content);
    }
  }

  /// Encoders rarely write these: a literal whose length has three or four bytes, a copy whose offset has four.
  @ParameterizedTest
  @ValueSource(ints = {3, 4})
  void longElements_decode(int lengthBytes) throws IOException {
    byte[] literal = content(70_000, 20_000);
    ByteBuffer block = ByteBuffer.allocate(80_000).order(ByteOrder.LITTLE_ENDIAN);
    int size = literal.length + 5;
    block.put((byte) ((size & 0x7F) | 0x80)).put((byte) (((size >> 7) & 0x7F) | 0x80));
    block.put((byte) (size >> 14));
    block.put((byte) ((59 + lengthBytes) << 2)).putInt(literal.length - 1);
    block.position(block.position() - (4 - lengthBytes)).put(literal);
    block.put((byte) ((4 << 2) | 3)).putInt(66_000);
    byte[] expected = Arrays.copyOf(literal, size);
    System.arraycopy(literal, literal.length - 66_000, expected, literal.length, 5);

    byte[] encoded = Arrays.copyOf(block.array(), block.position());
    assertThat(decoder.decompress(direct(encoded), size)).isEqualTo(expected);
  }

  /// Native decoders write past the end of the buffer that has the expected size.
  @Test
  void blockThatIsLargerThanExpected_isRefused() throws IOException {
    byte[] block = encode(content(1000, 11));
    assertThatThrownBy(() -> decoder.decompress(direct(block), 999))
        .isInstanceOf(IOException.class)
        .hasMessage("Snappy: it says that it has 1000 bytes, expected 999");
    assertThatThrownBy(() -> decoder.decompress(direct(block), Integer.MAX_VALUE))
        .isInstanceOf(IOException.class)
        .hasMessage("Snappy: a page of " + block.length + " bytes cannot have 2147483647");
  }

  @Test
  void damagedBlock_isDecodedOrRefused() throws IOException {
    byte[] block = encode(content(2_000, 700));
    int refused = 0;
    for (int seed = 0; seed < Mutations.COUNT; seed++) {
      byte[] damaged = Mutations.damage(block, block.length, new SplittableRandom(seed));
      try {
        decoder.decompress(direct(damaged), 2_000);
      } catch (IOException e) {
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    assertThat(refused).isBetween(Mutations.COUNT / 10, Mutations.COUNT);
  }

  /// Returns random bytes that repeat after a period, with some changes.
  private static byte[] content(int size, int period) {
    SplittableRandom random = new SplittableRandom(period);
    byte[] content = new byte[size];
    for (int i = 0; i < size; i++) {
      boolean isNew = i < period || random.nextInt(500) == 0;
      content[i] = isNew ? (byte) random.nextInt() : content[i - period];
    }
    return content;
  }

  private static byte[] encode(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var snappy = new SnappyCompressorOutputStream(bytes, content.length)) {
      snappy.write(content);
    }
    return bytes.toByteArray();
  }

  private static ByteBuffer direct(byte[] block) {
    return ByteBuffer.allocateDirect(block.length).put(block).flip();
  }
}
