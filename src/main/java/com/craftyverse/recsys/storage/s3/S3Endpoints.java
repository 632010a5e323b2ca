package com.craftyverse.recsys.storage.s3;

import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.endpoints.AwsEndpointAttribute;
import software.amazon.awssdk.awscore.endpoints.authscheme.SigV4AuthScheme;
import software.amazon.awssdk.endpoints.Endpoint;
import software.amazon.awssdk.services.s3.endpoints.S3EndpointParams;
import software.amazon.awssdk.services.s3.endpoints.S3EndpointProvider;

/// Where a bucket is: in the usual cases at once, in all others as the SDK finds it.
///
/// The SDK's own rules give the same answers. But before the first of them they read a description of all
/// of AWS's partitions, and they have a JSON parser of their own for it.
final class S3Endpoints implements S3EndpointProvider {
  /// A region of AWS's main partition.
  private static final Pattern REGION =
      Pattern.compile("(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-[0-9]+");

  /// A server's address alone.
  private static final Pattern SERVER = Pattern.compile("https?://[A-Za-z0-9.-]+(:[0-9]+)?");

  /// A name that is a label of a host's, too. Those with two dashes in a row may mean more than a bucket.
  private static final Pattern BUCKET = Pattern.compile("[a-z0-9](-?[a-z0-9]){2,62}");

  /// The region that the SDK asks without its name unless told otherwise.
  private static final String GLOBAL = "us-east-1";

  private static final int LONGEST = 63;

  @Override
  public CompletableFuture<Endpoint> resolveEndpoint(S3EndpointParams where) {
    String url = isUsual(where) ? url(where) : null;
    return url == null
        ? S3EndpointProvider.defaultProvider().resolveEndpoint(where)
        : CompletableFuture.completedFuture(endpoint(url, where.region().id()));
  }

  private static boolean isUsual(S3EndpointParams where) {
    return where.bucket() != null
        && where.bucket().length() <= LONGEST
        && BUCKET.matcher(where.bucket()).matches()
        && where.region() != null
        && REGION.matcher(where.region().id()).matches()
        && !isTrue(where.useFips())
        && !isTrue(where.useDualStack())
        && !isTrue(where.accelerate())
        && !isTrue(where.useObjectLambdaEndpoint())
        && !isTrue(where.useS3ExpressControlEndpoint());
  }

  private static boolean isTrue(@Nullable Boolean option) {
    return Boolean.TRUE.equals(option);
  }

  /// Null where it takes more than this class knows.
  private static @Nullable String url(S3EndpointParams where) {
    boolean byPath = isTrue(where.forcePathStyle());
    String region = where.region().id();
    if (where.endpoint() != null) {
      return byPath && SERVER.matcher(where.endpoint()).matches()
          ? where.endpoint() + "/" + where.bucket()
          : null;
    }
    if (byPath) {
      return null;
    }
    if (!isTrue(where.useGlobalEndpoint())) {
      return "https://" + where.bucket() + ".s3." + region + ".amazonaws.com";
    }
    return region.equals(GLOBAL) ? "https://" + where.bucket() + ".s3.amazonaws.com" : null;
  }

  private static Endpoint endpoint(String url, String region) {
    SigV4AuthScheme signature =
        SigV4AuthScheme.builder()
            .disableDoubleEncoding(true)
            .signingName("s3")
            .signingRegion(region)
            .build();
    return Endpoint.builder()
        .url(URI.create(url))
        .putAttribute(AwsEndpointAttribute.AUTH_SCHEMES, List.of(signature))
        .build();
  }
}
