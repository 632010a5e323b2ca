package com.craftyverse.recsys.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectStore;
import com.craftyverse.recsys.storage.ObjectStores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreloadTest {
  @TempDir Path directory;
  private LocalObjectStore behind;
  private CountingStore store;
  private ModelCache models;

  @BeforeEach
  void open() throws IOException {
    behind = new LocalObjectStore(directory);
    store = new CountingStore(behind);
    models = new ModelCache(store.store(), Optional.of("set"), Duration.ofDays(1));
  }

  /// Whatever a test did not take must not reach the next.
  @AfterEach
  void takeTheRest() throws Exception {
    Preload.take();
    try (ObjectStore rest = ObjectStores.open(directory.toString())) {
      assertThat(rest.location()).isNotEmpty();
    }
  }

  private void begin(String preload, String dataset) {
    Preload.begin(
        Map.of(
            "RECSYS_PRELOAD",
            preload,
            "RECSYS_STORE",
            directory.toString(),
            "RECSYS_DATASET",
            dataset));
  }

  @Test
  void adoptedModel_answersWithoutBeingRead_andReadsUsersFromTheStoreOfTheApplication()
      throws Exception {
    new ModelFixture("set", "m1").publish(behind);
    String asked = new Requests(serving()).predict("{'userId': 20, 'itemIds': [100]}").toString();
    store.calls();
    models = new ModelCache(store.store(), Optional.of("set"), Duration.ofDays(1));
    begin("true", "set");
    models.adopt(Preload.take().orElseThrow());
    assertThat(new Requests(serving()).predict("{'userId': 20, 'itemIds': [100]}"))
        .hasToString(asked);
    assertThat(store.calls()).containsExactly("readRange users.arrow");
    assertThat(Preload.take()).isEmpty();
  }

  @Test
  void withoutADataset_theOnePublishedLastIsLoaded() throws Exception {
    new ModelFixture("set", "m1").publish(behind);
    begin("true", "");
    assertThat(Preload.take().orElseThrow().dataset()).isEqualTo("set");
  }

  @Test
  void unlessItIsWanted_nothingIsLoaded() throws Exception {
    new ModelFixture("set", "m1").publish(behind);
    begin("false", "set");
    assertThat(Preload.take()).isEmpty();
    Preload.begin(Map.of("RECSYS_PRELOAD", "true"));
    assertThat(Preload.take()).isEmpty();
  }

  @Test
  void modelThatCannotBeLoaded_isLeftToTheFirstRequest() throws Exception {
    begin("true", "set");
    assertThat(Preload.take()).isEmpty();
    begin("true", "../set");
    assertThat(Preload.take()).isEmpty();
  }

  @Test
  void helper_canDoAllWithoutAModel() throws Exception {
    for (String location : List.of(directory.toString(), "s3://bucket")) {
      assertThat(new String(Priming.run(location), StandardCharsets.UTF_8))
          .contains("\"itemId\" : 1", "\"rating\" : 3.5");
    }
    new ModelFixture("set", "m1").publish(behind);
    assertThat(Preload.isUnderWay()).isFalse();
    begin("true", "set");
    assertThat(Preload.isUnderWay()).isTrue();
    Preload.help();
    assertThat(Preload.take()).isPresent();
    assertThat(Preload.isUnderWay()).isFalse();
  }

  @Test
  void storeOpenedAhead_isTheOneThatIsOpenedNext_once() throws IOException {
    ObjectStore ahead = ObjectStores.openAhead(directory.toString());
    assertThat(ObjectStores.open(directory.resolve("other").toString())).isNotSameAs(ahead);
    assertThat(ObjectStores.open(directory.toString())).isSameAs(ahead);
    assertThat(ObjectStores.open(directory.toString())).isNotSameAs(ahead);
  }

  private RecommendationService serving() {
    return new RecommendationService(store.store(), models);
  }
}
