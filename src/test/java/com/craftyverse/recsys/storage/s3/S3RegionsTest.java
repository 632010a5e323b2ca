package com.craftyverse.recsys.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.regions.GeneratedServiceMetadataProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.ServiceMetadata;

/// This project's replacement for the AWS SDK's table of services gives the same answers for S3.
class S3RegionsTest {
  private static final String NAME = GeneratedServiceMetadataProvider.class.getName();

  @Test
  void everyRegion_hasTheEndpointAndTheSigningRegionThatTheSdkSays() throws Exception {
    List<URL> jars = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(":")) {
      if (entry.contains("awssdk") || entry.contains("slf4j-api") || entry.contains("reactive")) {
        jars.add(URI.create("file:" + entry).toURL());
      }
    }
    assertThat(jars).isNotEmpty();
    try (URLClassLoader sdk =
        new URLClassLoader(jars.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> provider = Class.forName(NAME, true, sdk);
      assertThat(provider).isNotSameAs(GeneratedServiceMetadataProvider.class);
      Class<?> region = Class.forName(Region.class.getName(), true, sdk);
      Object original =
          Class.forName(ServiceMetadata.class.getName(), true, sdk)
              .getMethod("of", String.class)
              .invoke(null, "s3");
      ServiceMetadata reduced = ServiceMetadata.of("s3");
      assertThat(reduced).isSameAs(new GeneratedServiceMetadataProvider().serviceMetadata("s3"));
      assertThat(Region.regions()).hasSizeGreaterThan(30);
      for (Region each : Region.regions()) {
        Object same = region.getMethod("of", String.class).invoke(null, each.id());
        for (String method : List.of("signingRegion", "endpointFor")) {
          Object expected =
              Class.forName(ServiceMetadata.class.getName(), true, sdk)
                  .getMethod(method, region)
                  .invoke(original, same);
          Object actual =
              ServiceMetadata.class.getMethod(method, Region.class).invoke(reduced, each);
          assertThat(actual).as("%s of %s", method, each).hasToString(expected.toString());
        }
      }
    }
  }
}
