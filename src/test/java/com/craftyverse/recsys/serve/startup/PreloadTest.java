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
  private LocalObjectStore backing;
  private CountingStore store;

  @BeforeEach
  void open() throws IOException {
    backing = new LocalObjectStore(directory);
    store = new CountingStore(backing);
  }

  private Optional<Preload> startPreload(String preload, String dataset) {
    return Preload.start(
        Map.of("RECSYS_PRELOAD", preload, "RECSYS_STORE", "place", "RECSYS_DATASET", dataset),
        location -> {
          assertThat(location).isEqualTo("place");
          return store.store();
        });
  }

  private Preload.Loaded load(String dataset) throws InterruptedException {
    return startPreload("true", dataset).orElseThrow().await().orElseThrow();
  }

  @Test
  void adoptedModel_answersWithoutBeingReadAgain() throws Exception {
    new ModelFixture("set", "m1").publish(backing);
    ModelCache newCache = new ModelCache(backing, Optional.of("set"), Duration.ofDays(1));
    String expected =
        new Requests(new RecommendationService(backing, newCache))
            .predict("{'userId': 20, 'itemIds': [100]}")
            .toString();
    Preload.Loaded loaded = load("set");
    store.drainCalls();
    ModelCache modelCache = new ModelCache(loaded.store(), Optional.of("set"), Duration.ofDays(1));
    modelCache.adopt(loaded.model().orElseThrow());
    assertThat(
            new Requests(new RecommendationService(loaded.store(), modelCache))
                .predict("{'userId': 20, 'itemIds': [100]}"))
        .hasToString(expected);
    assertThat(store.drainCalls()).containsExactly("readRange users.arrow");
  }

  @Test
  void withoutADataset_theOnePublishedLastIsLoaded() throws Exception {
    new ModelFixture("set", "m1").publish(backing);
    assertThat(load("").model().orElseThrow().dataset()).isEqualTo("set");
  }

  @Test
  void withoutPreloadSetting_nothingIsLoaded() {
    assertThat(startPreload("false", "set")).isEmpty();
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
