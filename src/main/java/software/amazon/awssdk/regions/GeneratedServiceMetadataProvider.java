package software.amazon.awssdk.regions;

import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.regions.servicemetadata.EnhancedS3ServiceMetadata;

/// Takes the place of the AWS SDK's class of this name, which has a table of all its 312 services and fills
/// it when the first client is made, a tenth of a cold start. Here S3 is the only service. The SDK makes
/// do with a default for one that is not in the table.
@NullMarked
public final class GeneratedServiceMetadataProvider implements ServiceMetadataProvider {
  /// Its prefix in endpoints.
  private static final String S3 = "s3";

  private static final ServiceMetadata METADATA = new EnhancedS3ServiceMetadata();

  @Override
  public @Nullable ServiceMetadata serviceMetadata(String endpointPrefix) {
    return endpointPrefix.equals(S3) ? METADATA : null;
  }
}
