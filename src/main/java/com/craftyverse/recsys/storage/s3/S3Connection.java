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

/// Makes the client, and knows when a request is worth another attempt.
final class S3Connection {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration SILENCE = Duration.ofSeconds(30);
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(20);
  private static final int CONFLICT = 409;

  private S3Connection() {}

  /// A client of whatever the environment names: region, credentials and endpoint.
  ///
  /// To make one takes a good part of a cold start. So it is made once, where that can be, and the
  /// variables that Lambda sets are read here; the SDK searches for what they do not say.
  ///
  /// @param keepConnections whether a connection is kept for the next request, which is quicker. The JDK
  ///     keeps them, and the client's end is not theirs
  static S3Client ofEnvironment(S3Options options, boolean keepConnections) {
    String address = setting("aws.endpointUrlS3", "AWS_ENDPOINT_URL_S3");
    if (address == null) {
      address = setting("aws.endpointUrl", "AWS_ENDPOINT_URL");
    }
    boolean isNamed = address != null;
    S3ClientBuilder builder =
        address != null && isPlain(URI.create(address))
            ? bare(options).httpClient(UrlConnectionHttpClient.create(S3Connection::connect))
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
    // Servers other than AWS seldom have a name for each bucket.
    S3Client client = builder.forcePathStyle(isNamed).build();
    boolean isOther = client.serviceClientConfiguration().endpointOverride().isPresent();
    if (isOther == isNamed) {
      return client;
    }
    client.close();
    // A profile names another endpoint, or says that the environment's is none.
    return builder(options).forcePathStyle(isOther).build();
  }

  /// Null when it is not set, or to nothing.
  private static @Nullable String setting(String property, String variable) {
    String value = System.getProperty(property);
    if (value == null) {
      value = System.getenv(variable);
    }
    return value == null || value.isBlank() ? null : value.strip();
  }

  /// Whether nothing but HTTP without TLS or a proxy is needed to get there.
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

  /// A connection as the client makes it by itself, but for the TLS that it prepares at its start.
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

  /// A client yet to be told where and as whom.
  static S3ClientBuilder builder(S3Options options) {
    return bare(options)
        .httpClientBuilder(
            UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SILENCE));
  }

  /// With no lambdas where there is another way: each has to be linked first, on the way to the first answer.
  private static S3ClientBuilder bare(S3Options options) {
    BackoffStrategy backoff =
        BackoffStrategy.exponentialDelay(
            options.backoff().plus(options.backoff()), LONGEST_BACKOFF);
    RetryStrategy retries =
        AwsRetryStrategy.standardRetryStrategy().toBuilder()
            .maxAttempts(options.attempts())
            .backoffStrategy(backoff)
            .throttlingBackoffStrategy(backoff)
            .retryOnException(S3Connection::isConflict)
            .build();
    return S3Client.builder()
        .endpointProvider(new S3Endpoints())
        // Each request carries its own checksum, so the body need not be wrapped in signed chunks,
        // which not every server understands.
        .serviceConfiguration(S3Configuration.builder().chunkedEncodingEnabled(false).build())
        .overrideConfiguration(
            ClientOverrideConfiguration.builder()
                .apiCallAttemptTimeout(options.attemptTimeout())
                .retryStrategy(retries)
                .build());
  }

  /// Another conditional write of the object was under way; S3 asks to try again.
  private static boolean isConflict(Throwable problem) {
    return problem instanceof S3Exception service && service.statusCode() == CONFLICT;
  }
}
