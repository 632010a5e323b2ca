package com.craftyverse.recsys.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.step.CurrentModel;
import com.craftyverse.recsys.step.Json;
import com.craftyverse.recsys.step.ModelCard;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.Schemas;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Models made by hand, with sums that can be done in the head.
class PredictTest {
  @TempDir Path directory;
  private LocalObjectStore store;
  private Predict predict;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
    predict = new Predict(store, Optional.empty());
  }

  @Test
  void knownPair_isMeanPlusBiasesPlusProduct_clipped() throws IOException {
    write("set", "m1", "biased", 3);
    publish("set", "m1");
    PredictResult result = ask("set", 20, 100, 200);
    assertThat(result.model()).isEqualTo("m1");
    // 3 + 0.5 + 0.25 + (1·0.5 + 0·2), then 3 + 0.5 + 1 + (1·4 + 0·0) = 8.5, off the scale
    assertThat(result.predictions())
        .containsExactly(
            new PredictResult.Prediction(100, "Heat", 4.25f, PredictResult.Source.model, null),
            new PredictResult.Prediction(200, null, 5f, PredictResult.Source.model, null));
  }

  @Test
  void whatTheModelDoesNotKnow_isLeftOutOfTheSum() throws IOException {
    write("set", "m1", "biased", 3);
    publish("set", "m1");
    assertThat(ask("set", 99, 100, 7).predictions())
        .containsExactly(
            new PredictResult.Prediction(
                100,
                "Heat",
                3.25f,
                PredictResult.Source.fallback,
                "unknown user: the movie's average"),
            new PredictResult.Prediction(
                7,
                null,
                3f,
                PredictResult.Source.fallback,
                "unknown user and unknown movie: the mean of all ratings"));
    assertThat(ask("set", 20, 7).predictions().getFirst().rating()).isEqualTo(3.5f);
  }

  @Test
  void modelOfFactorsAlone_fallsBackToTheMean() throws IOException {
    write("set", "m1", "dot", 0);
    publish("set", "m1");
    assertThat(ask("set", 20, 7).predictions().getFirst().rating()).isEqualTo(3.4f);
    assertThat(ask("set", 99, 100).predictions().getFirst().reason())
        .isEqualTo("unknown user: the mean of all ratings");
  }

  @Test
  void anotherPublishedModel_answersFromThenOn() throws IOException {
    write("set", "m1", "biased", 3);
    write("set", "m2", "biased", 2);
    publish("set", "m1");
    assertThat(ask("set", 20, 100).predictions().getFirst().rating()).isEqualTo(4.25f);
    publish("set", "m2");
    assertThat(ask("set", 20, 100).predictions().getFirst().rating()).isEqualTo(3.25f);
  }

  @Test
  void requestWithoutADataset_isAnsweredByTheConfiguredOneElseTheLatest() throws IOException {
    write("old", "m1", "biased", 3);
    write("new", "m1", "biased", 2);
    publish("old", "m1");
    publish("new", "m1");
    assertThat(predict.run(new PredictRequest(null, 20, List.of(100))).dataset()).isEqualTo("new");
    assertThat(
            new Predict(store, Optional.of("old"))
                .run(new PredictRequest(null, 20, List.of(100)))
                .dataset())
        .isEqualTo("old");
  }

  @Test
  void requestsThatCannotBeMet_areRefused() throws IOException {
    assertThatThrownBy(() -> predict.run(new PredictRequest(null, 1, List.of(1))))
        .isInstanceOf(RequestException.class)
        .hasMessage("no model has been published yet; upload a ratings file first");
    assertThatThrownBy(() -> ask("set", 1, 1))
        .hasMessage("the dataset 'set' has no published model");
    assertThatThrownBy(
            () -> predict.run(new PredictRequest("set", 1, Collections.nCopies(1_001, 1))))
        .hasMessage("field 'movieIds' has 1001 movies; 1000 at most are answered in one request");
  }

  @Test
  void modelThatIsDamagedOrNotWhole_isToldAsSuch() throws IOException {
    write("set", "m1", "biased", 3);
    publish("set", "m1");
    store.put("models/set/m1/users.arrow", new byte[50]);
    assertThatThrownBy(() -> ask("set", 20, 100))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageStartingWith("models/set/m1/users.arrow: ");
    store.delete("models/set/m1/users.arrow");
    assertThatThrownBy(() -> ask("set", 20, 100))
        .isInstanceOf(NoSuchObjectException.class)
        .hasMessage("no object 'models/set/m1/users.arrow' in the store");
  }

  private PredictResult ask(String dataset, int user, Integer... movies) throws IOException {
    return predict.run(new PredictRequest(dataset, user, List.of(movies)));
  }

  /// A model of users 10, 20 and movies 100, 200 with two factors.
  private void write(String dataset, String model, String kind, float mean) throws IOException {
    String models = "models/" + dataset + "/" + model + "/";
    boolean dot = kind.equals("dot");
    store.put(
        models + "model.json",
        Json.write(
            new ModelCard(
                ModelCard.FORMAT_VERSION, kind, dataset, model, 2, mean, 3.4f, .5f, 5f, 2, 2, 4)));
    Path users = store.newTempFile();
    try (ArrowFileWriter writer = ArrowFileWriter.create(users, Schemas.modelUsers(2), Map.of())) {
      writer.writeBatch(
          2,
          Buffers.of(new int[] {10, 20}, 2),
          Buffers.of(new float[] {0, 0, 1, 0}, 4),
          Buffers.of(dot ? new float[2] : new float[] {0, .5f}, 2));
    }
    store.put(models + "users.arrow", users);
    Path items = store.newTempFile();
    Buffers.Text titles = Buffers.text(List.of("Heat", ""));
    Buffers.Text genres = Buffers.text(List.of());
    try (ArrowFileWriter writer = ArrowFileWriter.create(items, Schemas.modelItems(2), Map.of())) {
      writer.writeBatch(
          2,
          Buffers.of(new int[] {100, 200}, 2),
          Buffers.of(new float[] {.5f, 2, 4, 0}, 4),
          Buffers.of(dot ? new float[2] : new float[] {.25f, 1}, 2),
          titles.offsets(),
          titles.data(),
          Buffers.of(new int[3], 3),
          genres.offsets(),
          genres.data(),
          Buffers.of(new int[2], 2),
          Buffers.of(new int[] {2, 2}, 2));
    }
    store.put(models + "items.arrow", items);
  }

  private void publish(String dataset, String model) throws IOException {
    store.put(
        "models/" + dataset + "/current.json",
        Json.write(new CurrentModel(dataset, model, "2026-01-01T00:00:00Z", List.of())));
  }
}
