package com.craftyverse.recsys.serve.startup;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.serve.CountingStore;
import com.craftyverse.recsys.serve.ModelCache;
import com.craftyverse.recsys.serve.ModelFixture;
import com.craftyverse.recsys.serve.RecommendationService;
import com.craftyverse.recsys.serve.Requests;
import com.craftyverse.recsys.storage.LocalObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreloadTest {
  @TempDir Path directory;
  private LocalObjectStore behind;
  private CountingStore store;

  @BeforeEach
  void open() throws IOException {
    behind = new LocalObjectStore(directory);
    store = new CountingStore(behind);
  }

  private Optional<Preload> begin(String preload, String dataset) {
    return Preload.start(
        Map.of("RECSYS_PRELOAD", preload, "RECSYS_STORE", "place", "RECSYS_DATASET", dataset),
        location -> {
          assertThat(location).isEqualTo("place");
          return store.store();
        });
  }

  private Preload.Loaded load(String dataset) throws InterruptedException {
    return begin("true", dataset).orElseThrow().await().orElseThrow();
  }

  @Test
  void adoptedModel_answersWithoutBeingReadAgain() throws Exception {
    new ModelFixture("set", "m1").publish(behind);
    ModelCache fresh = new ModelCache(behind, Optional.of("set"), Duration.ofDays(1));
    String expected =
        new Requests(new RecommendationService(behind, fresh))
            .predict("{'userId': 20, 'itemIds': [100]}")
            .toString();
    Preload.Loaded loaded = load("set");
    store.calls();
    ModelCache modelCache = new ModelCache(loaded.store(), Optional.of("set"), Duration.ofDays(1));
    modelCache.adopt(loaded.model().orElseThrow());
    assertThat(
            new Requests(new RecommendationService(loaded.store(), modelCache))
                .predict("{'userId': 20, 'itemIds': [100]}"))
        .hasToString(expected);
    assertThat(store.calls()).containsExactly("readRange users.arrow");
  }

  @Test
  void withoutADataset_theOnePublishedLastIsLoaded() throws Exception {
    new ModelFixture("set", "m1").publish(behind);
    assertThat(load("").model().orElseThrow().dataset()).isEqualTo("set");
  }

  @Test
  void withoutPreloadSetting_nothingIsLoaded() {
    assertThat(begin("false", "set")).isEmpty();
    assertThat(
            Preload.start(
                Map.of("RECSYS_PRELOAD", "true"),
                location -> {
                  throw new AssertionError("opened " + location);
                }))
        .isEmpty();
  }

  @Test
  void modelThatCannotBeLoaded_isLeftToTheFirstRequest() throws Exception {
    assertThat(load("set").model()).isEmpty();
    assertThat(load("../set").model()).isEmpty();
  }

  @Test
  void storeThatCannotBeOpened_isLeftToTheApplication() throws Exception {
    Preload preload =
        Preload.start(
                Map.of("RECSYS_PRELOAD", "true", "RECSYS_STORE", "place"),
                location -> {
                  throw new IOException("no " + location);
                })
            .orElseThrow();
    assertThat(preload.await()).isEmpty();
  }

  @Test
  void priming_answersOnATinyModel() {
    assertThat(new String(Priming.run(), StandardCharsets.UTF_8))
        .contains("\"itemId\" : 1", "\"rating\" : 3.5");
  }
}
