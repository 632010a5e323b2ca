package com.craftyverse.recsys.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CleanerTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir Path directory;
  private LocalObjectStore store;
  private Cleaner cleaner;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
    cleaner = new Cleaner(store, NOW);
  }

  private void put(String key, Duration age) throws IOException {
    store.put(key, new byte[] {1});
    Files.setLastModifiedTime(directory.resolve(key), FileTime.from(NOW.minus(age)));
  }

  private static CurrentModel.Publication publication(String model, @Nullable String scored) {
    return new CurrentModel.Publication(model, scored, "", "", null, null);
  }

  private static CurrentModel current(CurrentModel.Publication... history) {
    return new CurrentModel(
        "set", history[0].model(), history[0].scoredModel(), "", Arrays.asList(history));
  }

  private List<String> keys() throws IOException {
    return store.list("").stream().map(ObjectInfo::key).toList();
  }

  @Test
  void versions_stayWithTheirTwins_andTheManifestGoesFirst() throws IOException {
    for (String model : List.of("r1", "s1", "r2", "s2", "r3", "s3", "old", "twin")) {
      put("models/set/" + model + "/items.arrow", Duration.ZERO);
      put("models/set/" + model + "/manifest.json", Duration.ZERO);
    }
    put("models/set/current.json", Duration.ZERO);
    List<String> deleted =
        cleaner.cleanModels(
            current(
                publication("r3", "s3"),
                publication("r2", "s2"),
                publication("r1", "s1"),
                publication("old", "twin")),
            3);
    assertThat(deleted)
        .containsExactly(
            "models/set/old/manifest.json",
            "models/set/old/items.arrow",
            "models/set/twin/manifest.json",
            "models/set/twin/items.arrow");
  }

  /// After a way back the version that was replaced is the one before.
  @Test
  void versionPublishedAgain_countsFromThen() throws IOException {
    for (String model : List.of("m1", "m2", "m3")) {
      put("models/set/" + model + "/manifest.json", Duration.ZERO);
    }
    assertThat(
            cleaner.cleanModels(
                current(
                    publication("m1", null),
                    publication("m3", null),
                    publication("m2", null),
                    publication("m1", null)),
                2))
        .containsExactly("models/set/m2/manifest.json");
  }

  @Test
  void fewerThanTwoVersions_areNeverKept() throws IOException {
    put("models/set/m1/manifest.json", Duration.ofDays(400));
    put("models/set/m2/manifest.json", Duration.ofDays(400));
    assertThat(cleaner.cleanModels(current(publication("m2", null), publication("m1", null)), 0))
        .isEmpty();
  }

  @Test
  void unpublishedModel_staysForThirtyDaysAfterItsLastWrite() throws IOException {
    put("models/set/m1/manifest.json", Duration.ofDays(100));
    put("models/set/fresh/items.arrow", Duration.ofDays(31));
    put("models/set/fresh/checkpoint", Duration.ofDays(6));
    put("models/set/refused/items.arrow", Duration.ofDays(40));
    put("models/set/refused/manifest.json", Duration.ofDays(31));
    assertThat(cleaner.cleanModels(current(publication("m1", null)), 2))
        .containsExactly("models/set/refused/manifest.json", "models/set/refused/items.arrow");
    assertThat(keys())
        .containsExactly(
            "models/set/fresh/checkpoint",
            "models/set/fresh/items.arrow",
            "models/set/m1/manifest.json");
  }

  @Test
  void abandonedObjects_areDeleted_freshOnesAndResultsStay() throws IOException {
    put("models/set/m1/checkpoint", Duration.ofDays(8));
    put("models/set/m2/checkpoint", Duration.ofDays(6));
    put("models/set/m1/lease-manifest.json", Duration.ofHours(25));
    put("models/set/m2/lease-manifest.json", Duration.ofHours(23));
    put("datasets/set/v1/splits/s/lease-manifest.json", Duration.ofDays(2));
    put("datasets/set/v1/ratings.arrow", Duration.ofDays(400));
    put("models/set/m1/users.arrow", Duration.ofDays(400));
    put("incoming/old.csv", Duration.ofDays(8));
    put("incoming/new.csv", Duration.ofDays(6));
    put("raw/set/ratings.csv", Duration.ofDays(400));
    put("batches/set/m1/b1/part-00000.arrow", Duration.ofDays(31));
    put("batches/set/m1/b2/part-00000.arrow", Duration.ofDays(29));
    put("batches/set/m1/b2/checkpoint", Duration.ofDays(8));
    assertThat(cleaner.cleanAbandoned())
        .containsExactlyInAnyOrder(
            "models/set/m1/checkpoint",
            "models/set/m1/lease-manifest.json",
            "datasets/set/v1/splits/s/lease-manifest.json",
            "batches/set/m1/b1/part-00000.arrow",
            "batches/set/m1/b2/checkpoint",
            "incoming/old.csv");
    assertThat(keys())
        .containsExactlyInAnyOrder(
            "models/set/m2/checkpoint",
            "models/set/m2/lease-manifest.json",
            "datasets/set/v1/ratings.arrow",
            "models/set/m1/users.arrow",
            "incoming/new.csv",
            "batches/set/m1/b2/part-00000.arrow",
            "raw/set/ratings.csv");
  }

  @Test
  void cleaningAnEmptyStore_doesNothing() throws IOException {
    assertThat(cleaner.cleanAbandoned()).isEmpty();
  }
}
