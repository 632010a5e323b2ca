package com.craftyverse.recsys.storage.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
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

  /// Creates a client with the region, credentials and endpoint from the environment.
  ///
  /// Creating one takes a large part of a cold start. So this method reads the variables that Lambda sets
  /// and creates the client only once where possible. The SDK looks up whatever the variables leave out.
  ///
  /// @param keepConnections whether to keep connections alive between requests, which is faster. The JDK
  ///     pools them, so they outlive the client
  static S3Client ofEnvironment(S3Options options, boolean keepConnections) {
    String address = setting("aws.endpointUrlS3", "AWS_ENDPOINT_URL_S3");
    if (address == null) {
      address = setting("aws.endpointUrl", "AWS_ENDPOINT_URL");
    }
    boolean isNamed = address != null;
    S3ClientBuilder builder =
        address != null && isPlain(URI.create(address))
            ? builderWithoutHttpClient(options)
                .httpClient(UrlConnectionHttpClient.create(S3Connection::connect))
            : builder(options);
    String region = setting("aws.region", "AWS_REGION");
    if (region != null) {
      builder.region(Region.of(region));
    }
    if (System.getProperty("aws.accessKeyId") == null
        && System.getenv("AWS_ACCESS_KEY_ID") != null
        && System.getenv("AWS_SECRET_ACCESS_KEY") != null) {
      builder.credentialsProvider(EnvironmentVariableCredentialsProvider.create());
    }
    if (!keepConnections) {
      builder.overrideConfiguration(
          builder.overrideConfiguration().toBuilder().putHeader("Connection", "close").build());
    }
    // Servers other than AWS seldom support a host name per bucket.
    S3Client client = builder.forcePathStyle(isNamed).build();
    boolean isOther = client.serviceClientConfiguration().endpointOverride().isPresent();
    if (isOther == isNamed) {
      return client;
    }
    client.close();
    // A profile names another endpoint, or tells the SDK to ignore the environment's.
    return builder(options).forcePathStyle(isOther).build();
  }

  /// Returns a setting, or null when it is unset or blank.
  private static @Nullable String setting(String property, String variable) {
    String value = System.getProperty(property);
    if (value == null) {
      value = System.getenv(variable);
    }
    return value == null || value.isBlank() ? null : value.strip();
  }

  /// Returns whether the endpoint is reachable by plain HTTP, without TLS or a proxy.
  private static boolean isPlain(URI endpoint) {
    if (!"http".equalsIgnoreCase(endpoint.getScheme())) {
      return false;
    }
    for (String name : System.getenv().keySet()) {
      if (name.equalsIgnoreCase("http_proxy")) {
        return false;
      }
    }
    return true;
  }

  /// Opens a connection as the SDK's own client does, without the TLS set-up that it runs at creation.
  private static HttpURLConnection connect(URI uri) {
    try {
      HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
      connection.setConnectTimeout(Math.toIntExact(CONNECT.toMillis()));
      connection.setReadTimeout(Math.toIntExact(SILENCE.toMillis()));
      return connection;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Returns a client builder without region, credentials and endpoint.
  static S3ClientBuilder builder(S3Options options) {
    return builderWithoutHttpClient(options)
        .httpClientBuilder(
            UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE));
  }

  /// Avoids lambdas where it can: linking each one delays the first response of a cold start.
  private static S3ClientBuilder builderWithoutHttpClient(S3Options options) {
    BackoffStrategy backoff =
        BackoffStrategy.exponentialDelay(options.backoff().plus(options.backoff()), MAX_BACKOFF);
    RetryStrategy retries =
        AwsRetryStrategy.standardRetryStrategy().toBuilder()
            .maxAttempts(options.attempts())
            .backoffStrategy(backoff)
            .throttlingBackoffStrategy(backoff)
            .retryOnException(S3Connection::isConflict)
            .build();
    return S3Client.builder()
        // Each request carries its own checksum, so the body needs no signed chunks, which some
        // servers do
        // not understand.
        .serviceConfiguration(S3Configuration.builder().chunkedEncodingEnabled(false).build())
        .overrideConfiguration(
            ClientOverrideConfiguration.builder()
                .apiCallAttemptTimeout(options.attemptTimeout())
                .retryStrategy(retries)
                .build());
  }

  /// Returns whether the request collided with another conditional write of the object. S3 asks clients to
  /// retry it.
  private static boolean isConflict(Throwable problem) {
    return problem instanceof S3Exception service && service.statusCode() == CONFLICT;
  }
}
