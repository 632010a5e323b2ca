package com.craftyverse.recsys.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WarmStartTest {
  /// The number of leading users and items that the earlier version lacks.
  private static final int NEW_USERS = 40;

  private static final int NEW_ITEMS = 15;

  @TempDir Path directory;
  private LocalObjectStore store;
  private Train train;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
    train = new Train(store);
  }

  /// Trains on a version without the first users and items. The ratings of the others are one higher,
  /// so the mean differs.
  private String trainedEarlier(String kind) throws IOException {
    IndexFixture whole = PlantedRatings.index(3);
    IndexFixture part =
        new IndexFixture(whole.users() - NEW_USERS, whole.items() - NEW_ITEMS, 3)
            .withIds(10 + NEW_USERS, 100 + 2 * NEW_ITEMS);
    for (int i = 0; i < whole.train.size(); i++) {
      int user = whole.train.user(i) - NEW_USERS;
      int item = whole.train.item(i) - NEW_ITEMS;
      if (user >= 0 && item >= 0) {
        part.train.add(user, item, whole.train.rating(i) + 1);
      }
    }
    Asking asking = new Asking(part.write(store, "planted"));
    asking.model = kind;
    asking.epochs = 30;
    asking.regularization = 0.02;
    return train.run(asking.request()).model();
  }

  private static double firstTrainRmse(LocalObjectStore store, TrainResult result)
      throws IOException {
    String key = ObjectKeys.directoryOf(result.model()) + StoreLayout.HISTORY;
    return Json.read(store.read(key).content(), History.class, key).rating().getFirst().trainRmse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"biased", "dot"})
  void run_beginsWhereTheEarlierModelEnded(String kind) throws IOException {
    String earlier = trainedEarlier(kind);
    Asking asking = new Asking(PlantedRatings.index(3).write(store, "planted"));
    asking.model = kind;
    asking.epochs = 2;
    TrainResult cold = train.run(asking.request());
    asking.warmStart = earlier;
    TrainResult warm = train.run(asking.request());

    assertThat(firstTrainRmse(store, warm)).isLessThan(0.7 * firstTrainRmse(store, cold));
    assertThat(warm.figures().validationRmse())
        .isLessThan(0.7 * java.util.Objects.requireNonNull(cold.figures().validationRmse()));
    Manifest manifest = Manifest.read(store, warm.model(), StepName.TRAIN);
    assertThat(manifest.sources()).containsEntry("warmStart", earlier);
    assertThat(manifest.inputs())
        .containsEntry("warmStart", Manifest.read(store, earlier, StepName.TRAIN).id());
    assertThat(warm.figures().modelId()).isNotEqualTo(cold.figures().modelId());
  }

  @Test
  void run_overSeveralCalls_givesTheSameBytes() throws IOException {
    String earlier = trainedEarlier("biased");
    Asking asking = new Asking(PlantedRatings.index(3).write(store, "planted"));
    asking.warmStart = earlier;
    TrainResult expected = train.run(asking.request());
    store.delete(expected.model());

    asking.maxSeconds = 1e-9;
    assertThat(train.run(asking.request()).resumable()).isTrue();
    assertThat(train.run(asking.request()).resumable()).isTrue();
    asking.maxSeconds = null;

    assertThat(train.run(asking.request()).figures().digest())
        .isEqualTo(expected.figures().digest());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "factors | 7   | the model's 'factors' is 8, but this run's is 7; they must be the"
            + " same",
        "model   | dot | the model's 'model' is biased, but this run's is dot; they must be"
            + " the same",
      })
  void modelOfAnotherKind_isRefused(String field, String value, String message) throws IOException {
    Asking asking = new Asking(PlantedRatings.index(3).write(store, "planted"));
    asking.warmStart = trainedEarlier("biased");
    asking.set(field, value);

    assertThatThrownBy(() -> train.run(asking.request()))
        .hasMessage("field 'warmStart': " + message);
  }

  @Test
  void modelOfAnotherDataset_isRefused() throws IOException {
    Asking asking = new Asking(PlantedRatings.index(3).write(store, "other"));
    asking.warmStart = trainedEarlier("biased");

    assertThatThrownBy(() -> train.run(asking.request()))
        .hasMessage(
            "field 'warmStart': the model's dataset is planted, but this run's is other; they"
                + " must be the same");
  }

  @Test
  void warmStart_mustBeAModel() throws IOException {
    Asking asking = new Asking(PlantedRatings.index(3).write(store, "planted"));
    asking.warmStart = "models/x/manifest.json";
    assertThatThrownBy(() -> train.run(asking.request()))
        .hasMessage("field 'warmStart': there is no object 'models/x/manifest.json' in the store");
    asking.warmStart = "../x";
    assertThatThrownBy(() -> train.run(asking.request()))
        .hasMessageStartingWith("field 'warmStart': the key '../x'");
    asking.warmStart = asking.manifest;
    assertThatThrownBy(() -> train.run(asking.request()))
        .hasMessage(
            "field 'warmStart': '"
                + asking.manifest
                + "' is not below models/, where train writes");
  }
}
