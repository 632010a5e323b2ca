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
  private LocalObjectStore behind;
  private CountingStore store;
  private final List<String> reconnects = new ArrayList<>();
  private RecommendationService serving;
  private SnapStartHooks snapshot;

  @BeforeEach
  void open() throws IOException {
    behind = new LocalObjectStore(directory);
    store = new CountingStore(behind);
    ModelCache modelCache =
        new ModelCache(
            store.store(), Optional.of("set"), Duration.ofDays(1), Runnable::run, () -> 1);
    serving = new RecommendationService(store.store(), modelCache);
    snapshot = new SnapStartHooks(serving, modelCache, () -> reconnects.add("reconnect"));
  }

  @Test
  void snapshot_hasTheModel_andNoConnections() throws IOException {
    new ModelFixture("set", "m1").publish(behind);
    snapshot.beforeCheckpoint(Core.getGlobalContext());
    assertThat(store.calls())
        .containsExactlyInAnyOrder( // items and lookup are read side by side
            "read current.json",
            "read model.json",
            "read items.arrow",
            "read lookup.arrow",
            "readRange users.arrow",
            "readRange seen.arrow");
    assertThat(reconnects).hasSize(1);
    new Requests(serving).similar("{'itemId': 100}");
    assertThat(store.calls()).isEmpty();
  }

  @Test
  void restoredProcess_hasTheCurrentModel_beforeItsFirstRequest() throws IOException {
    new ModelFixture("set", "m1").publish(behind);
    snapshot.beforeCheckpoint(Core.getGlobalContext());
    new ModelFixture("set", "m2", "biased", 2).publish(behind);
    snapshot.afterRestore(Core.getGlobalContext());
    store.calls();
    assertThat(new Requests(serving).predict(ASK).model()).isEqualTo("m2");
    assertThat(store.calls()).containsExactly("readRange users.arrow");
  }

  @Test
  void restoredProcess_ofASnapshotWithoutAModel_hasTheOnePublishedSince() throws IOException {
    snapshot.beforeCheckpoint(Core.getGlobalContext());
    new ModelFixture("set", "m1").publish(behind);
    snapshot.afterRestore(Core.getGlobalContext());
    store.calls();
    assertThat(new Requests(serving).predict(ASK).model()).isEqualTo("m1");
    assertThat(store.calls()).containsExactly("readRange users.arrow");
  }

  @Test
  void restoredProcess_answersFromTheOldModel_whileTheStoreCannotBeRead() throws IOException {
    new ModelFixture("set", "m1").publish(behind);
    snapshot.beforeCheckpoint(Core.getGlobalContext());
    store.fail("current.json");
    snapshot.afterRestore(Core.getGlobalContext());
    assertThat(new Requests(serving).predict(ASK).model()).isEqualTo("m1");
  }

  @Test
  void snapshotBeforeTheFirstModel_isTakenNevertheless() throws IOException {
    snapshot.beforeCheckpoint(Core.getGlobalContext());
    assertThat(reconnects).hasSize(1);
  }
}
