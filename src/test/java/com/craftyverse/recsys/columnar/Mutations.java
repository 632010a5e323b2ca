package com.craftyverse.recsys.columnar;

import java.util.Arrays;
import java.util.SplittableRandom;

/// Random damage to files, as disks, networks and attackers cause it. The system property `mutations` sets
/// the number of files; the build has a profile for it.
public final class Mutations {
  /// Number of damaged files per test.
  public static final int COUNT = Integer.getInteger("mutations", 2_000);

  private static final long[] INTERESTING = {
    0,
    1,
    -1,
    7,
    8,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    0xFFFFFFFFL,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private Mutations() {}

  /// Returns a damaged copy. One to three times, some bytes are flipped, overwritten with a number that is
  /// often a limit, removed, duplicated or truncated.
  ///
  /// @param hotBytes number of bytes at the end that are damaged as often as all others together, because a
  ///     file's end describes the rest
  public static byte[] damage(byte[] original, int hotBytes, SplittableRandom random) {
    byte[] bytes = original.clone();
    for (int times = random.nextInt(1, 4); times > 0 && bytes.length > 0; times--) {
      int at =
          random.nextBoolean()
              ? random.nextInt(bytes.length)
              : bytes.length - 1 - random.nextInt(Math.min(hotBytes, bytes.length));
      int length = Math.min(bytes.length - at, 1 << random.nextInt(8));
      switch (random.nextInt(10)) {
        case 0, 1, 2 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 3 -> bytes[at] = (byte) random.nextInt();
        case 4, 5, 6 -> put(bytes, at & -4, number(bytes.length, random), 4);
        case 7 -> put(bytes, at & -8, number(bytes.length, random), 8);
        case 8 -> bytes = without(bytes, at, length);
        default ->
            bytes = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, at) : twice(bytes, at, length);
      }
    }
    return bytes;
  }

  private static long number(int size, SplittableRandom random) {
    return switch (random.nextInt(3)) {
      case 0 -> INTERESTING[random.nextInt(INTERESTING.length)];
      case 1 -> size + random.nextInt(-16, 17);
      default -> random.nextInt(-64, 4 * size + 64);
    };
  }

  private static void put(byte[] bytes, int at, long value, int width) {
    for (int i = 0; i < width && at + i < bytes.length; i++) {
      bytes[at + i] = (byte) (value >>> (8 * i));
    }
  }

  private static byte[] without(byte[] bytes, int at, int length) {
    byte[] shorter = Arrays.copyOf(bytes, bytes.length - length);
    System.arraycopy(bytes, at + length, shorter, at, bytes.length - at - length);
    return shorter;
  }

  private static byte[] twice(byte[] bytes, int at, int length) {
    byte[] longer = Arrays.copyOf(bytes, bytes.length + length);
    System.arraycopy(bytes, at, longer, at + length, bytes.length - at);
    return longer;
  }
}
