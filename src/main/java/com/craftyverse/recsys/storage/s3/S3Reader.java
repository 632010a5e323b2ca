package com.craftyverse.recsys.storage.s3;

import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectStore.StoredObject;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Reads objects: metadata, ranges, and whole objects in parallel parts.
public final class S3Reader {
  private static final int DOWNLOADS = 3;
  private static final int NOT_FOUND = 404;
  private static final int PRECONDITION_FAILED = 412;
  private static final int RANGE_NOT_SATISFIABLE = 416;

  private final String bucket;
  private final S3Client client;
  private final int partBytes;
  private final S3Parallel parallel;

  /// Whether the bucket is known to exist.
  private volatile boolean bucketSeen;

  S3Reader(String bucket, S3Client client, int partBytes, S3Parallel parallel) {
    this.bucket = bucket;
    this.client = client;
    this.partBytes = partBytes;
    this.parallel = parallel;
  }

  /// Returns whether S3 says that the bucket exists and the object does not.
  static boolean isAbsent(S3Exception problem) {
    return problem.statusCode() == NOT_FOUND && !(problem instanceof NoSuchBucketException);
  }

  /// Returns the object's metadata, or empty when the object does not exist.
  Optional<HeadObjectResponse> head(String key) {
    try {
      HeadObjectResponse head =
          client.headObject(r -> r.bucket(bucket).key(key).checksumMode(ChecksumMode.ENABLED));
      bucketSeen = true;
      return Optional.of(head);
    } catch (S3Exception e) {
      if (!isAbsent(e)) {
        throw e;
      }
      requireBucket();
      return Optional.empty();
    }
  }

  /// The response to HEAD has no body, so it cannot say whether the bucket or the object is missing.
  private void requireBucket() {
    if (!bucketSeen) {
      client.headBucket(r -> r.bucket(bucket));
      bucketSeen = true;
    }
  }

  /// Reads the whole object.
  StoredObject read(String key) throws IOException {
    return get(key, null, null, S3Body.bytes());
  }

  /// Reads `length` bytes from `offset`.
  byte[] range(String key, long offset, int length) throws IOException {
    if (length == 0) { // no range header can express this
      HeadObjectResponse head = head(key).orElseThrow(() -> new NoSuchObjectException(key));
      long size = S3ObjectStore.info(key, head).size();
      if (offset > size) {
        throw rangePastEnd(key, offset, length);
      }
      return new byte[0];
    }
    try {
      byte[] content = get(key, rangeHeader(offset, length), null, S3Body.bytes()).content();
      if (content.length < length) {
        throw rangePastEnd(key, offset, length);
      }
      return content;
    } catch (S3Exception e) {
      if (e.statusCode() == RANGE_NOT_SATISFIABLE) {
        throw rangePastEnd(key, offset, length);
      }
      throw e;
    }
  }

  private static EOFException rangePastEnd(String key, long offset, int length) {
    return new EOFException(
        key
            + " ends before byte "
            + (offset + length)
            + "; cannot read bytes "
            + offset
            + " to "
            + (offset + length));
  }

  /// Fetches the object as a cached file. Downloads it again when it changes meanwhile or arrives damaged.
  FetchedObject fetch(String key, S3Cache cache) throws IOException {
    for (int download = 1; ; download++) {
      HeadObjectResponse head = head(key).orElseThrow(() -> new NoSuchObjectException(key));
      try {
        return cache.fetch(S3ObjectStore.info(key, head), file -> download(key, head, file));
      } catch (ChangedException e) {
        if (download == DOWNLOADS) {
          throw e;
        }
      }
    }
  }

  /// Downloads exactly this version, writing each part to its place in the file.
  private void download(String key, HeadObjectResponse head, Path file) throws IOException {
    long size = head.contentLength();
    int parts = Math.toIntExact(Math.ceilDiv(size, partBytes));
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      parallel.run(
          parts,
          part -> {
            long offset = (long) part * partBytes;
            int length = Math.toIntExact(Math.min(partBytes, size - offset));
            return get(
                key,
                rangeHeader(offset, length),
                head.eTag(),
                S3Body.writeTo(channel, offset, length));
          });
    } catch (S3Exception e) {
      if (e.statusCode() == PRECONDITION_FAILED) {
        throw new ChangedException(
            "s3://" + bucket + "/" + key + " changed while it was being read", e);
      }
      throw e;
    }
    Optional<String> damage = S3Checksum.damage(file, head);
    if (damage.isPresent()) {
      throw new ChangedException(
          "s3://" + bucket + "/" + key + " was damaged in transit: " + damage.get(), null);
    }
  }

  private <T> T get(
      String key,
      @Nullable String range,
      @Nullable String etag,
      ResponseTransformer<GetObjectResponse, T> body)
      throws IOException {
    try {
      T result =
          client.getObject(
              r ->
                  r.bucket(bucket)
                      .key(key)
                      .range(range)
                      .ifMatch(etag)
                      .checksumMode(range == null ? ChecksumMode.ENABLED : null),
              body);
      bucketSeen = true;
      return result;
    } catch (S3Exception e) {
      if (isAbsent(e)) {
        throw new NoSuchObjectException(key);
      }
      throw e;
    }
  }

  private static String rangeHeader(long offset, int length) {
    return "bytes=" + offset + "-" + (offset + length - 1);
  }

  /// The bytes read are not one intact version; a new attempt may succeed.
  private static final class ChangedException extends IOException {
    private static final long serialVersionUID = 1;

    ChangedException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
