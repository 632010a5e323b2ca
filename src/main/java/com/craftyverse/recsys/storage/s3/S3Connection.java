package com.craftyverse.recsys.storage.s3;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Creates the S3 client and decides which requests to retry.
final class S3Connection {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration SILENCE = Duration.ofSeconds(30);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(20);
  private static final int CONFLICT = 409;

  private S3Connection() {}

  /// Creates a client with the region, credentials and endpoint that the SDK finds in the environment.
  ///
  /// @param keepConnections whether to keep connections alive between requests, which is faster. The JDK
  ///     pools them, so they outlive the client
  static S3Client ofEnvironment(S3Options options, boolean keepConnections) {
    // Servers other than AWS seldom support a host name per bucket.
    boolean byPath =
        setting("aws.endpointUrlS3", "AWS_ENDPOINT_URL_S3") != null
            || setting("aws.endpointUrl", "AWS_ENDPOINT_URL") != null;
    S3Client client = builder(options, keepConnections).forcePathStyle(byPath).build();
    boolean isOther = client.serviceClientConfiguration().endpointOverride().isPresent();
    if (isOther == byPath) {
      return client;
    }
    client.close();
    // A profile names another endpoint, or tells the SDK to ignore the environment's.
    return builder(options, keepConnections).forcePathStyle(isOther).build();
  }

  /// Returns a setting, or null when it is unset or blank.
  private static @Nullable String setting(String property, String variable) {
    String value = System.getProperty(property);
    if (value == null) {
      value = System.getenv(variable);
    }
    return value == null || value.isBlank() ? null : value.strip();
  }

  /// Returns a client builder without region, credentials and endpoint.
  static S3ClientBuilder builder(S3Options options) {
    return builder(options, true);
  }

  private static S3ClientBuilder builder(S3Options options, boolean keepConnections) {
    BackoffStrategy backoff =
        BackoffStrategy.exponentialDelay(options.backoff().plus(options.backoff()), MAX_BACKOFF);
    RetryStrategy retries =
        AwsRetryStrategy.standardRetryStrategy().toBuilder()
            .maxAttempts(options.attempts())
            .backoffStrategy(backoff)
            .throttlingBackoffStrategy(backoff)
            .retryOnException(S3Connection::isConflict)
            .build();
    ClientOverrideConfiguration.Builder overrides =
        ClientOverrideConfiguration.builder()
            .apiCallAttemptTimeout(options.attemptTimeout())
            .retryStrategy(retries);
    if (!keepConnections) {
      overrides.putHeader("Connection", "close");
    }
    return S3Client.builder()
        .httpClientBuilder(
            UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE))
        // Each request carries its own checksum, so the body needs no signed chunks, which some
        // servers do not understand.
        .serviceConfiguration(S3Configuration.builder().chunkedEncodingEnabled(false).build())
        .overrideConfiguration(overrides.build());
  }

  /// Returns whether the request collided with another conditional write of the object. S3 asks clients to
  /// retry it.
  private static boolean isConflict(Throwable problem) {
    return problem instanceof S3Exception service && service.statusCode() == CONFLICT;
  }
}
