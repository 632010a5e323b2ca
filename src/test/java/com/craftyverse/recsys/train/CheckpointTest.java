package com.craftyverse.recsys.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.Deadline;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests runs that take several calls.
class CheckpointTest {
  @TempDir Path directory;
  private ObjectStore store;
  private String index;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory.resolve("store"));
    index = PlantedRatings.index(6).write(store, "planted");
  }

  /// The content of a model: its factors, and its history without times.
  private record Model(String digest, List<String> history, String ending) {
    static Model of(ObjectStore store, TrainResult result) throws IOException {
      String model = ObjectKeys.directoryOf(result.model());
      String key = model + StoreLayout.HISTORY;
      List<String> history = new ArrayList<>();
      for (Epoch epoch : Json.read(store.read(key).content(), History.class, key).rating()) {
        history.add(
            epoch.epoch()
                + " "
                + epoch.trainRmse()
                + " "
                + epoch.validationRmse()
                + " "
                + epoch.learningRate());
      }
      return new Model(
          String.valueOf(result.figures().digest()), history, result.figures().ending());
    }
  }

  private Model uninterrupted(TrainRequestBuilder request) throws IOException {
    ObjectStore emptyStore = new LocalObjectStore(directory.resolve("fresh"));
    request.manifest(PlantedRatings.index(6).write(emptyStore, "planted"));
    Model model = Model.of(emptyStore, new Train(emptyStore).run(request.build()));
    request.manifest(index);
    return model;
  }

  /// Runs one epoch per call, each with another number of threads and another kernel.
  @ParameterizedTest
  @ValueSource(strings = {"biased", "dot"})
  void run_inAsManyCallsAsEpochs_givesTheSameBytes(String kind) throws IOException {
    TrainRequestBuilder request = SmallRequest.of(index);
    request.model(kind);
    request.factors(13);
    Model expected = uninterrupted(request);

    for (int call = 1; call < 6; call++) {
      request.maxSeconds(1e-9);
      request.threads(call);
      request.kernel(call % 2 == 0 ? "scalar" : "auto");
      TrainResult result = new Train(store).run(request.build());

      assertThat(result.resumable()).isTrue();
      assertThat(result.cached()).isFalse();
      assertThat(result.manifest()).isNull();
      assertThat(result.figures().epochs()).isEqualTo(call);
      assertThat(result.figures().digest()).isNull();
      assertThat(result.figures().ending())
          .isEqualTo(
              "stopped after epoch "
                  + call
                  + " of 6 because the time limit was near; send the request again to continue");
      assertThat(names(result)).containsExactly("checkpoint");
    }
    TrainResult result = new Train(store).run(request.build());

    assertThat(result.resumable()).isFalse();
    assertThat(Model.of(store, result)).isEqualTo(expected);
    assertThat(names(result)).doesNotContain("checkpoint").contains("manifest.json");
  }

  /// Ends calls before the best epoch, with it, and within the patience after it.
  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1, 4})
  void overfittingRun_keepsItsBestEpochAcrossCalls(int afterTheBest) throws IOException {
    TrainRequestBuilder request = SmallRequest.of(index);
    request.factors(64);
    request.epochs(100);
    request.learningRate(0.1);
    request.regularization(0.0);
    Model expected = uninterrupted(request);
    int best = expected.history().size() - 5;
    assertThat(best).isBetween(2, 90);

    request.maxSeconds(1e-9);
    for (int call = 1; call <= best + afterTheBest; call++) {
      assertThat(new Train(store).run(request.build()).figures().epochs()).isEqualTo(call);
    }
    request.maxSeconds(null);

    assertThat(Model.of(store, new Train(store).run(request.build()))).isEqualTo(expected);
  }

  @Test
  void learningRateCut_isRememberedAcrossCalls() throws IOException {
    TrainRequestBuilder request = SmallRequest.of(index);
    request.learningRate(1.0);
    request.regularization(0.0);
    Model expected = uninterrupted(request);

    request.maxSeconds(1e-9);
    TrainResult first = new Train(store).run(request.build());
    assertThat(first.figures().learningRateCuts()).isPositive();
    request.maxSeconds(null);

    assertThat(Model.of(store, new Train(store).run(request.build()))).isEqualTo(expected);
  }

  @Test
  void deadlineOfTheEnvironment_endsACallAsWell() throws IOException {
    TrainRequestBuilder request = SmallRequest.of(index);
    TrainResult result;
    try (Deadline.Scope _ = Deadline.in(Duration.ofSeconds(1))) {
      result = new Train(store).run(request.build());
    }

    assertThat(result.resumable()).isTrue();
    assertThat(result.figures().epochs()).isEqualTo(1);
  }

  @Test
  void sufficientTime_doesNotAffectTheModelId() throws IOException {
    TrainRequestBuilder request = SmallRequest.of(index);
    TrainResult trained = new Train(store).run(request.build());
    request.maxSeconds(1e-9);
    request.threads(1);
    request.kernel("scalar");

    TrainResult cached = new Train(store).run(request.build());

    assertThat(cached)
        .isEqualTo(new TrainResult(trained.manifest(), true, false, trained.figures()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"version", "header", "rows", "end", "length", "empty", "other"})
  void checkpointThatDoesNotMatch_isIgnored(String damage) throws IOException {
    TrainRequestBuilder request = SmallRequest.of(index);
    Model expected = uninterrupted(request);
    request.maxSeconds(1e-9);
    TrainResult first = new Train(store).run(request.build());
    String key = "models/planted/" + first.figures().modelId() + "/checkpoint";
    store.put(key, damaged(store.read(key).content(), damage));

    TrainResult second = new Train(store).run(request.build());

    assertThat(second.figures().epochs()).isEqualTo(1);
    request.maxSeconds(null);
    assertThat(Model.of(store, new Train(store).run(request.build()))).isEqualTo(expected);
  }

  private static byte[] damaged(byte[] content, String damage) {
    switch (damage) {
      case "version" -> content[0]++;
      case "header" -> content[20] ^= 1;
      case "rows" -> content[content.length / 2] ^= 1;
      case "end" -> content[content.length - 1] ^= 1;
      case "length" -> {
        return Arrays.copyOf(content, content.length - 100);
      }
      case "empty" -> {
        return new byte[0];
      }
      default -> {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        int at = text.indexOf("modelId");
        content[at + 12] ^= 1;
      }
    }
    return content;
  }

  @Test
  void digest_coversUsersAndItems() throws Exception {
    TrainResult result = new Train(store).run(SmallRequest.of(index).build());
    String model = ObjectKeys.directoryOf(result.model());
    var sha = java.security.MessageDigest.getInstance("SHA-256");
    sha.update(store.read(model + "users.arrow").content());
    sha.update(store.read(model + "items.arrow").content());

    assertThat(result.figures().digest())
        .isEqualTo(java.util.HexFormat.of().formatHex(sha.digest()));
    Manifest manifest = Manifest.read(store, result.model(), StepName.TRAIN);
    assertThat(manifest.figures())
        .containsEntry("digest", result.figures().digest())
        .containsKeys("kernel", "lanes", "threads", "jvm");
    assertThat(manifest.parameters()).containsKeys("seed", "learningRate", "finalLearningRate");
  }

  private List<String> names(TrainResult result) throws IOException {
    String prefix = "models/planted/" + result.figures().modelId() + "/";
    return store.list(prefix).stream()
        .map(object -> object.key().substring(prefix.length()))
        .toList();
  }
}
