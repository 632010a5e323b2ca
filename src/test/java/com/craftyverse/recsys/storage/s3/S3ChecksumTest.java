package com.craftyverse.recsys.storage.s3;

import static com.craftyverse.recsys.storage.ObjectStoreContract.bytes;
import static com.craftyverse.recsys.storage.ObjectStoreContract.content;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

class S3ChecksumTest {
  @TempDir private Path temp;

  /// The check values of the CRC catalogue, computed over the digits 1 to 9.
  @ParameterizedTest
  @CsvSource({"CRC32, y/Q5Jg==", "CRC32C, 4waSgw==", "CRC64NVME, rosUhgp5mIg="})
  void checkValue_isRight(String name, String checksum) throws IOException {
    Path digits = Files.write(temp.resolve("digits"), bytes("123456789"));
    Path other = Files.write(temp.resolve("other"), bytes("123456788"));
    HeadObjectResponse head = head(name, checksum).build();

    assertThat(S3Checksum.damage(digits, head)).isEmpty();
    assertThat(S3Checksum.damage(other, head).orElseThrow()).endsWith(", expected " + checksum);
    assertThat(S3Checksum.crc32(bytes("123456789"))).isEqualTo("y/Q5Jg==");
    assertThat(S3Checksum.crc32(digits)).isEqualTo("y/Q5Jg==");
  }

  @Test
  void compositeOrMissingChecksum_isIgnored() throws IOException {
    Path file = Files.write(temp.resolve("file"), bytes("x"));

    assertThat(S3Checksum.damage(file, HeadObjectResponse.builder().build())).isEmpty();
    assertThat(S3Checksum.damage(file, head("CRC32", "y/Q5Jg==-3").build())).isEmpty();
    assertThat(
            S3Checksum.damage(
                file, head("CRC32", "y/Q5Jg==").checksumType(ChecksumType.COMPOSITE).build()))
        .isEmpty();
  }

  private static HeadObjectResponse.Builder head(String name, String checksum) {
    HeadObjectResponse.Builder head = HeadObjectResponse.builder();
    return switch (name) {
      case "CRC32" -> head.checksumCRC32(checksum);
      case "CRC32C" -> head.checksumCRC32C(checksum);
      default -> head.checksumCRC64NVME(checksum);
    };
  }

  /// Compares with the bitwise definition.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 63, 1000})
  void crc64_ofAnyLengthAndOffset_isRight(int length) {
    byte[] content = content(length + 3, length);
    long expected = ~0L;
    for (int i = 3; i < content.length; i++) {
      expected ^= content[i] & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        expected = (expected & 1) == 0 ? expected >>> 1 : (expected >>> 1) ^ 0x9A6C9329AC4BC9B5L;
      }
    }
    S3Crc64 crc = new S3Crc64();
    crc.update(content, 3, length);

    assertThat(crc.getValue()).isEqualTo(~expected);
    crc.reset();
    for (int i = 3; i < content.length; i++) {
      crc.update(content[i]);
    }
    assertThat(crc.getValue()).isEqualTo(~expected);
  }
}
