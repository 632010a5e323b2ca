package com.craftyverse.recsys.storage.s3;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/// An S3 server on the loopback address.
public interface S3TestServer extends AutoCloseable {
  String ACCESS_KEY = "test-access-key";
  String SECRET_KEY = "test-secret-key";

  /// Small, so that objects have many parts and tests stay fast.
  int PART_BYTES = 64 << 10;

  /// Returns the server's endpoint.
  URI uri();

  @Override
  void close();

  /// Returns options that a test can adjust.
  static S3Options options(Path temp) {
    return new S3Options(
        temp,
        64L << 20,
        PART_BYTES,
        4,
        6,
        Duration.ofMillis(1),
        Duration.ofSeconds(20),
        directory -> Long.MAX_VALUE);
  }

  /// Returns a client as the store creates it, but for this server's endpoint.
  static S3Client client(URI endpoint, S3Options options) {
    return clientBuilder(endpoint, options).build();
  }

  /// Returns the same client's builder, for further changes.
  static S3ClientBuilder clientBuilder(URI endpoint, S3Options options) {
    return S3Connection.builder(options)
        .endpointOverride(endpoint)
        .forcePathStyle(true)
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY)));
  }

  /// Returns a store on a new bucket.
  static S3ObjectStore openEmpty(S3TestServer server, String bucket, Path temp) throws IOException {
    S3Options options = options(temp);
    S3Client client = client(server.uri(), options);
    client.createBucket(r -> r.bucket(bucket));
    return new S3ObjectStore(bucket, client, options);
  }

  /// Returns the files that stores have in the directory.
  static List<Path> tempFiles(Path temp) throws IOException {
    try (Stream<Path> files = Files.walk(temp)) {
      return files.filter(Files::isRegularFile).filter(f -> !f.endsWith("lock")).toList();
    }
  }
}
