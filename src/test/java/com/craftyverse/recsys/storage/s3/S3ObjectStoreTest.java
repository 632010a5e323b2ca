package com.craftyverse.recsys.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectStore;
import com.craftyverse.recsys.storage.ObjectStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;

/// The contract on an in-process S3 server.
class S3ObjectStoreTest extends ObjectStoreContract {
  private static final AtomicInteger BUCKETS = new AtomicInteger();
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

  @Override
  protected ObjectStore openEmpty() throws IOException {
    return S3TestServer.openEmpty(server, "contract-" + BUCKETS.incrementAndGet(), temp);
  }

  @Override
  protected List<Path> tempFiles() throws IOException {
    return S3TestServer.tempFiles(temp);
  }

  /// S3 lists a thousand objects per page; here a page has three.
  @Test
  void list_ofMoreThanAPage_isWhole() throws Exception {
    ExecutionInterceptor smallPages =
        new ExecutionInterceptor() {
          @Override
          public SdkRequest modifyRequest(
              Context.ModifyRequest context, ExecutionAttributes attributes) {
            return context.request() instanceof ListObjectsV2Request list
                ? list.toBuilder().maxKeys(3).build()
                : context.request();
          }
        };
    S3Options options = S3TestServer.options(temp);
    S3ClientBuilder client = S3TestServer.clientBuilder(server.uri(), options);
    client.overrideConfiguration(
        client.overrideConfiguration().toBuilder().addExecutionInterceptor(smallPages).build());
    try (ObjectStore store = openEmpty();
        ObjectStore paging =
            new S3ObjectStore(
                store.location().substring("s3://".length()), client.build(), options)) {
      List<String> keys = IntStream.range(0, 10).mapToObj("many/%04d"::formatted).toList();
      for (String key : keys) {
        store.put(key, bytes("x"));
      }

      assertThat(paging.list("many/")).extracting(ObjectInfo::key).isEqualTo(keys);
    }
  }

  /// Directory markers as the S3 console creates them.
  @Test
  void directoryMarkers_areNotListed() throws Exception {
    try (ObjectStore store = openEmpty();
        S3Client client = S3TestServer.client(server.uri(), S3TestServer.options(temp))) {
      String bucket = store.location().substring("s3://".length());
      client.putObject(r -> r.bucket(bucket).key("raw/"), RequestBody.empty());
      store.put("raw/a.zip", bytes("x"));

      assertThat(store.list("raw/")).extracting(ObjectInfo::key).containsExactly("raw/a.zip");
    }
  }
}
