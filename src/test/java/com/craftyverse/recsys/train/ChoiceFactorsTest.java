package com.craftyverse.recsys.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChoiceFactorsTest {
  private static final int USERS = 300;
  private static final int ITEMS = 2_000;
  private static final int GROUPS = 4;

  @TempDir Path directory;
  private ObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory.resolve("store"));
  }

  /// Items of four groups. A user chooses items of two groups, and likes one of the two. Each item has few
  /// ratings, so that its group shows best in who chose it.
  private static IndexFixture tastes() {
    IndexFixture index = new IndexFixture(USERS, ITEMS, 2);
    Random random = new Random(3);
    for (int user = 0; user < USERS; user++) {
      int liked = random.nextInt(GROUPS);
      int disliked = (liked + 1 + random.nextInt(GROUPS - 1)) % GROUPS;
      for (int item = 0; item < ITEMS; item++) {
        int group = item % GROUPS;
        if ((group == liked || group == disliked) && random.nextInt(100) < 4) {
          float rating = (group == liked ? 4 : 2) + 0.5f * (random.nextInt(3) - 1);
          (random.nextInt(5) == 0 ? index.validation : index.train).add(user, item, rating);
        }
      }
    }
    return index;
  }

  /// Random items with random ratings.
  private static IndexFixture noise() {
    IndexFixture index = new IndexFixture(USERS, 200, 2);
    Random random = new Random(4);
    for (int user = 0; user < USERS; user++) {
      for (int item = 0; item < 200; item++) {
        if (random.nextInt(100) < 25) {
          float rating = 0.5f * (1 + random.nextInt(10));
          (random.nextInt(5) == 0 ? index.validation : index.train).add(user, item, rating);
        }
      }
    }
    return index;
  }

  private static TrainRequestBuilder request(String manifest) {
    return SmallRequest.of(manifest).ranking(true).rankingFactors(16).rankingEpochs(4).epochs(20);
  }

  @Test
  void choicesThatTellTastes_bringFactors() throws IOException {
    TrainFigures figures =
        new Train(store).run(request(tastes().write(store, "tastes")).build()).figures();

    ChoiceTrial trial = figures.choiceFactors();
    assertThat(trial.factors()).isEqualTo(12);
    assertThat(figures.factors()).isEqualTo(8 + 12);
    assertThat(trial.rmseWith()).isLessThan(0.95 * Objects.requireNonNull(trial.rmseWithout()));
    // The trial is the run itself, as the set is small.
    assertThat(trial.rmseWith()).isEqualTo(figures.validationRmse());
  }

  @Test
  void choicesAtRandom_bringNone() throws IOException {
    TrainFigures figures =
        new Train(store).run(request(noise().write(store, "noise")).build()).figures();

    assertThat(figures.choiceFactors().factors()).isZero();
    assertThat(figures.factors()).isEqualTo(8);
    assertThat(figures.validationRmse()).isEqualTo(figures.choiceFactors().rmseWithout());
  }

  @Test
  void refit_takesOverTheDecision() throws IOException {
    String manifest = tastes().write(store, "tastes");
    TrainResult scored = new Train(store).run(request(manifest).choiceFactors(3).build());

    TrainResult refit = new Train(store).run(TrainRequest.refit(manifest, scored.model()));

    assertThat(refit.figures().choiceFactors()).isEqualTo(ChoiceTrial.given(3));
    assertThat(ModelCard.read(store, ObjectKeys.directoryOf(refit.model())))
        .extracting(ModelCard::factors, ModelCard::choiceFactors)
        .containsExactly(8 + 3, 3);
  }

  @Test
  void warmStart_keepsTheLearnedFactorsAlone() throws IOException {
    String manifest = tastes().write(store, "tastes");
    TrainResult cold = new Train(store).run(request(manifest).build());

    TrainFigures warm =
        new Train(store).run(request(manifest).warmStart(cold.model()).epochs(1).build()).figures();

    TrainFigures first = new Train(store).run(request(manifest).epochs(1).build()).figures();
    assertThat(warm.choiceFactors().factors()).isEqualTo(12);
    assertThat(warm.trainRmse()).isLessThan(first.trainRmse());
  }

  /// The end of the items' vectors is the projection of their ranking vectors to its main axes: it has their
  /// direction, and a length that grows with the square root of theirs.
  @Test
  void itemsVectors_endWithTheFactors() throws IOException {
    TrainResult result =
        new Train(store).run(request(tastes().write(store, "tastes")).choiceFactors(16).build());
    String model = ObjectKeys.directoryOf(result.model());
    String key = model + StoreLayout.ITEMS;

    ArrowFile file = ArrowFile.of(store.read(key).content(), key);
    file.require(Schemas.modelItems(IdType.INT32, 8 + 16, 16));
    RecordBatch batch = file.batches().getFirst();
    float[] vectors = batch.data("vector.item").toArray(Buffers.FLOAT32);
    float[] ranking = batch.data("rankingVector.item").toArray(Buffers.FLOAT32);
    double longest = 2 * 2 * ModelCard.read(store, model).unit();
    DoubleSummaryStatistics ratios = new DoubleSummaryStatistics();
    for (int item = 0; item < batch.rows(); item++) {
      int other = (item + 7) % batch.rows();
      double cosine =
          product(ranking, item, other, 16, 0, 16) / lengths(ranking, item, other, 16, 0, 16);
      assertThat(
              product(vectors, item, other, 24, 8, 16) / lengths(vectors, item, other, 24, 8, 16))
          .isCloseTo(cosine, within(1e-4));
      double square = product(vectors, item, item, 24, 8, 16);
      double length = Math.sqrt(product(ranking, item, item, 16, 0, 16));
      assertThat(square).isLessThan(longest + 1e-5);
      if (square < longest - 1e-5) { // else it is cut to the largest length
        ratios.accept(square / length);
      }
    }
    assertThat(ratios.getCount()).isGreaterThan(ITEMS / 2);
    assertThat(ratios.getMax()).isCloseTo(ratios.getMin(), within(1e-4));
  }

  private static double product(float[] rows, int a, int b, int stride, int from, int count) {
    double sum = 0;
    for (int i = from; i < from + count; i++) {
      sum += (double) rows[a * stride + i] * rows[b * stride + i];
    }
    return sum;
  }

  private static double lengths(float[] rows, int a, int b, int stride, int from, int count) {
    return Math.sqrt(
        product(rows, a, a, stride, from, count) * product(rows, b, b, stride, from, count));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'choiceFactors': -1 | expected a whole number from 0 to 64, found -1",
        "'choiceFactors': 65 | expected a whole number from 0 to 64, found 65",
        "'choiceFactors': 6, 'rankingFactors': 5 | expected a whole number from 0 to 5, found 6",
        "'choiceFactors': 1, 'ranking': false | they need a ranking model and a biased rating"
            + " model; leave this field out",
        "'choiceFactors': 1, 'model': 'dot' | they need a ranking model and a biased rating model;"
            + " leave this field out",
      })
  void numberOutOfRange_isRefused(String fields, String problem) throws IOException {
    TrainRequest request = TrainRequests.with("m", fields);

    assertThatThrownBy(() -> TrainParameters.of(request, 1))
        .isInstanceOf(RequestException.class)
        .hasMessage("field 'choiceFactors': " + problem);
  }

  @Test
  void layout_hasRoomForTheDefaults_withoutAnotherVector() {
    TrainParameters parameters = TrainParameters.of(TrainRequest.of("m"), 1);

    assertThat(parameters.withChoiceFactors(ChoiceFactors.DEFAULT).layout().stride())
        .isEqualTo(new RowLayout(parameters.factors()).stride());
  }
}
