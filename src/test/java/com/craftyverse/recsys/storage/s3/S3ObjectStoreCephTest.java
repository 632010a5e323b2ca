package com.craftyverse.recsys.storage.s3;

import com.craftyverse.recsys.storage.ObjectStore;
import com.craftyverse.recsys.storage.ObjectStoreContract;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/// The contract on a Ceph object gateway. It must be running already: the test does not start a cluster.
///
/// `RECSYS_TEST_CEPH` is the gateway's address, such as `http://127.0.0.1:7480`. The gateway must know the
/// user of [S3TestServer].
@EnabledIfEnvironmentVariable(
    named = "RECSYS_TEST_CEPH",
    matches = "http://127\\.0\\.0\\.1:\\d+",
    disabledReason =
        "no Ceph gateway: start radosgw on the loopback address and name it in RECSYS_TEST_CEPH")
class S3ObjectStoreCephTest extends ObjectStoreContract {
  private static final AtomicInteger BUCKETS = new AtomicInteger();
  @TempDir private Path temp;

  @Override
  protected ObjectStore openEmpty() throws IOException {
    URI uri = URI.create(Objects.requireNonNull(System.getenv("RECSYS_TEST_CEPH")));
    S3TestServer gateway =
        new S3TestServer() {
          @Override
          public URI uri() {
            return uri;
          }

          @Override
          public void close() {}
        };
    String bucket = "contract-" + ProcessHandle.current().pid() + "-" + BUCKETS.incrementAndGet();
    return S3TestServer.openEmpty(gateway, bucket, temp);
  }

  @Override
  protected List<Path> tempFiles() throws IOException {
    return S3TestServer.tempFiles(temp);
  }
}
