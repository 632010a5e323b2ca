package com.craftyverse.recsys.storage.s3;

import static com.craftyverse.recsys.storage.ObjectStoreContract.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.runtime.ObjectStores;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Error messages for S3 failures, and opening a bucket.
class S3ErrorsTest {
  @TempDir private static Path buckets;
  private static S3TestServer server;
  @TempDir private Path temp;

  @BeforeAll
  static void startServer() throws Exception {
    server = new S3ProxyServer(buckets);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "403 | AccessDenied | S3 answered 403 AccessDenied, 'Said so'; the role needs s3:PutObject"
            + " and s3:AbortMultipartUpload on it, and permission to use its KMS key if it"
            + " has one",
        "404 | NoSuchBucket | S3 answered 404 NoSuchBucket, 'Said so'; there is no such bucket:"
            + " check its name in the store's setting",
        "301 | PermanentRedirect | S3 answered 301 PermanentRedirect, 'Said so'; the bucket is in"
            + " the region eu-north-1: set AWS_REGION to it",
        "400 | ExpiredToken | S3 answered 400 ExpiredToken, 'Said so'; the credentials have"
            + " expired: fetch new ones",
        "503 | SlowDown | S3 answered 503 SlowDown, 'Said so'; try again later",
        "400 | InvalidRequest | S3 answered 400 InvalidRequest, 'Said so'"
      })
  void answer_isExplained(int status, String code, String reason) {
    IOException problem =
        S3Errors.of(S3Errors.Action.WRITE, "s3://bucket/a/b", answer(status, code, "Said so"));

    assertThat(problem).hasMessage("cannot write s3://bucket/a/b: " + reason);
  }

  @Test
  void missingCredentials_areExplained() {
    SdkClientException problem =
        SdkClientException.create("Unable to load credentials from any of the providers in …");

    assertThat(S3Errors.of(S3Errors.Action.READ, "s3://bucket/a", problem))
        .hasMessage(
            "cannot read s3://bucket/a: no AWS credentials were found; run under a role, or set"
                + " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE");
  }

  @Test
  void serverMessage_isOneLineWithoutControlCharacters() {
    IOException problem =
        S3Errors.of(
            S3Errors.Action.READ,
            "s3://bucket/a",
            answer(400, "Bad", "a\r\nFAKE log line\u001b[31m" + "x".repeat(5000)));

    assertThat(problem.getMessage()).doesNotMatch("(?s).*\\p{Cntrl}.*").hasSizeLessThan(500);
  }

  private static S3Exception answer(int status, String code, String message) {
    return (S3Exception)
        S3Exception.builder()
            .statusCode(status)
            .awsErrorDetails(
                AwsErrorDetails.builder()
                    .errorCode(code)
                    .errorMessage(message)
                    .sdkHttpResponse(
                        SdkHttpResponse.builder()
                            .putHeader("x-amz-bucket-region", "eu-north-1")
                            .build())
                    .build())
            .build();
  }

  @Test
  void wrongKey_isAccessDenied() throws IOException {
    S3Options options = S3TestServer.options(temp);
    S3Client client =
        S3Connection.builder(options)
            .endpointOverride(server.uri())
            .forcePathStyle(true)
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("no", "body")))
            .build();
    try (S3ObjectStore store = new S3ObjectStore("bucket", client, options)) {
      assertThatThrownBy(() -> store.find("a"))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("cannot look for s3://bucket/a: S3 answered 403")
          .hasMessageContaining("the role needs s3:GetObject on it, and s3:ListBucket");
      assertThatThrownBy(() -> store.list("a/"))
          .hasMessageStartingWith("cannot list s3://bucket/a/: S3 answered 403");
    }
  }

  /// A HEAD response has no body, so the store needs a second request to tell the cases apart.
  @Test
  void missingBucket_isNotMistakenForAMissingObject() throws IOException {
    S3Options options = S3TestServer.options(temp);
    try (S3ObjectStore store =
        new S3ObjectStore("nowhere", S3TestServer.client(server.uri(), options), options)) {
      for (var call :
          List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
              () -> store.find("a"),
              () -> store.read("a"),
              () -> store.fetch("a"),
              () -> store.list(""),
              () -> store.put("a", bytes("x")),
              () -> store.putIfAbsent("a", bytes("x")),
              () -> store.replace("a", bytes("x"), "etag"))) {
        assertThatThrownBy(call)
            .isInstanceOf(IOException.class)
            .isNotInstanceOf(NoSuchObjectException.class)
            .hasMessageContaining("there is no such bucket");
      }
    }
  }

  @Test
  void objectLargerThanTheMemory_isNotRead() {
    GetObjectResponse large = GetObjectResponse.builder().contentLength(1L << 40).build();

    assertThatThrownBy(() -> S3Body.bytes().transform(large, AbortableInputStream.createEmpty()))
        .isInstanceOf(IOException.class)
        .hasMessageMatching(
            "not enough memory to read it: it needs 1,099,511,627,776 bytes, [\\d,]+ are free");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a", "Bucket", "bucket/", "bucket/prefix", "a..b", "-bucket", "b\nucket"})
  void invalidBucketName_isRefused(String name) {
    assertThatThrownBy(() -> ObjectStores.open("s3://" + name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the store 's3://")
        .hasMessageContaining("must be s3:// and a bucket name, nothing else")
        .message()
        .doesNotMatch("(?s).*\\p{Cntrl}.*");
  }

  /// Region, credentials and endpoint come from the SDK's standard settings.
  @Test
  void open_takesEndpointAndCredentialsFromTheSettings() throws IOException {
    Files.createDirectory(buckets.resolve("opened"));
    URI endpoint = URI.create("http://localhost:" + server.uri().getPort());
    Map<String, String> settings =
        Map.of(
            "aws.endpointUrlS3",
            endpoint.toString(),
            "aws.region",
            "eu-north-1",
            "aws.accessKeyId",
            S3TestServer.ACCESS_KEY,
            "aws.secretAccessKey",
            S3TestServer.SECRET_KEY);
    Map<String, String> before = new HashMap<>();
    settings.forEach((name, value) -> before.put(name, System.setProperty(name, value)));
    try (ObjectStore store = ObjectStores.open("s3://opened")) {
      assertThat(store.location()).isEqualTo("s3://opened");
      store.put("a", bytes("x"));
      assertThat(store.read("a").content()).isEqualTo(bytes("x"));
    } finally {
      settings
          .keySet()
          .forEach(
              name -> {
                String value = before.get(name);
                if (value == null) {
                  System.clearProperty(name);
                } else {
                  System.setProperty(name, value);
                }
              });
    }
  }
}
