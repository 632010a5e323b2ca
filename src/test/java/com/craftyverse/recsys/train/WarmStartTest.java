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
  private String trainEarlierModel(String kind) throws IOException {
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
    TrainRequestBuilder request = SmallRequest.of(part.write(store, "planted"));
    request.model(kind);
    request.epochs(30);
    request.regularization(0.02);
    return train.run(request.build()).model();
  }

  private static double firstTrainRmse(LocalObjectStore store, TrainResult result)
      throws IOException {
    String key = ObjectKeys.directoryOf(result.model()) + StoreLayout.HISTORY;
    return Json.read(store.read(key).content(), History.class, key).rating().getFirst().trainRmse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"biased", "dot"})
  void run_beginsWhereTheEarlierModelEnded(String kind) throws IOException {
    String earlier = trainEarlierModel(kind);
    TrainRequestBuilder request = SmallRequest.of(PlantedRatings.index(3).write(store, "planted"));
    request.model(kind);
    request.epochs(2);
    TrainResult cold = train.run(request.build());
    request.warmStart(earlier);
    TrainResult warm = train.run(request.build());

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
    String earlier = trainEarlierModel("biased");
    TrainRequestBuilder request = SmallRequest.of(PlantedRatings.index(3).write(store, "planted"));
    request.warmStart(earlier);
    TrainResult expected = train.run(request.build());
    store.delete(expected.model());

    request.maxSeconds(1e-9);
    assertThat(train.run(request.build()).resumable()).isTrue();
    assertThat(train.run(request.build()).resumable()).isTrue();
    request.maxSeconds(null);

    assertThat(train.run(request.build()).figures().digest())
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
    TrainRequestBuilder request = SmallRequest.of(PlantedRatings.index(3).write(store, "planted"));
    request.warmStart(trainEarlierModel("biased"));

    assertThatThrownBy(() -> train.run(SmallRequest.with(request, field, value)))
        .hasMessage("field 'warmStart': " + message);
  }

  @Test
  void modelOfAnotherDataset_isRefused() throws IOException {
    TrainRequestBuilder request = SmallRequest.of(PlantedRatings.index(3).write(store, "other"));
    request.warmStart(trainEarlierModel("biased"));

    assertThatThrownBy(() -> train.run(request.build()))
        .hasMessage(
            "field 'warmStart': the model's dataset is planted, but this run's is other; they"
                + " must be the same");
  }

  @Test
  void warmStart_mustBeAModel() throws IOException {
    TrainRequestBuilder request = SmallRequest.of(PlantedRatings.index(3).write(store, "planted"));
    request.warmStart("models/x/manifest.json");
    assertThatThrownBy(() -> train.run(request.build()))
        .hasMessage("field 'warmStart': there is no object 'models/x/manifest.json' in the store");
    request.warmStart("../x");
    assertThatThrownBy(() -> train.run(request.build()))
        .hasMessageStartingWith("field 'warmStart': the key '../x'");
    request.warmStart(request.manifest());
    assertThatThrownBy(() -> train.run(request.build()))
        .hasMessage(
            "field 'warmStart': '"
                + request.manifest()
                + "' is not below models/, where train writes");
  }
}
