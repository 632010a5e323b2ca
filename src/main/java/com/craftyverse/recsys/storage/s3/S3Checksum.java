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

/// The checksums that S3 keeps of whole objects: CRC-32 and its two sisters, in Base64, big-endian.
final class S3Checksum {
  private static final int BUFFER = 1 << 20;

  private S3Checksum() {}

  /// The CRC-32 of a request's body, as its header wants it.
  static String crc32(byte[] content) {
    CRC32 crc = new CRC32();
    crc.update(content);
    return encode(crc.getValue(), Integer.BYTES);
  }

  /// The CRC-32 of a whole file.
  static String crc32(Path file) throws IOException {
    return encode(sum(file, new CRC32()), Integer.BYTES);
  }

  /// What is wrong with a downloaded file, if S3 has a checksum of the whole object and the file
  /// does not match it. A multipart upload may leave only one that is made of its parts'; that one
  /// says nothing of the whole.
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

  private static Optional<String> compare(String name, String expected, String found) {
    // "-n" marks one made of n parts' checksums.
    return expected.equals(found) || expected.contains("-")
        ? Optional.empty()
        : Optional.of("its " + name + " should be " + expected + " and is " + found);
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
