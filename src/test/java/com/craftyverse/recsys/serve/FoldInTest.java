package com.craftyverse.recsys.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.evaluate.Evaluate;
import com.craftyverse.recsys.evaluate.EvaluateRequest;
import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.model.ItemFactors;
import com.craftyverse.recsys.model.RatingFoldIn;
import com.craftyverse.recsys.publish.Publish;
import com.craftyverse.recsys.publish.PublishRequest;
import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.train.IndexFixture;
import com.craftyverse.recsys.train.PlantedRatings;
import com.craftyverse.recsys.train.Train;
import com.craftyverse.recsys.train.TrainRequests;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FoldInTest {
  @TempDir Path directory;

  /// A training user gets nearly the same predictions when folded in from their ratings alone.
  @ParameterizedTest
  @ValueSource(strings = {"biased", "dot"})
  void trainingUser_foldedIn_isPredictedAsTheTrainedOne(String kind) throws IOException {
    LocalObjectStore store = new LocalObjectStore(directory);
    IndexFixture index = PlantedRatings.index(6);
    String manifest = index.write(store, "planted");
    String trained =
        new Train(store)
            .run(
                TrainRequests.with(manifest, "'model': '" + kind + "', 'factors': 8, 'epochs': 40"))
            .manifest();
    new Publish(store)
        .run(
            new PublishRequest(new Evaluate(store).run(EvaluateRequest.of(trained)).manifest())
                .withForce("none"));
    ServedModel model =
        ServedModel.load(store, CurrentModel.find(store, "planted").orElseThrow().current());
    ItemFactors items = model.catalog().factors();
    double squares = 0;
    int pairs = 0;
    double foldedError = 0;
    double trainedError = 0;
    for (int i = 0; i < index.test.size(); i++) {
      int user = index.test.user(i);
      int item = index.test.item(i);
      RatingFoldIn.UserEmbedding embedding = model.foldIn().foldIn(model.users().history(user));
      float mean = model.card().globalMean();
      float folded = items.score(mean + embedding.bias(), items.padded(embedding.vector()), item);
      float predicted =
          items.score(
              mean + model.users().bias(user), items.padded(model.users().vector(user)), item);
      squares += (folded - predicted) * (folded - predicted);
      foldedError += Math.pow(folded - index.test.rating(i), 2);
      trainedError += Math.pow(predicted - index.test.rating(i), 2);
      pairs++;
    }
    double unit = model.card().unit();
    assertThat(Math.sqrt(squares / pairs)).isLessThan(0.1 * unit);
    assertThat(Math.sqrt(foldedError / pairs))
        .isLessThan(Math.sqrt(trainedError / pairs) + 0.02 * unit);
  }

  /// The lookup locates each user's row, in every batch.
  @Test
  void usersReadByRange_matchTheFile() throws IOException {
    LocalObjectStore store = new LocalObjectStore(directory);
    new ModelFixture("set", "m1").publish(store);
    ServedModel model =
        ServedModel.load(store, CurrentModel.find(store, "set").orElseThrow().current());
    try (FetchedObject fetched = store.fetch("models/set/m1/users.arrow");
        ArrowFile file = ArrowFile.open(fetched.path(), "users.arrow")) {
      assertThat(file.batches()).hasSize(2);
    }
    assertThat(model.users().vector(0)).containsExactly(0, 0);
    assertThat(model.users().vector(1)).containsExactly(1, 0);
    assertThat(model.users().vector(2)).containsExactly(0, 1);
    assertThat(model.users().history(0).items()).containsExactly(1);
    assertThat(model.users().history(1).ratings()).containsExactly(4.5f);
    assertThat(model.users().history(2).items()).containsExactly(0, 3);
  }
}
