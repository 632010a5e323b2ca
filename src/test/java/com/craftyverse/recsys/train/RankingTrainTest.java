package com.craftyverse.recsys.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.RankingCard;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Tests the ranking model in the train step.
class RankingTrainTest {
  private static final int USERS = 120;
  private static final int ITEMS = 60;
  private static final int GROUPS = 4;

  @TempDir Path directory;
  private ObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory.resolve("store"));
  }

  /// Users and items of four groups; users mostly choose items of their own group.
  private static IndexFixture index() {
    IndexFixture index = new IndexFixture(USERS, ITEMS, 2);
    Random random = new Random(1);
    for (int user = 0; user < USERS; user++) {
      for (int item = 0; item < ITEMS; item++) {
        boolean sameGroup = user % GROUPS == item % GROUPS;
        if (random.nextInt(100) < (sameGroup ? 60 : 4)) {
          float rating = 0.5f * (1 + random.nextInt(10));
          (random.nextInt(5) == 0 ? index.validation : index.train).add(user, item, rating);
        }
      }
    }
    return index;
  }

  private static TrainRequestBuilder quick(String manifest) {
    TrainRequestBuilder request = SmallRequest.of(manifest);
    request.ranking(true);
    request.factors(3);
    request.epochs(2);
    request.rankingFactors(5);
    request.rankingEpochs(4);
    return request;
  }

  private TrainResult train(TrainRequestBuilder request) throws IOException {
    return new Train(store).run(request.build());
  }

  private record Model(
      ModelCard card, History history, float[] users, float[] items, float[] gram) {
    static Model of(ObjectStore store, TrainResult result) throws IOException {
      String directory = ObjectKeys.directoryOf(result.model());
      ModelCard card = ModelCard.read(store, directory);
      String key = directory + StoreLayout.HISTORY;
      return new Model(
          card,
          Json.read(store.read(key).content(), History.class, key),
          floats(
              store,
              directory + StoreLayout.USERS,
              Schemas.modelUsers(IdType.INT32, card.factors(), card.rankingFactors()),
              "rankingVector.item"),
          floats(
              store,
              directory + StoreLayout.ITEMS,
              Schemas.modelItems(IdType.INT32, card.factors(), card.rankingFactors()),
              "rankingVector.item"),
          floats(
              store,
              directory + StoreLayout.GRAM,
              Schemas.gram(card.rankingFactors()),
              "gram.item"));
    }

    private static float[] floats(
        ObjectStore store,
        String key,
        List<com.craftyverse.recsys.columnar.Column> columns,
        String column)
        throws IOException {
      ArrowFile file = ArrowFile.of(store.read(key).content(), key);
      file.require(columns);
      RecordBatch batch = file.batches().getFirst();
      assertThat((long) batch.rows()).isEqualTo(file.rows());
      MemorySegment data = batch.data(column);
      return data.toArray(Buffers.FLOAT32);
    }

    RankingCard ranking() {
      return Objects.requireNonNull(card.ranking());
    }

    History.Ranking rankingHistory() {
      return Objects.requireNonNull(history.ranking());
    }

    double score(int user, int item) {
      int k = ranking().factors();
      double score = 0;
      for (int i = 0; i < k; i++) {
        score += (double) users[user * k + i] * items[item * k + i];
      }
      return score;
    }
  }

  @Test
  void model_ranksItemsOfAUsersGroupFirst() throws IOException {
    IndexFixture index = index();
    TrainResult result = train(quick(index.write(store, "groups")));
    Model model = Model.of(store, result);

    int better = 0;
    for (int user = 0; user < USERS; user++) {
      double ownMean = 0;
      double otherMean = 0;
      for (int item = 0; item < ITEMS; item++) {
        if (user % GROUPS == item % GROUPS) {
          ownMean += model.score(user, item) * GROUPS / ITEMS;
        } else {
          otherMean += model.score(user, item) * GROUPS / ITEMS / (GROUPS - 1);
        }
      }
      better += ownMean > otherMean ? 1 : 0;
    }
    assertThat(better).isEqualTo(USERS);
    RankingFigures figures = Objects.requireNonNull(result.figures().ranking());
    assertThat(figures.ndcg()).isGreaterThan(0.5);
    assertThat(figures.validationUsers())
        .isEqualTo(
            IntStream.range(0, index.validation.size())
                .map(index.validation::user)
                .distinct()
                .count());
  }

  @Test
  void model_recordsHowItWasTrained() throws IOException {
    IndexFixture index = index();
    TrainResult result = train(quick(index.write(store, "groups")));
    Model model = Model.of(store, result);

    RankingFigures figures = Objects.requireNonNull(result.figures().ranking());
    assertThat(model.ranking())
        .isEqualTo(
            new RankingCard(5, figures.regularization(), figures.unobservedWeight(), 4, .5f, 5f));
    assertThat(model.rankingHistory().epochs())
        .extracting(RankingEpoch::epoch)
        .containsExactly(1, 2, 3, 4);
    assertThat(model.rankingHistory().trials()).hasSizeBetween(12, 16).hasSize(figures.trials());
    RankingTrial best =
        RankingSearch.best(
            model.rankingHistory().trials().stream().filter(trial -> trial.epochs() == 8).toList());
    assertThat(figures.unobservedWeight()).isEqualTo(best.unobservedWeight());
    assertThat(figures.regularization()).isEqualTo(best.regularization());
    // A quarter of each user's choices is held out.
    assertThat(best.choices()).isCloseTo(index.train.size() * 3 / 4, within(USERS));
    int k = 5;
    for (int a = 0; a < k; a++) {
      for (int b = 0; b < k; b++) {
        double sum = 0;
        for (int item = 0; item < ITEMS; item++) {
          sum += (double) model.items[item * k + a] * model.items[item * k + b];
        }
        assertThat((double) model.gram[a * k + b]).isCloseTo(sum, within(1e-5));
      }
    }
  }

  @Test
  void model_isByteIdentical_forAllThreadsAndKernels() throws IOException {
    String digest = null;
    for (String setting : List.of("1 vector", "2 vector", "5 vector", "2 scalar")) {
      ObjectStore emptyStore = new LocalObjectStore(directory.resolve(setting.replace(' ', '-')));
      TrainRequestBuilder request = quick(index().write(emptyStore, "groups"));
      request.threads(Integer.valueOf(setting.split(" ")[0]));
      request.kernel(setting.split(" ")[1]);

      TrainFigures figures = new Train(emptyStore).run(request.build()).figures();

      digest = digest == null ? figures.digest() : digest;
      assertThat(figures.digest()).isEqualTo(digest);
    }
  }

  @Test
  void run_inManyCalls_givesTheSameBytes() throws IOException {
    String manifest = index().write(store, "groups");
    ObjectStore emptyStore = new LocalObjectStore(directory.resolve("fresh"));
    TrainRequestBuilder uninterrupted = quick(index().write(emptyStore, "groups"));
    TrainResult expectedResult = new Train(emptyStore).run(uninterrupted.build());
    Model expected = Model.of(emptyStore, expectedResult);
    TrainRequestBuilder request = quick(manifest);
    request.maxSeconds(1e-9);

    List<String> endings =
        List.of(
            "stopped after epoch 1 of 4 of the ranking model",
            "stopped after epoch 2 of 4 of the ranking model",
            "stopped after epoch 3 of 4 of the ranking model",
            "stopped before the rating model",
            "stopped after epoch 1 of 2");
    for (int call = 0; call < endings.size(); call++) {
      request.threads(1 + call);
      request.kernel(call % 2 == 0 ? "scalar" : "auto");
      TrainResult result = train(request);
      assertThat(result.resumable()).isTrue();
      assertThat(result.figures().epochs()).isEqualTo(call < 4 ? 0 : 1);
      assertThat(result.figures().ending())
          .isEqualTo(
              endings.get(call)
                  + " because the time limit was near; send the request again to continue");
    }
    TrainResult result = train(request);

    assertThat(result.resumable()).isFalse();
    Model model = Model.of(store, result);
    assertThat(result.figures().digest()).isEqualTo(expectedResult.figures().digest());
    assertThat(model.card.choiceFactors()).isEqualTo(5);
    assertThat(model.users).isEqualTo(expected.users);
    assertThat(model.items).isEqualTo(expected.items);
    assertThat(model.gram).isEqualTo(expected.gram);
    assertThat(model.rankingHistory().epochs())
        .extracting(RankingEpoch::objective, RankingEpoch::ndcg)
        .isEqualTo(
            expected.rankingHistory().epochs().stream()
                .map(epoch -> org.assertj.core.groups.Tuple.tuple(epoch.objective(), epoch.ndcg()))
                .toList());
    assertThat(store.find(ObjectKeys.directoryOf(result.model()) + StoreLayout.CHECKPOINT))
        .isEmpty();
  }

  @Test
  void givenPenalties_areNotSearched() throws IOException {
    TrainRequestBuilder request = quick(index().write(store, "groups"));
    request.rankingRegularization(0.03);
    request.rankingUnobservedWeight(0.3);
    Model model = Model.of(store, train(request));

    assertThat(model.ranking()).isEqualTo(new RankingCard(5, 0.03, 0.3, 4, .5f, 5f));
    assertThat(model.rankingHistory().trials()).isEmpty();
  }

  @Test
  void regularizationThatCollapsesTheVectors_isRefused() throws IOException {
    TrainRequestBuilder request = quick(index().write(store, "groups"));
    request.rankingRegularization(10.0);
    request.rankingUnobservedWeight(10.0);

    assertThatThrownBy(() -> train(request))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "train groups: the ranking model's vectors collapsed to zero with λ = 10.0 and α₀ ="
                + " 10.0; lower 'rankingRegularization', or leave both fields out to search for them");
  }

  @Test
  void refit_reusesTheFoundPenalties() throws IOException {
    IndexFixture index = index();
    TrainRequestBuilder scored = quick(index.write(store, "groups"));
    TrainResult pattern = train(scored);

    TrainRequest refit = TrainRequest.refit(index.write(store, "groups"), pattern.model());
    Model model = Model.of(store, new Train(store).run(refit));

    assertThat(model.ranking()).isEqualTo(Model.of(store, pattern).ranking());
    assertThat(model.rankingHistory().trials()).isEmpty();
  }

  @Test
  void warmStart_beginsWithTheEarlierVectors() throws IOException {
    String manifest = index().write(store, "groups");
    TrainRequestBuilder request = quick(manifest);
    request.rankingRegularization(0.03);
    request.rankingUnobservedWeight(0.3);
    TrainResult cold = train(request);
    request.warmStart(cold.model());
    request.rankingEpochs(1);

    double warm = Model.of(store, train(request)).rankingHistory().epochs().getFirst().objective();

    List<RankingEpoch> epochs = Model.of(store, cold).rankingHistory().epochs();
    assertThat(warm).isLessThan(epochs.getLast().objective());
  }

  @Test
  void warmStart_ofOtherLength_isRefused() throws IOException {
    TrainRequestBuilder request = quick(index().write(store, "groups"));
    request.warmStart(train(request).model());
    request.rankingFactors(6);

    assertThatThrownBy(() -> train(request))
        .hasMessage(
            "field 'warmStart': the model's 'rankingFactors' is 5, but this run's is 6; they must"
                + " be the same");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rankingFactors | 0 | expected a whole number from 1 to 512, found 0",
        "rankingEpochs | 1001 | expected a whole number from 1 to 1000, found 1001",
      })
  void fieldOutOfRange_isRefused(String field, String value, String problem) throws IOException {
    TrainRequest request = SmallRequest.with(quick("m"), field, value);

    assertThatThrownBy(() -> RankingParameters.of(request))
        .isInstanceOf(RequestException.class)
        .hasMessage("field '" + field + "': " + problem);
  }

  @Test
  void fieldsThatContradict_areRefused() {
    TrainRequestBuilder half = quick("m");
    half.rankingRegularization(0.1);
    assertThatThrownBy(() -> RankingParameters.of(half.build()))
        .hasMessage(
            "fields 'rankingRegularization' and 'rankingUnobservedWeight': give both, or neither to"
                + " search for them");

    TrainRequestBuilder withoutRanking = quick("m");
    withoutRanking.ranking(false);
    assertThatThrownBy(() -> RankingParameters.of(withoutRanking.build()))
        .hasMessage(
            "field 'rankingFactors': not allowed with 'ranking': false; remove one of the"
                + " two");
  }
}
