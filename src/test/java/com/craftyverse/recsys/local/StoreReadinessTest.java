package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.serve.CountingStore;
import com.craftyverse.recsys.serve.ModelCache;
import com.craftyverse.recsys.serve.ModelFixture;
import com.craftyverse.recsys.serve.RecommendationService;
import com.craftyverse.recsys.serve.Requests;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreReadinessTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir Path directory;

  @Test
  void store_answers_isUp() throws Exception {
    ObjectStore store = new LocalObjectStore(directory);
    HealthCheckResponse response = readiness(store, LIMIT).call();
    assertThat(response.getStatus()).isEqualTo(Status.UP);
    assertThat(data(response)).containsExactly(Map.entry("location", store.location()));
  }

  @Test
  void loadedModel_isNamed() throws Exception {
    ObjectStore store = new LocalObjectStore(directory);
    new ModelFixture("films", "abc").publish(store);
    ModelCache models = models(store);
    StoreReadiness readiness = new StoreReadiness(store, models, LIMIT);
    assertThat(data(readiness.call())).doesNotContainKey("model");

    new Requests(new RecommendationService(store, models)).modelInfo("{}");
    assertThat(data(readiness.call()))
        .containsEntry("dataset", "films")
        .containsEntry("model", "abc");
  }

  @Test
  void missingDirectory_isDown() throws Exception {
    ObjectStore store = new LocalObjectStore(directory.resolve("store"));
    String location = store.location();
    Files.move(Path.of(location), directory.resolve("moved"));
    HealthCheckResponse response = readiness(store, LIMIT).call();
    assertThat(response.getStatus()).isEqualTo(Status.DOWN);
    assertThat(data(response))
        .containsEntry("problem", "the server cannot write to the directory " + location);
  }

  @Test
  void failingStore_isDownWithItsMessage() throws Exception {
    CountingStore store = new CountingStore(new LocalObjectStore(directory));
    store.fail("ready");
    HealthCheckResponse response = readiness(store.store(), LIMIT).call();
    assertThat(response.getStatus()).isEqualTo(Status.DOWN);
    assertThat(data(response)).containsEntry("problem", "/secret/path/models/ready cannot be read");
  }

  @Test
  void hangingStore_isDownInTime_andIsAskedOnce() throws Exception {
    CountDownLatch answers = new CountDownLatch(1);
    AtomicInteger asked = new AtomicInteger();
    CountingStore store = new CountingStore(new LocalObjectStore(directory));
    store.beforeEach(
        "ready",
        () -> {
          asked.incrementAndGet();
          awaitUninterruptibly(answers);
        });
    StoreReadiness readiness = readiness(store.store(), Duration.ofMillis(50));
    for (int i = 0; i < 3; i++) {
      HealthCheckResponse response = readiness.call();
      assertThat(response.getStatus()).isEqualTo(Status.DOWN);
      assertThat(data(response))
          .containsEntry("problem", "the store has not answered within 50 ms");
    }
    assertThat(asked).hasValue(1);
    answers.countDown();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static StoreReadiness readiness(ObjectStore store, Duration limit) {
    return new StoreReadiness(store, models(store), limit);
  }

  private static ModelCache models(ObjectStore store) {
    return new ModelCache(store, Optional.empty(), Duration.ofHours(1));
  }

  private static Map<String, Object> data(HealthCheckResponse response) {
    return response.getData().orElseThrow();
  }
}
