package com.craftyverse.recsys.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.endpoints.AwsEndpointAttribute;
import software.amazon.awssdk.endpoints.Endpoint;
import software.amazon.awssdk.endpoints.EndpointAttributeKey;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.endpoints.S3EndpointParams;
import software.amazon.awssdk.services.s3.endpoints.S3EndpointProvider;

/// [S3Endpoints] agrees with the SDK on every bucket and region.
class S3EndpointsTest {
  private static final S3EndpointProvider SDK = S3EndpointProvider.defaultProvider();
  private final S3Endpoints endpoints = new S3Endpoints();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bucket",
        "my-bucket-1",
        "abc",
        "a",
        "my.bucket",
        "two--dashes",
        "bucket--use1-az5--x-s3",
        "alias-ops3--op-s3",
        "access-point-s3alias",
        "table--table-s3",
        "-bucket",
        "bucket-",
        "Bucket",
        "192.168.0.1",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "arn:aws:s3:us-west-2:123456789012:accesspoint:mine"
      })
  void everyBucket_hasTheEndpointThatTheSdkGives(String bucket) {
    for (Region region : regions()) {
      for (boolean global : new boolean[] {false, true}) {
        assertSame(params -> params.bucket(bucket).region(region).useGlobalEndpoint(global));
      }
      for (String endpoint :
          List.of(
              "http://127.0.0.1:9000",
              "https://minio.example.com",
              "http://[::1]:9000",
              "https://example.com/path",
              "https://example.com/",
              "http://example.com:80")) {
        for (boolean byPath : new boolean[] {false, true}) {
          assertSame(
              params ->
                  params.bucket(bucket).region(region).endpoint(endpoint).forcePathStyle(byPath));
        }
      }
    }
  }

  @Test
  void everyOption_isHonored() {
    List<Consumer<S3EndpointParams.Builder>> options =
        List.of(
            params -> params.useFips(true),
            params -> params.useDualStack(true),
            params -> params.accelerate(true),
            params -> params.forcePathStyle(true),
            params -> params.useGlobalEndpoint(true),
            params -> params.useObjectLambdaEndpoint(true),
            params -> params.useS3ExpressControlEndpoint(true),
            params -> params.disableS3ExpressSessionAuth(true),
            params -> params.disableAccessPoints(true),
            params -> params.disableMultiRegionAccessPoints(true),
            params -> params.useArnRegion(true),
            params -> params.key("a key/with ü").prefix("a/").copySource("from/a"));
    for (Region region : List.of(Region.US_EAST_1, Region.EU_CENTRAL_1, Region.CN_NORTH_1)) {
      for (String endpoint : new String[] {null, "http://127.0.0.1:9000"}) {
        for (Consumer<S3EndpointParams.Builder> option : options) {
          assertSame(
              params ->
                  option.accept(
                      params
                          .bucket("bucket")
                          .region(region)
                          .endpoint(endpoint)
                          .forcePathStyle(endpoint != null)));
        }
        assertSame(params -> params.region(region).endpoint(endpoint));
      }
    }
    assertSame(params -> params.bucket("bucket"));
  }

  @Test
  void usualCases_areTheKnownAddresses() throws Exception {
    for (String endpoint : new String[] {null, "http://127.0.0.1:9000"}) {
      Endpoint actual =
          endpoints
              .resolveEndpoint(
                  params ->
                      params
                          .bucket("my-bucket")
                          .region(Region.EU_CENTRAL_1)
                          .endpoint(endpoint)
                          .forcePathStyle(endpoint != null))
              .get();
      assertThat(actual.url())
          .hasToString(
              endpoint == null
                  ? "https://my-bucket.s3.eu-central-1.amazonaws.com"
                  : endpoint + "/my-bucket");
    }
  }

  /// All regions that the SDK lists, and some that it does not.
  private static List<Region> regions() {
    List<Region> regions = new java.util.ArrayList<>(Region.regions());
    for (String id : List.of("eu-north-7", "us-iso-east-9", "nowhere", "xx-east-1", "us-east-1x")) {
      regions.add(Region.of(id));
    }
    return regions;
  }

  private void assertSame(Consumer<S3EndpointParams.Builder> params) {
    assertThat(logOf(endpoints, params)).isEqualTo(logOf(SDK, params));
  }

  private static String logOf(
      S3EndpointProvider provider, Consumer<S3EndpointParams.Builder> params) {
    try {
      Endpoint endpoint = provider.resolveEndpoint(params).join();
      StringBuilder log = new StringBuilder(endpoint.url() + " " + endpoint.headers());
      for (EndpointAttributeKey<?> key : AwsEndpointAttribute.values()) {
        Object value = endpoint.attribute(key);
        log.append(' ').append(value == null ? "none" : value.hashCode());
      }
      return log.toString();
    } catch (RuntimeException e) {
      return Arrays.toString(new String[] {String.valueOf(e.getMessage())});
    }
  }
}
