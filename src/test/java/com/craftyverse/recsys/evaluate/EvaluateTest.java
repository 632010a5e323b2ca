package com.craftyverse.recsys.evaluate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.train.IndexFixture;
import com.craftyverse.recsys.train.PlantedRatings;
import com.craftyverse.recsys.train.RatingList;
import com.craftyverse.recsys.train.Train;
import com.craftyverse.recsys.train.TrainRequests;
import com.craftyverse.recsys.train.TrainResult;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateTest {
  @TempDir Path directory;
  private LocalObjectStore store;
  private Evaluate evaluate;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
    evaluate = new Evaluate(store);
  }

  private TrainResult train(IndexFixture index, String model, int factors, int epochs)
      throws IOException {
    return new Train(store)
        .run(
            TrainRequests.with(
                index.write(store, "planted"),
                "'learningRate': 0.05, 'regularization': 0.02, 'seed': 7, 'model': '"
                    + model
                    + "', 'factors': "
                    + factors
                    + ", 'epochs': "
                    + epochs));
  }

  private EvaluateFigures evaluate(TrainResult model) throws IOException {
    return evaluate.run(EvaluateRequest.of(model.model())).figures();
  }

  private RatingFigures ratings(TrainResult model) throws IOException {
    return requireNonNull(evaluate(model).test().ratings());
  }

  @Test
  void biased_recoversPlantedRatings() throws IOException {
    RatingFigures figures = ratings(train(PlantedRatings.index(4), "biased", 8, 40));

    assertThat(figures.ratings()).isEqualTo(3_000);
    assertThat(figures.rmse()).isBetween(PlantedRatings.NOISE, 1.3 * PlantedRatings.NOISE);
    assertThat(figures.rmse()).isLessThan(0.5 * figures.baselineRmse());
    assertThat(figures.baselineRmse()).isLessThan(figures.globalMeanRmse());
    assertThat(figures.mae()).isLessThan(figures.rmse());
    assertThat(figures.betterThanBaseline()).isTrue();
  }

  @Test
  void standardErrors_areThoseOfTheNoise() throws IOException {
    EvaluateFigures figures = evaluate(train(PlantedRatings.index(4), "biased", 8, 40));

    Uncertainty uncertainty = requireNonNull(figures.uncertainty());
    assertThat(uncertainty.level()).isEqualTo(0.8);
    UncertaintyBand band = uncertainty.bands().getFirst();
    assertThat(band.standardError()).isCloseTo(requireNonNull(figures.testRmse()), within(0.03));
    Interval coverage = requireNonNull(uncertainty.coverage());
    assertThat(0.8).isBetween(coverage.low(), coverage.high());
  }

  @Test
  void dot_beatsTheMeanAndTheItemsMeans() throws IOException {
    IndexFixture index = PlantedRatings.index(4);
    RatingFigures figures = ratings(train(index, "dot", 8, 40));

    assertThat(figures.rmse()).isLessThan(0.5 * figures.globalMeanRmse());
    assertThat(figures.rmse()).isLessThan(0.5 * itemMeanRmse(index));
  }

  private static double itemMeanRmse(IndexFixture index) {
    double[] sums = new double[index.items()];
    int[] counts = new int[index.items()];
    for (int i = 0; i < index.train.size(); i++) {
      sums[index.train.item(i)] += index.train.rating(i);
      counts[index.train.item(i)]++;
    }
    double squares = 0;
    for (int i = 0; i < index.test.size(); i++) {
      int item = index.test.item(i);
      double error = index.test.rating(i) - sums[item] / counts[item];
      squares += error * error;
    }
    return Math.sqrt(squares / index.test.size());
  }

  @Test
  void modelOfTheBestEpoch_isWritten() throws IOException {
    // given a test set that equals the validation set, and a model that overfits
    IndexFixture index = PlantedRatings.index(4);
    IndexFixture same = new IndexFixture(index.users(), index.items(), 4);
    copy(index.train, same.train);
    copy(index.validation, same.validation);
    copy(index.validation, same.test);
    TrainResult model =
        new Train(store)
            .run(
                TrainRequests.with(
                    same.write(store, "same"),
                    "'factors': 64, 'epochs': 60, 'learningRate': 0.1, 'regularization': 0"));

    // when it stopped some epochs after the best one
    assertThat(model.figures().epochs()).isGreaterThan(model.figures().bestEpoch());

    // then the factors are those of the best epoch, and give the same errors
    assertThat(evaluate(model).testRmse()).isEqualTo(model.figures().validationRmse());
  }

  @Test
  void baseline_isTheDampedBiasesOfKoren() throws IOException {
    // given users 0 and 1, items 0 and 1, ratings 5 3 / 1
    IndexFixture index = new IndexFixture(2, 2, 1);
    index.train.add(0, 0, 5);
    index.train.add(0, 1, 3);
    index.train.add(1, 0, 1);
    index.test.add(1, 1, 4);

    RatingFigures figures = ratings(train(index, "biased", 2, 1));

    double mean = 3;
    double item0 = (2 - 2) / 27.0;
    double item1 = 0 / 26.0;
    double user1 = (1 - mean - item0) / 11.0;
    assertThat(figures.baselineRmse()).isCloseTo(4 - (mean + item1 + user1), within(1e-6));
    assertThat(figures.globalMeanRmse()).isEqualTo(1);
  }

  @Test
  void ratingsOfUnknownUsersOrItems_usePartialKnowledge() throws IOException {
    // given users 0 and 1, items 0 and 1, ratings 5 3 / 1, and test ratings of unknown users or
    // items
    IndexFixture index = new IndexFixture(2, 2, 1);
    index.train.add(0, 0, 5);
    index.train.add(0, 1, 3);
    index.train.add(1, 0, 1);
    index.test.add(-1, 1, 4);
    index.test.add(1, -1, 2);
    index.test.add(-1, -1, 4);

    RatingFigures figures = ratings(train(index, "biased", 2, 1));

    double mean = 3;
    double item1 = 0 / 26.0;
    double user1 = (1 - mean) / 11.0;
    double squares = Math.pow(4 - (mean + item1), 2) + Math.pow(2 - (mean + user1), 2) + 1;
    assertThat(figures.ratings()).isEqualTo(3);
    assertThat(figures.users()).isEqualTo(1);
    assertThat(figures.baselineRmse()).isCloseTo(Math.sqrt(squares / 3), within(1e-6));
    assertThat(figures.rmse()).isBetween(0.8, 1.2);
  }

  @Test
  void emptyTestSet_hasAReasonAndNoErrors() throws IOException {
    IndexFixture index = new IndexFixture(2, 2, 1);
    index.train.add(0, 0, 5);
    index.train.add(1, 1, 3);

    EvaluateFigures figures = evaluate(train(index, "biased", 2, 1));

    assertThat(figures.testRmse()).isNull();
    assertThat(figures.test().ratings()).isNull();
    assertThat(figures.test().ranking()).isNull();
    assertThat(figures.test().reason())
        .isEqualTo("the test set has no ratings of users and items that the model knows");
  }

  @Test
  void evaluation_isAManifestNextToTheModels() throws IOException {
    TrainResult model = train(PlantedRatings.index(2), "biased", 4, 3);

    EvaluateResult first = evaluate.run(EvaluateRequest.of(model.model()));
    EvaluateResult second = evaluate.run(EvaluateRequest.of(model.model()));

    assertThat(first.manifest())
        .isEqualTo(ObjectKeys.directoryOf(model.model()) + "evaluation.json");
    assertThat(first.cached()).isFalse();
    assertThat(first.report()).isEqualTo(ObjectKeys.directoryOf(model.model()) + "report.html");
    assertThat(second)
        .isEqualTo(new EvaluateResult(first.manifest(), true, first.report(), first.figures()));
    assertThat(store.read(first.report()).content()).isNotEmpty();
    Manifest manifest = Manifest.read(store, first.manifest(), StepName.EVALUATE);
    assertThat(manifest.sources()).containsEntry("train", model.model());
    assertThat(manifest.outputs()).containsOnlyKeys("report.html");
    assertThat(manifest.figures(EvaluateFigures.class)).isEqualTo(first.figures());
    assertThat(store.find(model.model())).isPresent();
  }

  @Test
  void result_isOneFlatJsonObject() throws IOException {
    TrainResult model = train(PlantedRatings.index(2), "biased", 4, 3);
    EvaluateResult result = evaluate.run(EvaluateRequest.of(model.model()));

    JsonNode json = new ObjectMapper().readTree(Json.write(result));

    assertThat(json.get("testRmse").asDouble()).isEqualTo(result.figures().testRmse());
    assertThat(json.has("figures")).isFalse();
  }

  @Test
  void badRequests_failWithOneSentence() throws IOException {
    IndexFixture index = PlantedRatings.index(2);
    TrainResult model = train(index, "biased", 4, 3);
    String indexManifest = index.write(store, "planted");
    EvaluateFunction function = new EvaluateFunction(store);

    assertThatThrownBy(() -> function.evaluate(null))
        .hasMessage("the request is empty; a JSON object was expected");
    assertThatThrownBy(() -> function.evaluate(EvaluateRequest.of((String) null)))
        .hasMessage("field 'manifest' is missing");
    assertThatThrownBy(() -> function.evaluate(EvaluateRequest.of(indexManifest)))
        .hasMessage(
            "field 'manifest': '" + indexManifest + "' is not below models/, where train writes");
    String test = ObjectKeys.directoryOf(indexManifest) + "test.arrow";
    store.put(test, "userId,movieId,rating".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> function.evaluate(EvaluateRequest.of(model.model())))
        .isInstanceOf(RequestException.class)
        .hasMessageStartingWith(test + ": offset 0: no Arrow magic");
    store.delete(test);
    assertThatThrownBy(() -> function.evaluate(EvaluateRequest.of(model.model())))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining(test);
  }

  private static void copy(RatingList from, RatingList to) {
    for (int i = 0; i < from.size(); i++) {
      to.add(from.user(i), from.item(i), from.rating(i));
    }
  }
}
