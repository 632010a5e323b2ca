package com.craftyverse.recsys.storage.s3;

import com.craftyverse.recsys.storage.ObjectStore;
import com.craftyverse.recsys.storage.ObjectStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// The contract on Moto, a second S3 implementation, if it is installed.
@EnabledIf(
    value = "com.craftyverse.recsys.storage.s3.MotoServer#isInstalled",
    disabledReason = "moto_server is not installed (pip install 'moto[server]')")
class S3ObjectStoreMotoTest extends ObjectStoreContract {
  private static final AtomicInteger BUCKETS = new AtomicInteger();
  private static @Nullable S3TestServer server;
  @TempDir private Path temp;

  @BeforeAll
  static void startServer() throws Exception {
    server = MotoServer.start(MotoServer.command().orElseThrow());
  }

  @AfterAll
  static void stopServer() {
    if (server != null) {
      server.close();
    }
  }

  @Override
  protected ObjectStore openEmpty() throws IOException {
    return S3TestServer.openEmpty(
        Objects.requireNonNull(server), "contract-" + BUCKETS.incrementAndGet(), temp);
  }

  @Override
  protected List<Path> tempFiles() throws IOException {
    return S3TestServer.tempFiles(temp);
  }

  @Test
  @Disabled("moto checks the condition and writes in two steps; S3 does it in one")
  @Override
  protected void putIfAbsent_amongEightThreads_oneWins() {}

  @Test
  @Disabled("moto checks the condition and writes in two steps; S3 does it in one")
  @Override
  protected void replace_amongEightThreads_oneWins() {}

  @Test
  @Disabled("moto checks the condition and writes in two steps; S3 does it in one")
  @Override
  protected void replace_asCounter_losesNoUpdate() {}
}
