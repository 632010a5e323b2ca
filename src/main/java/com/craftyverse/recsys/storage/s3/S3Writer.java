package com.craftyverse.recsys.storage.s3;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Writes objects: small ones in one request, large ones in parallel parts.
///
/// S3 may carry out a request whose response gets lost. The retry then fails, because the condition no
/// longer holds or the multipart upload no longer exists. Each write therefore tags its object with a
/// unique id and looks for that id before it reports a failure.
///
/// One case cannot be cleaned up here: if the response that creates a multipart upload gets lost, so does
/// the upload's id. The bucket's lifecycle rule deletes such unfinished uploads.
final class S3Writer {
  private static final String WRITE_ID = "write-id";
  private static final String CONTENT_TYPE = "application/octet-stream";
  private static final int MAX_PARTS = 10_000;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;
  private static final int SERVER_ERROR = 500;

  private final String bucket;
  private final S3Client client;
  private final int partBytes;
  private final S3Parallel parallel;
  private final S3Reader reader;

  S3Writer(String bucket, S3Client client, int partBytes, S3Parallel parallel, S3Reader reader) {
    this.bucket = bucket;
    this.client = client;
    this.partBytes = partBytes;
    this.parallel = parallel;
    this.reader = reader;
  }

  /// Writes the object unconditionally.
  void put(String key, byte[] content) {
    put(key, content, UUID.randomUUID().toString(), request -> {});
  }

  /// Writes the object if `condition` holds, and returns whether it did.
  boolean putIf(String key, byte[] content, Consumer<PutObjectRequest.Builder> condition) {
    String writeId = UUID.randomUUID().toString();
    try {
      put(key, content, writeId, condition);
      return true;
    } catch (SdkException e) {
      if (mayHaveSucceeded(e) && isOwnWrite(key, writeId, e)) {
        return true;
      }
      if (e instanceof S3Exception s3
          && (s3.statusCode() == PRECONDITION_FAILED || S3Reader.isAbsent(s3))) {
        return false;
      }
      throw e;
    }
  }

  private void put(
      String key, byte[] content, String writeId, Consumer<PutObjectRequest.Builder> condition) {
    client.putObject(
        request -> {
          request
              .bucket(bucket)
              .key(key)
              .metadata(Map.of(WRITE_ID, writeId))
              .checksumCRC32(S3Checksum.crc32(content));
          condition.accept(request);
        },
        body(content));
  }

  /// Writes the file as the object.
  void put(String key, Path file) throws IOException {
    long size = Files.size(file);
    if (size <= partBytes) {
      put(key, Files.readAllBytes(file));
      return;
    }
    String writeId = UUID.randomUUID().toString();
    String uploadId =
        client
            .createMultipartUpload(
                r ->
                    r.bucket(bucket)
                        .key(key)
                        .metadata(Map.of(WRITE_ID, writeId))
                        .checksumAlgorithm(ChecksumAlgorithm.CRC32)
                        .checksumType(ChecksumType.FULL_OBJECT))
            .uploadId();
    boolean complete = false;
    try {
      List<CompletedPart> parts = uploadParts(key, uploadId, file, size);
      complete(key, uploadId, writeId, parts, S3Checksum.crc32(file));
      complete = true;
    } finally {
      if (!complete) {
        abort(key, uploadId);
      }
    }
  }

  private List<CompletedPart> uploadParts(String key, String uploadId, Path file, long size)
      throws IOException {
    int length = Math.max(partBytes, Math.toIntExact(Math.ceilDiv(size, MAX_PARTS)));
    int count = Math.toIntExact(Math.ceilDiv(size, length));
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return parallel.run(
          count,
          index -> {
            long offset = (long) index * length;
            byte[] content =
                slice(channel, offset, Math.toIntExact(Math.min(length, size - offset)));
            String crc = S3Checksum.crc32(content);
            int number = index + 1;
            String etag =
                client
                    .uploadPart(
                        r ->
                            r.bucket(bucket)
                                .key(key)
                                .uploadId(uploadId)
                                .partNumber(number)
                                .checksumCRC32(crc),
                        body(content))
                    .eTag();
            return CompletedPart.builder().partNumber(number).eTag(etag).checksumCRC32(crc).build();
          });
    }
  }

  private void complete(
      String key, String uploadId, String writeId, List<CompletedPart> parts, String crc) {
    try {
      client.completeMultipartUpload(
          r ->
              r.bucket(bucket)
                  .key(key)
                  .uploadId(uploadId)
                  .checksumType(ChecksumType.FULL_OBJECT)
                  .checksumCRC32(crc)
                  .multipartUpload(upload -> upload.parts(parts)));
    } catch (SdkException e) {
      boolean uploadMissing = e instanceof S3Exception s3 && S3Reader.isAbsent(s3);
      if (!(uploadMissing || mayHaveSucceeded(e)) || !isOwnWrite(key, writeId, e)) {
        throw e;
      }
    }
  }

  private void abort(String key, String uploadId) {
    boolean interrupted = Thread.interrupted(); // it would stop this request too
    try {
      client.abortMultipartUpload(r -> r.bucket(bucket).key(key).uploadId(uploadId));
    } catch (SdkException e) {
      // The first error matters more; the bucket's lifecycle rule deletes the remaining parts.
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// Returns whether S3 may have carried out the request despite the error.
  private static boolean mayHaveSucceeded(SdkException problem) {
    return problem instanceof S3Exception s3
        ? s3.statusCode() == PRECONDITION_FAILED
            || s3.statusCode() == CONFLICT
            || s3.statusCode() >= SERVER_ERROR
        : !(problem instanceof AbortedException);
  }

  private boolean isOwnWrite(String key, String writeId, SdkException problem) {
    try {
      return reader
          .head(key)
          .filter(head -> writeId.equals(head.metadata().get(WRITE_ID)))
          .isPresent();
    } catch (SdkException e) {
      problem.addSuppressed(e);
      throw problem;
    }
  }

  private static RequestBody body(byte[] content) {
    return RequestBody.fromContentProvider(
        ContentStreamProvider.fromByteArrayUnsafe(content), content.length, CONTENT_TYPE);
  }

  private static byte[] slice(FileChannel channel, long offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw new EOFException("the file was truncated while it was being uploaded");
      }
    }
    return buffer.array();
  }
}
