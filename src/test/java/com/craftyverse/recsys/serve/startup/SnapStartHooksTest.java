package com.craftyverse.recsys.serve.startup;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.serve.CountingStore;
import com.craftyverse.recsys.serve.ModelCache;
import com.craftyverse.recsys.serve.ModelFixture;
import com.craftyverse.recsys.serve.RecommendationService;
import com.craftyverse.recsys.serve.Requests;
import com.craftyverse.recsys.storage.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.crac.Core;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapStartHooksTest {
  private static final String ASK = "{'userId': 20, 'itemIds': [100]}";

  @TempDir Path directory;
  private LocalObjectStore backing;
  private CountingStore store;
  private final List<String> reconnects = new ArrayList<>();
  private RecommendationService service;
  private SnapStartHooks snapshot;

  @BeforeEach
  void open() throws IOException {
    backing = new LocalObjectStore(directory);
    store = new CountingStore(backing);
    ModelCache modelCache =
        new ModelCache(
            store.store(), Optional.of("set"), Duration.ofDays(1), Runnable::run, () -> 1);
    service = new RecommendationService(store.store(), modelCache);
    snapshot = new SnapStartHooks(service, modelCache, () -> reconnects.add("reconnect"));
  }

  @Test
  void snapshot_hasTheModel_andNoConnections() throws IOException {
    new ModelFixture("set", "m1").publish(backing);
    snapshot.beforeCheckpoint(Core.getGlobalContext());
    assertThat(store.drainCalls())
        .containsExactlyInAnyOrder( // items and lookup are read side by side
            "read current.json",
            "read model.json",
            "read items.arrow",
            "read lookup.arrow",
            "readRange users.arrow",
            "readRange seen.arrow", // the ratings, for a recommendation
            "readRange seen.arrow"); // and their times, for a history
    assertThat(reconnects).hasSize(1);
    new Requests(service).similar("{'itemId': 100}");
    assertThat(store.drainCalls()).isEmpty();
  }

  @Test
  void restoredProcess_hasTheCurrentModel_beforeItsFirstRequest() throws IOException {
    new ModelFixture("set", "m1").publish(backing);
    snapshot.beforeCheckpoint(Core.getGlobalContext());
    new ModelFixture("set", "m2", "biased", 2).publish(backing);
    snapshot.afterRestore(Core.getGlobalContext());
    store.drainCalls();
    assertThat(new Requests(service).predict(ASK).model()).isEqualTo("m2");
    assertThat(store.drainCalls()).containsExactly("readRange users.arrow");
  }

  @Test
  void restoredProcess_ofASnapshotWithoutAModel_hasTheOnePublishedSince() throws IOException {
    snapshot.beforeCheckpoint(Core.getGlobalContext());
    new ModelFixture("set", "m1").publish(backing);
    snapshot.afterRestore(Core.getGlobalContext());
    store.drainCalls();
    assertThat(new Requests(service).predict(ASK).model()).isEqualTo("m1");
    assertThat(store.drainCalls()).containsExactly("readRange users.arrow");
  }

  @Test
  void restoredProcess_answersFromTheOldModel_whileTheStoreCannotBeRead() throws IOException {
    new ModelFixture("set", "m1").publish(backing);
    snapshot.beforeCheckpoint(Core.getGlobalContext());
    store.fail("current.json");
    snapshot.afterRestore(Core.getGlobalContext());
    assertThat(new Requests(service).predict(ASK).model()).isEqualTo("m1");
  }

  @Test
  void snapshotBeforeTheFirstModel_isTakenNevertheless() throws IOException {
    snapshot.beforeCheckpoint(Core.getGlobalContext());
    assertThat(reconnects).hasSize(1);
  }
}
