package com.craftyverse.recsys.storage.s3;

import com.craftyverse.recsys.storage.ObjectStore.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/// Reads response bodies.
///
/// This happens inside the request attempt, so the client's retry rules cover a body that is cut off, too
/// short or damaged.
final class S3Body {
  private static final int BUFFER = 1 << 16;

  /// Heap in bytes that stays free when an object is read into memory.
  private static final long RESERVE = 8L << 20;

  private static final Pattern RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/.*");

  private S3Body() {}

  /// Reads the body and the ETag into memory.
  static ResponseTransformer<GetObjectResponse, StoredObject> bytes() {
    return (response, body) -> {
      byte[] content = new byte[requireMemory(requireLength(response))];
      String etag = S3ObjectStore.require(response.eTag(), "ETag");
      int length = 0;
      while (length < content.length) {
        int n = read(body, content, length);
        if (n < 0) {
          throw truncated(length, content.length);
        }
        length += n;
      }
      requireEnd(body, content.length);
      return new StoredObject(content, S3ObjectStore.unquoted(etag));
    };
  }

  /// Writes the body, which must be `length` bytes from `offset`, into the file at `offset`.
  static ResponseTransformer<GetObjectResponse, Integer> writeTo(
      FileChannel channel, long offset, int length) {
    return (response, body) -> {
      if (requireLength(response) != length || rangeStart(response) != offset) {
        throw RetryableException.create(
            "S3 answered with %s instead of bytes %d-%d"
                .formatted(response.contentRange(), offset, offset + length - 1));
      }
      byte[] buffer = new byte[BUFFER];
      int written = 0;
      for (int n = read(body, buffer, 0); n >= 0; n = read(body, buffer, 0)) {
        if (n > length - written) {
          throw tooLong(length);
        }
        ByteBuffer chunk = ByteBuffer.wrap(buffer, 0, n);
        while (chunk.hasRemaining()) {
          written += channel.write(chunk, offset + written);
        }
      }
      if (written < length) {
        throw truncated(written, length);
      }
      return written;
    };
  }

  /// Returns the body's length after checking that the headers agree on it.
  private static long requireLength(GetObjectResponse response) {
    long length = S3ObjectStore.require(response.contentLength(), "Content-Length");
    Matcher range = range(response);
    if (range != null && Long.parseLong(range.group(2)) - rangeStart(response) + 1 != length) {
      throw RetryableException.create(
          "S3 answered with %d bytes as %s".formatted(length, response.contentRange()));
    }
    return length;
  }

  private static long rangeStart(GetObjectResponse response) {
    Matcher range = range(response);
    return range == null ? 0 : Long.parseLong(range.group(1));
  }

  private static @Nullable Matcher range(GetObjectResponse response) {
    if (response.contentRange() == null) {
      return null;
    }
    Matcher range = RANGE.matcher(response.contentRange());
    return range.matches() ? range : null;
  }

  private static int requireMemory(long length) throws IOException {
    Runtime jvm = Runtime.getRuntime();
    long free = jvm.maxMemory() - (jvm.totalMemory() - jvm.freeMemory()) - RESERVE;
    if (length > Math.min(free, Integer.MAX_VALUE - 8)) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "not enough memory to read it: it needs %,d bytes, %,d are free",
              length,
              Math.max(0, free)));
    }
    return (int) length;
  }

  /// Reads past the end as well, because the SDK verifies the checksum there.
  private static void requireEnd(InputStream body, int length) {
    if (read(body, new byte[1], 0) >= 0) {
      throw tooLong(length);
    }
  }

  private static int read(InputStream body, byte[] buffer, int from) {
    try {
      return body.read(buffer, from, buffer.length - from);
    } catch (AbortedException e) {
      throw e;
    } catch (IOException | SdkClientException e) {
      throw RetryableException.create("the response was cut off or damaged", e);
    }
  }

  private static RetryableException truncated(int length, int expected) {
    return RetryableException.create(
        "the response was cut off after " + length + " of " + expected + " bytes");
  }

  private static RetryableException tooLong(int expected) {
    return RetryableException.create(
        "the response is longer than the expected " + expected + " bytes");
  }
}
