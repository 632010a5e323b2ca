package com.craftyverse.recsys.storage;

import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Makes the client, and knows when a request is worth another attempt.
final class S3Connection {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration SILENCE = Duration.ofSeconds(30);
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(20);
  private static final int CONFLICT = 409;

  private S3Connection() {}

  /// A client of whatever the environment names: region, credentials and endpoint.
  static S3Client ofEnvironment(S3Options options) {
    S3Client client = builder(options).build();
    URI endpoint = client.serviceClientConfiguration().endpointOverride().orElse(null);
    if (endpoint == null) {
      return client;
    }
    client.close();
    // Servers other than AWS seldom have a name for each bucket.
    return builder(options).forcePathStyle(true).build();
  }

  /// A client yet to be told where and as whom.
  static S3ClientBuilder builder(S3Options options) {
    BackoffStrategy backoff =
        BackoffStrategy.exponentialDelay(options.backoff().multipliedBy(2), LONGEST_BACKOFF);
    return S3Client.builder()
        .httpClientBuilder(
            UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE))
        // Each request carries its own checksum, so the body need not be wrapped in signed chunks,
        // which not every server understands.
        .serviceConfiguration(s3 -> s3.chunkedEncodingEnabled(false))
        .overrideConfiguration(
            override ->
                override
                    .apiCallAttemptTimeout(options.attemptTimeout())
                    .retryStrategy(
                        AwsRetryStrategy.standardRetryStrategy().toBuilder()
                            .maxAttempts(options.attempts())
                            .backoffStrategy(backoff)
                            .throttlingBackoffStrategy(backoff)
                            .retryOnException(S3Connection::isConflict)
                            .build()));
  }

  /// Another conditional write of the object was under way; S3 asks to try again.
  private static boolean isConflict(Throwable problem) {
    return problem instanceof S3Exception service && service.statusCode() == CONFLICT;
  }
}
