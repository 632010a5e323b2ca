package com.craftyverse.recsys.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.evaluate.Evaluate;
import com.craftyverse.recsys.evaluate.EvaluateRequest;
import com.craftyverse.recsys.publish.Publish;
import com.craftyverse.recsys.publish.PublishRequest;
import com.craftyverse.recsys.step.CurrentModel;
import com.craftyverse.recsys.step.ModelCard;
import com.craftyverse.recsys.step.RatingScale;
import com.craftyverse.recsys.step.Rows;
import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.train.IndexFixture;
import com.craftyverse.recsys.train.PlantedRatings;
import com.craftyverse.recsys.train.Train;
import com.craftyverse.recsys.train.TrainRequests;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FoldInTest {
  @TempDir Path directory;

  /// At the minimum no small step makes the sum of squares and penalties smaller.
  @ParameterizedTest
  @CsvSource({"biased, 1", "dot, 1", "biased, 20", "dot, 0.2"})
  void place_isTheMinimumOfSquaresAndPenalties(String kind, double unit) {
    Random random = new Random(7);
    int factors = 5;
    ItemFactors items = items(random, 40, factors);
    float mean = kind.equals("dot") ? 0 : 3;
    FoldIn foldIn = new FoldIn(card(kind, factors, mean, unit), items, 0.07, 0.021);
    History history = history(random, 12);
    FoldIn.Place place = foldIn.place(history);
    double least = loss(items, history, mean, unit, place.vector(), place.bias());
    for (int f = 0; f <= factors; f++) {
      for (float step : new float[] {-.01f, .01f}) {
        float[] vector = place.vector().clone();
        float bias = place.bias();
        if (f < factors) {
          vector[f] += step;
        } else if (kind.equals("biased")) {
          bias += step;
        } else {
          continue;
        }
        assertThat(loss(items, history, mean, unit, vector, bias)).isGreaterThan(least);
      }
    }
    assertThat(kind.equals("dot")).isEqualTo(place.bias() == 0);
  }

  private static double loss(
      ItemFactors items, History history, float mean, double unit, float[] vector, float bias) {
    double loss = 0;
    for (int i = 0; i < history.size(); i++) {
      double error =
          history.ratings()[i] - items.score(mean + bias, items.padded(vector), history.items()[i]);
      loss += error * error;
    }
    double penalty = 0.021 * bias * bias;
    for (float value : vector) {
      penalty += 0.07 * unit * value * value;
    }
    return loss + (history.size() + 10) * penalty;
  }

  @Test
  void contributions_addUpToThePrediction() {
    Random random = new Random(8);
    ItemFactors items = items(random, 40, 6);
    FoldIn foldIn = new FoldIn(card("biased", 6, 3, 1), items, 0.05, 0.015);
    History history = history(random, 10);
    FoldIn.Place place = foldIn.place(history);
    for (int item = 0; item < 40; item++) {
      double sum = 3 + items.bias(item);
      for (double contribution : foldIn.equations(history).contributions(item)) {
        sum += contribution;
      }
      float predicted = items.score(3 + place.bias(), items.padded(place.vector()), item);
      assertThat(sum).isCloseTo(predicted, within(1e-4));
    }
  }

  @Test
  void fewRatings_placeAUserNevertheless_evenWithoutAPenalty() {
    Random random = new Random(9);
    ItemFactors items = items(random, 40, 50);
    FoldIn foldIn = new FoldIn(card("biased", 50, 3, 1), items, 0, 0);
    FoldIn.Place place = foldIn.place(new History(new int[] {3}, new float[] {5}));
    assertThat(ItemFactors.areSound(place.vector())).isTrue();
    assertThat(items.score(3 + place.bias(), items.padded(place.vector()), 3))
        .isCloseTo(5, within(.05f));
  }

  /// Whom the model was trained on gets nearly the same predictions from their ratings alone.
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
        .run(new PublishRequest(new Evaluate(store).run(new EvaluateRequest(trained)).manifest()));
    ServedModel model =
        ServedModel.load(store, CurrentModel.find(store, "planted").orElseThrow().current());
    ItemFactors items = model.catalogue().factors();
    double squares = 0;
    int pairs = 0;
    double foldedError = 0;
    double trainedError = 0;
    for (int i = 0; i < index.test.size(); i++) {
      int user = index.test.user(i);
      int item = index.test.item(i);
      FoldIn.Place place = model.foldIn().place(model.users().history(user));
      float mean = model.card().globalMean();
      float folded = items.score(mean + place.bias(), items.padded(place.vector()), item);
      float known =
          items.score(
              mean + model.users().bias(user), items.padded(model.users().vector(user)), item);
      squares += (folded - known) * (folded - known);
      foldedError += Math.pow(folded - index.test.rating(i), 2);
      trainedError += Math.pow(known - index.test.rating(i), 2);
      pairs++;
    }
    double unit = model.card().unit();
    assertThat(Math.sqrt(squares / pairs)).isLessThan(0.1 * unit);
    assertThat(Math.sqrt(foldedError / pairs))
        .isLessThan(Math.sqrt(trainedError / pairs) + 0.02 * unit);
  }

  /// The row of a user is where the lookup says, in every batch.
  @Test
  void usersReadByRange_areThoseOfTheFile() throws IOException {
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

  private static ModelCard card(String kind, int factors, float mean, double unit) {
    return new ModelCard(
        1, kind, "set", "m", factors, mean, 3, RatingScale.STARS, unit, 1, 40, 1, Rows.TRAIN, null);
  }

  private static ItemFactors items(Random random, int items, int factors) {
    ItemFactors matrix = new ItemFactors(items, factors);
    float[] vectors = new float[items * factors];
    float[] biases = new float[items];
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < items; i++) {
      biases[i] = (float) random.nextGaussian() * .3f;
    }
    matrix.set(0, MemorySegment.ofArray(vectors), MemorySegment.ofArray(biases));
    return matrix;
  }

  private static History history(Random random, int size) {
    int[] items = random.ints(0, 40).distinct().limit(size).sorted().toArray();
    float[] ratings = new float[size];
    for (int i = 0; i < size; i++) {
      ratings[i] = 1 + random.nextInt(9) / 2f;
    }
    return new History(items, ratings);
  }
}
