package com.craftyverse.recsys.storage.s3;

import java.util.zip.Checksum;

/// CRC-64/NVME, the checksum that AWS's command line and console add to uploads: polynomial
/// 0xAD93D23594C93659, reflected, initial value and final XOR all ones (NVM Express NVM command set 1.0d,
/// 5.2.1.3.4).
final class S3Crc64 implements Checksum {
  private static final long REFLECTED_POLYNOMIAL = 0x9A6C9329AC4BC9B5L;

  /// `TABLES[n][b]` is the effect of byte `b`, followed by n zero bytes, on the remainder.
  private static final long[][] TABLES = tables();

  private long crc = ~0L;

  @Override
  public void update(int b) {
    crc = TABLES[0][((int) crc ^ b) & 0xff] ^ (crc >>> 8);
  }

  @Override
  public void update(byte[] bytes, int offset, int length) {
    long rest = crc;
    int i = offset;
    int end = offset + length;
    for (; i + 8 <= end; i += 8) { // eight bytes per iteration
      for (int k = 0; k < 8; k++) {
        rest ^= (bytes[i + k] & 0xffL) << (8 * k);
      }
      long next = 0;
      for (int k = 0; k < 8; k++) {
        next ^= TABLES[7 - k][(int) (rest >>> (8 * k)) & 0xff];
      }
      rest = next;
    }
    crc = rest;
    for (; i < end; i++) {
      update(bytes[i]);
    }
  }

  @Override
  public long getValue() {
    return ~crc;
  }

  @Override
  public void reset() {
    crc = ~0L;
  }

  private static long[][] tables() {
    long[][] tables = new long[8][256];
    for (int b = 0; b < 256; b++) {
      long rest = b;
      for (int bit = 0; bit < 8; bit++) {
        rest = (rest & 1) == 0 ? rest >>> 1 : (rest >>> 1) ^ REFLECTED_POLYNOMIAL;
      }
      tables[0][b] = rest;
    }
    for (int n = 1; n < 8; n++) {
      for (int b = 0; b < 256; b++) {
        long rest = tables[n - 1][b];
        tables[n][b] = tables[0][(int) rest & 0xff] ^ (rest >>> 8);
      }
    }
    return tables;
  }
}
