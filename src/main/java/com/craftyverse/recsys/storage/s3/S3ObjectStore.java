package com.craftyverse.recsys.storage.s3;

import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/// An object store on a bucket of AWS S3 or of any S3-compatible server.
///
/// Region, credentials and endpoint come from the AWS SDK's usual sources: environment, system properties,
/// profile, role. Large objects move in parallel parts. Fetched files stay in the store's private directory
/// until the cache evicts them or the store is closed.
public final class S3ObjectStore implements ObjectStore {
  /// S3 copies larger objects only in parts.
  private static final long MAX_COPY_BYTES = 5L << 30;

  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

  private final String bucket;
  private final S3Client client;
  private final S3TempDirectory temp;
  private final S3Cache cache;
  private final S3Reader reader;
  private final S3Writer writer;

  /// Creates a store on a bucket.
  ///
  /// @param client closed with the store
  /// @throws IOException when the directory for temporary files cannot be created
  /// @throws IllegalArgumentException when `bucket` is not a valid bucket name
  public S3ObjectStore(String bucket, S3Client client, S3Options options) throws IOException {
    this.bucket = requireBucketName(bucket);
    this.client = client;
    this.temp = new S3TempDirectory(options.tempDirectory());
    this.cache = new S3Cache(location(), temp, options.cacheBytes(), options.freeSpace());
    S3Parallel parallel = new S3Parallel(options.parallelism());
    this.reader = new S3Reader(bucket, client, options.partBytes(), parallel);
    this.writer = new S3Writer(bucket, client, options.partBytes(), parallel, reader);
  }

  /// Opens a bucket with the region, credentials and endpoint from the environment. Sends nothing yet.
  ///
  /// @param keepConnections whether to keep connections alive between requests
  /// @throws IOException when the environment names no region
  /// @throws IllegalArgumentException when `bucket` is not a valid bucket name
  public static S3ObjectStore open(String bucket, boolean keepConnections) throws IOException {
    requireBucketName(bucket);
    S3Options options = S3Options.defaults();
    S3Client client;
    try {
      client = S3Connection.ofEnvironment(options, keepConnections);
    } catch (SdkClientException e) {
      throw new IOException(
          "cannot open s3://"
              + bucket
              + ": "
              + e.getMessage()
              + "; set AWS_REGION to the bucket's region",
          e);
    }
    try {
      return new S3ObjectStore(bucket, client, options);
    } catch (IOException | RuntimeException e) {
      client.close();
      throw e;
    }
  }

  private static String requireBucketName(String bucket) {
    if (!BUCKET.matcher(bucket).matches() || bucket.contains("..")) {
      throw new IllegalArgumentException(
          "the store "
              + ObjectKeys.quote("s3://" + bucket)
              + " must be s3:// and a bucket name, nothing else: 3 to 63 lower-case letters, digits, '-'"
              + " and '.'");
    }
    return bucket;
  }

  @Override
  public String location() {
    return "s3://" + bucket;
  }

  @Override
  public Optional<ObjectInfo> find(String key) throws IOException {
    ObjectKeys.require(key);
    return call(S3Errors.Action.FIND, key, () -> reader.head(key).map(head -> info(key, head)));
  }

  @Override
  public List<ObjectInfo> list(String prefix) throws IOException {
    ObjectKeys.requirePrefix(prefix);
    return call(S3Errors.Action.LIST, prefix, () -> listAll(prefix));
  }

  private List<ObjectInfo> listAll(String prefix) {
    List<ObjectInfo> objects = new ArrayList<>();
    for (S3Object object :
        client
            .listObjectsV2Paginator(
                r -> r.bucket(bucket).prefix(prefix).encodingType(EncodingType.URL))
            .contents()) {
      if (ObjectKeys.isValid(object.key())) { // consoles create objects named "directory/"
        objects.add(
            new ObjectInfo(
                object.key(), object.size(), unquoted(object.eTag()), object.lastModified()));
      }
    }
    objects.sort(Comparator.comparing(ObjectInfo::key));
    return objects;
  }

  @Override
  public StoredObject read(String key) throws IOException {
    ObjectKeys.require(key);
    return call(S3Errors.Action.READ, key, () -> reader.read(key));
  }

  @Override
  public byte[] readRange(String key, long offset, int length) throws IOException {
    ObjectKeys.require(key);
    return call(S3Errors.Action.READ, key, () -> reader.range(key, offset, length));
  }

  @Override
  public FetchedObject fetch(String key) throws IOException {
    ObjectKeys.require(key);
    return call(S3Errors.Action.READ, key, () -> reader.fetch(key, cache));
  }

  @Override
  public Path newTempFile() throws IOException {
    return temp.newFile();
  }

  @Override
  public void put(String key, Path file) throws IOException {
    try {
      ObjectKeys.require(key);
      call(
          S3Errors.Action.WRITE,
          key,
          () -> {
            writer.put(key, file);
            return true;
          });
    } finally {
      Files.deleteIfExists(file);
    }
  }

  @Override
  public void put(String key, byte[] content) throws IOException {
    ObjectKeys.require(key);
    call(
        S3Errors.Action.WRITE,
        key,
        () -> {
          writer.put(key, content);
          return true;
        });
  }

  @Override
  public boolean putIfAbsent(String key, byte[] content) throws IOException {
    ObjectKeys.require(key);
    return call(
        S3Errors.Action.WRITE, key, () -> writer.putIf(key, content, r -> r.ifNoneMatch("*")));
  }

  @Override
  public boolean replace(String key, byte[] content, String etag) throws IOException {
    ObjectKeys.require(key);
    return call(
        S3Errors.Action.WRITE,
        key,
        () -> writer.putIf(key, content, r -> r.ifMatch("\"" + etag + "\"")));
  }

  @Override
  public void move(String key, String target) throws IOException {
    ObjectKeys.require(key);
    ObjectKeys.require(target);
    ObjectInfo info = find(key).orElseThrow(() -> new NoSuchObjectException(key));
    if (info.size() <= MAX_COPY_BYTES) {
      call(
          S3Errors.Action.WRITE,
          target,
          () ->
              client.copyObject(
                  r ->
                      r.sourceBucket(bucket)
                          .sourceKey(key)
                          .destinationBucket(bucket)
                          .destinationKey(target)));
    } else {
      try (FetchedObject fetched = fetch(key)) {
        Path copy = newTempFile();
        Files.copy(fetched.path(), copy, StandardCopyOption.REPLACE_EXISTING);
        put(target, copy);
      }
    }
    delete(key);
  }

  @Override
  public void delete(String key) throws IOException {
    ObjectKeys.require(key);
    call(S3Errors.Action.DELETE, key, () -> client.deleteObject(r -> r.bucket(bucket).key(key)));
  }

  @Override
  public void close() throws IOException {
    cache.close();
    client.close();
    temp.close();
  }

  @Override
  public String toString() {
    return location();
  }

  private <T> T call(S3Errors.Action action, String key, Callable<T> call) throws IOException {
    String location = location() + "/" + key;
    try {
      return S3Parallel.interruptibly(call);
    } catch (SdkException e) {
      throw S3Errors.of(action, location, e);
    } catch (InterruptedIOException e) {
      throw S3Errors.interrupted(action, location, e);
    }
  }

  static ObjectInfo info(String key, HeadObjectResponse head) {
    return new ObjectInfo(
        key,
        require(head.contentLength(), "Content-Length"),
        unquoted(require(head.eTag(), "ETag")),
        require(head.lastModified(), "Last-Modified"));
  }

  /// Returns a required header. S3 always sends these; an S3-compatible server or a proxy may not.
  static <T> T require(@Nullable T header, String name) {
    if (header == null) {
      throw SdkClientException.create(
          "the response has no " + name + " header; use a server, and proxies, that send it");
    }
    return header;
  }

  /// Strips an ETag's quotes. Headers quote ETags, events do not; this project stores them unquoted.
  static String unquoted(String etag) {
    return etag.replace("\"", "");
  }
}
