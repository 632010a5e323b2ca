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

/// An endpoint resolver that answers the common cases directly and delegates all others to the SDK.
///
/// The results are those of the SDK's own rules. The SDK, however, parses a description of all of AWS's
/// partitions with its own JSON parser before it resolves the first endpoint.
final class S3Endpoints implements S3EndpointProvider {
  /// A region of AWS's main partition.
  private static final Pattern REGION =
      Pattern.compile("(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-[0-9]+");

  /// A server's address without a path.
  private static final Pattern SERVER = Pattern.compile("https?://[A-Za-z0-9.-]+(:[0-9]+)?");

  /// A bucket name that is also a valid host label. Names with two consecutive dashes are excluded, because
  /// they may have a special meaning.
  private static final Pattern BUCKET = Pattern.compile("[a-z0-9](-?[a-z0-9]){2,62}");

  /// The region whose default endpoint has no region name in it.
  private static final String GLOBAL = "us-east-1";

  private static final int MAX_LABEL_LENGTH = 63;

  @Override
  public CompletableFuture<Endpoint> resolveEndpoint(S3EndpointParams params) {
    String url = isStandard(params) ? url(params) : null;
    return url == null
        ? S3EndpointProvider.defaultProvider().resolveEndpoint(params)
        : CompletableFuture.completedFuture(endpoint(url, params.region().id()));
  }

  private static boolean isStandard(S3EndpointParams params) {
    return params.bucket() != null
        && params.bucket().length() <= MAX_LABEL_LENGTH
        && BUCKET.matcher(params.bucket()).matches()
        && params.region() != null
        && REGION.matcher(params.region().id()).matches()
        && !isTrue(params.useFips())
        && !isTrue(params.useDualStack())
        && !isTrue(params.accelerate())
        && !isTrue(params.useObjectLambdaEndpoint())
        && !isTrue(params.useS3ExpressControlEndpoint());
  }

  private static boolean isTrue(@Nullable Boolean option) {
    return Boolean.TRUE.equals(option);
  }

  /// Returns the bucket's URL, or null when the case is not one of the common ones.
  private static @Nullable String url(S3EndpointParams params) {
    boolean byPath = isTrue(params.forcePathStyle());
    String region = params.region().id();
    if (params.endpoint() != null) {
      return byPath && SERVER.matcher(params.endpoint()).matches()
          ? params.endpoint() + "/" + params.bucket()
          : null;
    }
    if (byPath) {
      return null;
    }
    if (!isTrue(params.useGlobalEndpoint())) {
      return "https://" + params.bucket() + ".s3." + region + ".amazonaws.com";
    }
    return region.equals(GLOBAL) ? "https://" + params.bucket() + ".s3.amazonaws.com" : null;
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
