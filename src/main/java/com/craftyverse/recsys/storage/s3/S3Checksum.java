package com.craftyverse.recsys.storage.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/// The whole-object checksums that S3 stores: CRC-32, CRC-32C and CRC-64/NVME, in Base64, big-endian.
final class S3Checksum {
  private static final int BUFFER = 1 << 20;

  private S3Checksum() {}

  /// Returns the CRC-32 of a request body in the header's format.
  static String crc32(byte[] content) {
    CRC32 crc = new CRC32();
    crc.update(content);
    return encode(crc.getValue(), Integer.BYTES);
  }

  /// Returns the CRC-32 of a whole file.
  static String crc32(Path file) throws IOException {
    return encode(sum(file, new CRC32()), Integer.BYTES);
  }

  /// Compares a downloaded file with S3's checksum of the whole object and returns a description of the
  /// mismatch, if any. A multipart upload may have only a composite checksum, made of its parts' checksums;
  /// that one says nothing about the whole object and is ignored.
  static Optional<String> damage(Path file, HeadObjectResponse head) throws IOException {
    if (head.checksumType() == ChecksumType.COMPOSITE) {
      return Optional.empty();
    }
    if (head.checksumCRC32() != null) {
      return compare("CRC-32", head.checksumCRC32(), crc32(file));
    }
    if (head.checksumCRC32C() != null) {
      return compare(
          "CRC-32C", head.checksumCRC32C(), encode(sum(file, new CRC32C()), Integer.BYTES));
    }
    if (head.checksumCRC64NVME() != null) {
      return compare(
          "CRC-64/NVME", head.checksumCRC64NVME(), encode(sum(file, new S3Crc64()), Long.BYTES));
    }
    return Optional.empty();
  }

  private static Optional<String> compare(String name, String expected, String actual) {
    // A suffix "-n" marks a composite of n parts' checksums.
    return expected.equals(actual) || expected.contains("-")
        ? Optional.empty()
        : Optional.of("its " + name + " is " + actual + ", expected " + expected);
  }

  private static long sum(Path file, Checksum checksum) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
      while (channel.read(buffer) >= 0) {
        checksum.update(buffer.flip());
        buffer.clear();
      }
      return checksum.getValue();
    }
  }

  private static String encode(long value, int bytes) {
    byte[] bigEndian = ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    ByteBuffer tail = ByteBuffer.wrap(bigEndian, Long.BYTES - bytes, bytes).slice();
    byte[] digits = new byte[bytes];
    tail.get(digits);
    return Base64.getEncoder().encodeToString(digits);
  }
}
