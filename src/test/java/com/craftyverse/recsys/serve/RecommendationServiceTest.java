package com.craftyverse.recsys.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.craftyverse.recsys.evaluate.Evaluate;
import com.craftyverse.recsys.evaluate.EvaluateRequest;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.Ids;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.StandardErrors;
import com.craftyverse.recsys.publish.Publish;
import com.craftyverse.recsys.publish.PublishRequest;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.ServiceException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.train.IndexFixture;
import com.craftyverse.recsys.train.Train;
import com.craftyverse.recsys.train.TrainRequests;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecommendationServiceTest {
  @TempDir Path directory;
  private LocalObjectStore store;
  private Requests requests;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
    new ModelFixture("set", "m1").publish(store);
    requests =
        new Requests(
            new RecommendationService(
                store, new ModelCache(store, Optional.of("set"), Duration.ZERO)));
  }

  @Test
  void predict_knownPair_isMeanPlusBiasesPlusProduct_clipped() {
    PredictResult result = requests.predict("{'userId': 20, 'itemIds': [100, 200]}");
    assertThat(result.dataset()).isEqualTo("set");
    assertThat(result.model()).isEqualTo("m1");
    // 3 + 0.5 + 0.25 + (1·0.5 + 0·2), then 3 + 0.5 + 1 + (1·4 + 0·0) = 8.5, off the scale
    assertThat(result.predictions())
        .containsExactly(
            new Prediction(null, Id.of(100), "Heat", 4.25f, null, Source.model, null),
            new Prediction(null, Id.of(200), null, 5f, null, Source.model, null));
  }

  /// The items 100 and 200 have 30 and 2 ratings; the users 20 and 30 gave 1 and 2.
  @Test
  void predict_saysTheStandardErrorOfItsBand() throws IOException {
    new ModelFixture("set", "m2")
        .withStandardErrors(
            new StandardErrors.Band(0, 0, 10, 99, 1.25f),
            new StandardErrors.Band(1, 1, 0, 9, 0.75f),
            new StandardErrors.Band(1, 1, 10, Integer.MAX_VALUE, 0.5f))
        .publish(store);

    assertThat(standardErrors("'userId': 20, 'itemIds': [100, 200, 7]"))
        .containsExactly(0.5f, 0.75f, null);
    // Two known ratings, and one known and one sent: no band has as many.
    assertThat(standardErrors("'userId': 30, 'itemIds': [100]")).containsExactly((Float) null);
    assertThat(
            standardErrors(
                "'userId': 20, 'itemIds': [100], 'ratings': [{'itemId': 400, 'rating': 3}]"))
        .containsExactly((Float) null);
    assertThat(standardErrors("'itemIds': [200], 'ratings': [{'itemId': 100, 'rating': 4}]"))
        .containsExactly(0.75f);
    assertThat(standardErrors("'userId': 99, 'itemIds': [100]")).containsExactly(1.25f);
  }

  private List<@Nullable Float> standardErrors(String fields) {
    return requests.predict("{" + fields + "}").predictions().stream()
        .<@Nullable Float>map(Prediction::standardError)
        .toList();
  }

  @Test
  void predict_unknownUserOrItem_omitsItsTerms() {
    assertThat(requests.predict("{'userId': 99, 'itemIds': [100, 7]}").predictions())
        .containsExactly(
            new Prediction(
                null,
                Id.of(100),
                "Heat",
                3.25f,
                null,
                Source.fallback,
                "unknown user: the item's average"),
            new Prediction(
                null,
                Id.of(7),
                null,
                3f,
                null,
                Source.fallback,
                "unknown user and unknown item: the mean of all ratings"));
    assertThat(requests.predict("{'userId': 20, 'itemIds': [7]}").predictions())
        .containsExactly(
            new Prediction(
                null,
                Id.of(7),
                null,
                3.5f,
                null,
                Source.fallback,
                "unknown item: the user's average"));
  }

  @Test
  void predict_pairs_areAnsweredInTheirOrder_theSameUserOnce() {
    assertThat(
            requests
                .predict(
                    "{'pairs': [{'userId': 30, 'itemId': 100}, {'userId': 99, 'itemId': 400},"
                        + " {'userId': 30, 'itemId': 400}]}")
                .predictions())
        .containsExactly(
            // 3 − 0.5 + 0.25 + 2; 3 + 0; 3 − 0.5 + 0 + 0.5
            new Prediction(Id.of(30), Id.of(100), "Heat", 4.75f, null, Source.model, null),
            new Prediction(
                Id.of(99),
                Id.of(400),
                "Alien",
                3f,
                null,
                Source.fallback,
                "unknown user: the item's average"),
            new Prediction(Id.of(30), Id.of(400), "Alien", 3f, null, Source.model, null));
  }

  @Test
  void predict_withRatings_foldsTheUserIn() {
    PredictResult result =
        requests.predict(
            "{'itemIds': [300, 7], 'ratings': [{'itemId': 100, 'rating': 5}, {'itemId': 7,"
                + " 'rating': 1}]}");
    assertThat(result.ignoredRatings()).isEqualTo(1);
    assertThat(result.predictions().getFirst().source()).isEqualTo(Source.foldIn);
    assertThat(result.predictions().getFirst().rating()).isGreaterThan(4.5f);
    assertThat(result.predictions().get(1).source()).isEqualTo(Source.fallback);
    assertThat(result.predictions().get(1).reason()).isEqualTo("unknown item: the user's average");
    assertThat(
            requests
                .predict("{'itemIds': [300], 'ratings': [{'itemId': 7, 'rating': 1}]}")
                .predictions())
        .containsExactly(
            new Prediction(
                null,
                Id.of(300),
                "Twin",
                3.25f,
                null,
                Source.fallback,
                "no rating of a known item: the item's average"));
  }

  /// The dataset's scale is the limit, not the range of the training ratings.
  @Test
  void foldIn_takesWhatIsOnTheDatasetsScale() throws IOException {
    new ModelFixture("set", "m2", "biased", 3, new RatingScale(1, 10, 1.0)).publish(store);
    assertThat(requests.modelInfo("{}").ratingMax()).isEqualTo(10);
    FoldInResult result =
        requests.foldIn("{'ratings': [{'itemId': 200, 'rating': 10}], 'itemIds': [200]}");
    assertThat(Objects.requireNonNull(result.predictions()).getFirst().rating()).isGreaterThan(5f);
    for (String rating : List.of("10.5", "0.5", "2.5")) {
      assertThatThrownBy(
              () -> requests.foldIn("{'ratings': [{'itemId': 100, 'rating': " + rating + "}]}"))
          .isInstanceOf(RequestException.class)
          .hasMessage(
              "field 'ratings[0].rating': expected a number from 1.0 to 10.0 in steps of 1.0, the"
                  + " scale of the dataset, found "
                  + rating);
    }
  }

  @Test
  void recommend_excludesRatedItems_byDefault() {
    RecommendResult result = requests.recommend("{'userId': 20}");
    assertThat(result.source()).isEqualTo(Source.model);
    assertThat(result.rankedBy()).isEqualTo(RankBy.rating);
    assertThat(result.candidates()).isEqualTo(3);
    assertThat(result.recommendations())
        .containsExactly(
            new Recommendation(Id.of(200), null, null, List.of(), 8.5f, 5f, null),
            new Recommendation(Id.of(300), "Twin", 1994, List.of("Action"), 4.25f, 4.25f, null),
            new Recommendation(Id.of(400), "Alien", 1979, List.of("Horror"), 2.5f, 2.5f, null));
    assertThat(items(requests.recommend("{'userId': 20, 'excludeSeen': false}")))
        .containsExactly(200, 100, 300, 400);
  }

  @Test
  void recommend_equalRatings_areOrderedByItem() {
    assertThat(items(requests.recommend("{'userId': 10, 'excludeSeen': false, 'n': 3}")))
        .containsExactly(200, 100, 300);
    assertThat(items(requests.recommend("{'userId': 10, 'n': 1}"))).containsExactly(100);
  }

  /// Clipped to the scale all of them print as 5, but item 200 is still the one that the user would
  /// rate highest.
  @Test
  void recommend_ratingsThatPrintAsEqual_areInTheOrderOfTheirUnclippedScores_thenById()
      throws IOException {
    new ModelFixture("set", "m2", "biased", 6).withRanking().publish(store);
    RecommendResult result =
        requests.recommend("{'userId': 20, 'rankBy': 'rating', 'excludeSeen': false}");
    assertThat(result.rankedBy()).isEqualTo(RankBy.rating);
    assertThat(items(result)).containsExactly(200, 100, 300, 400);
    assertThat(result.recommendations())
        .extracting(Recommendation::rating)
        .containsExactly(5f, 5f, 5f, 5f);
    // 6 + .5 + 1 + 4; 6 + .5 + .25 + .5, twice; 6 + .5 − 1
    assertThat(result.recommendations())
        .extracting(Recommendation::score)
        .containsExactly(11.5f, 7.25f, 7.25f, 5.5f);
  }

  @Test
  void recommend_unknownUser_getsRecentlyPopularItems() {
    RecommendResult result = requests.recommend("{'userId': 99, 'explain': true}");
    assertThat(result.source()).isEqualTo(Source.popular);
    assertThat(result.rankedBy()).isEqualTo(RankBy.popularity);
    assertThat(result.reason()).isEqualTo("unknown user: what most users chose lately");
    assertThat(result.candidates()).isEqualTo(4);
    assertThat(result.recommendations())
        .containsExactly(
            new Recommendation(Id.of(300), "Twin", 1994, List.of("Action"), 7, 3.25f, null),
            new Recommendation(Id.of(200), null, null, List.of(), 2, 4f, null),
            new Recommendation(Id.of(400), "Alien", 1979, List.of("Horror"), 2, 3f, null),
            new Recommendation(
                Id.of(100), "Heat", 1995, List.of("Action", "Crime"), 1, 3.25f, null));
    assertThat(items(requests.recommend("{'userId': 99, 'rankBy': 'rating', 'n': 1}")))
        .containsExactly(300);
    assertThat(items(requests.recommend("{'userId': 99, 'yearTo': 1994, 'deny': [300]}")))
        .containsExactly(400);
  }

  @Test
  void recommend_byPopularity_excludesRatedItems() {
    RecommendResult result =
        requests.recommend("{'userId': 30, 'rankBy': 'popularity', 'explain': true}");
    assertThat(result.source()).isEqualTo(Source.popular);
    assertThat(result.reason()).isNull();
    // 3 − 0.5 + 0.25 + 2; 3 − 0.5 + 1
    assertThat(result.recommendations())
        .containsExactly(
            new Recommendation(Id.of(300), "Twin", 1994, List.of("Action"), 7, 4.75f, null),
            new Recommendation(Id.of(200), null, null, List.of(), 2, 3.5f, null));
  }

  @Test
  void recommend_byPreference_needsRankingVectors() {
    assertRefused(
        "{'recommend': {'userId': 20, 'rankBy': 'preference'}}",
        "field 'rankBy': the model has no ranking vectors, so it cannot rank by preference; use rating"
            + " or popularity");
    assertRefused(
        "{'recommend': {'userId': 20, 'rankBy': 'taste'}}",
        "field 'rankBy': expected one of preference, rating, popularity, found the string 'taste'");
  }

  @Test
  void popular_isOrderedByNumberOfRatings_tiesByItem() {
    PopularResult recent = requests.popular("{}");
    assertThat(recent.dataset()).isEqualTo("set");
    assertThat(recent.model()).isEqualTo("m1");
    assertThat(recent.period()).isEqualTo(Period.recent);
    assertThat(recent.candidates()).isEqualTo(4);
    assertThat(recent.popular())
        .containsExactly(
            new PopularResult.Popular(Id.of(300), "Twin", 1994, List.of("Action"), 7),
            new PopularResult.Popular(Id.of(200), null, null, List.of(), 2),
            new PopularResult.Popular(Id.of(400), "Alien", 1979, List.of("Horror"), 2),
            new PopularResult.Popular(Id.of(100), "Heat", 1995, List.of("Action", "Crime"), 1));
    PopularResult all = requests.popular("{'period': 'all', 'n': 3}");
    assertThat(all.period()).isEqualTo(Period.all);
    assertThat(all.candidates()).isEqualTo(4);
    assertThat(all.popular())
        .containsExactly(
            new PopularResult.Popular(Id.of(100), "Heat", 1995, List.of("Action", "Crime"), 30),
            new PopularResult.Popular(Id.of(300), "Twin", 1994, List.of("Action"), 30),
            new PopularResult.Popular(Id.of(400), "Alien", 1979, List.of("Horror"), 5));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'genres': ['Action']                        | 300 100",
        "'genres': ['Crime'], 'deny': [100]          | ``",
        "'yearFrom': 1994                            | 300 100",
        "'yearTo': 1994                              | 300 400",
        "'minRatings': 3                             | 300 400 100",
        "'allow': [400, 7, 100]                      | 400 100",
        "'allow': [400, 300], 'deny': [300]          | 400",
      })
  void popular_filters_areAllApplied(String filters, String expected) {
    PopularResult result = requests.popular("{" + filters + "}");
    assertThat(
            result.popular().stream()
                .map(item -> String.valueOf(item.itemId()))
                .collect(Collectors.joining(" ")))
        .isEqualTo(expected);
    assertThat(result.candidates()).isEqualTo(result.popular().size());
  }

  /// If all ratings have the same time, none is recent.
  @Test
  void popular_withoutTimes_countsAllTime() throws IOException {
    new ModelFixture("set", "m2").withoutTimes().publish(store);
    PopularResult result = requests.popular("{'period': 'recent', 'n': 1}");
    assertThat(result.period()).isEqualTo(Period.all);
    assertThat(result.popular())
        .containsExactly(
            new PopularResult.Popular(Id.of(100), "Heat", 1995, List.of("Action", "Crime"), 30));
    RecommendResult unknown = requests.recommend("{'userId': 99}");
    assertThat(unknown.reason()).isEqualTo("unknown user: what most users chose");
    assertThat(items(unknown)).containsExactly(100, 300, 400, 200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'genres': ['Action']                        | 100 300",
        "'genres': ['Action', 'Horror']              | 100 300 400",
        "'genres': ['Crime'], 'deny': [100]          | ``",
        "'yearFrom': 1994                            | 100 300",
        "'yearTo': 1994                              | 300 400",
        "'yearFrom': 1980, 'yearTo': 1994            | 300",
        "'minRatings': 3                             | 100 300 400",
        "'minRatings': 0                             | 200 100 300 400",
        "'minRatings': 2147483647                    | ``",
        "'allow': [400, 7, 300]                      | 300 400",
        "'allow': [400, 300], 'deny': [300, 8]       | 400",
        "'allow': [7]                                | ``",
        "'deny': []                                  | 200 100 300 400",
        "'genres': ['Horror'], 'yearFrom': 1990      | ``",
      })
  void recommend_filters_areAllApplied(String filters, String expected) {
    RecommendResult result =
        requests.recommend("{'userId': 20, 'excludeSeen': false, " + filters + "}");
    String items = items(result).stream().map(String::valueOf).collect(Collectors.joining(" "));
    assertThat(items).isEqualTo(expected);
    assertThat(result.candidates()).isEqualTo(result.recommendations().size());
  }

  @Test
  void recommend_explain_namesTheUsersOwnRatings() {
    RecommendResult result = requests.recommend("{'userId': 30, 'explain': true}");
    Recommendation sameItem =
        result.recommendations().stream()
            .filter(r -> r.itemId().equals(Id.of(300)))
            .findFirst()
            .orElseThrow();
    Recommendation.Contribution first = Objects.requireNonNull(sameItem.because()).getFirst();
    assertThat(first.title()).isEqualTo("Heat");
    assertThat(first.rating()).isEqualTo(5f);
    assertThat(first.contribution()).isGreaterThan(1f);
    assertThat(requests.recommend("{'userId': 99, 'explain': true}").recommendations())
        .allMatch(r -> r.because() == null);
  }

  @Test
  void recommend_withRatings_addsToTheKnownHistory() {
    RecommendResult alone =
        requests.recommend("{'ratings': [{'itemId': 400, 'rating': 5}], 'explain': true}");
    assertThat(alone.source()).isEqualTo(Source.foldIn);
    assertThat(alone.userId()).isNull();
    assertThat(items(alone)).doesNotContain(400).contains(100);
    RecommendResult both =
        requests.recommend("{'userId': 30, 'ratings': [{'itemId': 400, 'rating': 5}]}");
    assertThat(both.source()).isEqualTo(Source.foldIn);
    assertThat(items(both)).containsExactlyInAnyOrder(200, 300);
    assertThat(both.recommendations()).isNotEqualTo(alone.recommendations());
  }

  @Test
  void similar_isOrderedByCosine_withoutTheItemItself() {
    SimilarResult result = requests.similar("{'itemId': 100}");
    assertThat(result.title()).isEqualTo("Heat");
    assertThat(result.similar())
        .extracting(SimilarResult.Similar::itemId)
        .containsExactly(Ids.of(300, 200, 400));
    // (.5·4) / (√4.25 · 4), (.5·−1 + 2·.5) / (√4.25 · √1.25)
    assertThat(result.similar().get(0).similarity()).isCloseTo(1f, within(1e-6f));
    assertThat(result.similar().get(1).similarity()).isCloseTo(.24254f, within(1e-5f));
    assertThat(result.similar().get(2).similarity()).isCloseTo(.21693f, within(1e-5f));
  }

  @Test
  void similar_takesTheSameFilters() {
    SimilarResult result = requests.similar("{'itemId': 100, 'genres': ['Horror'], 'n': 5}");
    assertThat(result.candidates()).isEqualTo(1);
    assertThat(result.similar())
        .extracting(SimilarResult.Similar::itemId)
        .containsExactly(Ids.of(400));
  }

  @Test
  void foldIn_predictsAndRecommendsAtOnce() {
    FoldInResult result =
        requests.foldIn(
            "{'ratings': [{'itemId': 100, 'rating': 5}, {'itemId': 7, 'rating': 2}], 'itemIds':"
                + " [400], 'n': 2, 'explain': true}");
    assertThat(result.source()).isEqualTo(Source.foldIn);
    assertThat(result.ignoredRatings()).isEqualTo(1);
    assertThat(result.predictions()).hasSize(1);
    assertThat(result.candidates()).isEqualTo(3);
    assertThat(result.recommendations()).hasSize(2);
    assertThat(result.recommendations()).noneMatch(r -> r.itemId().equals(Id.of(100)));
  }

  @Test
  void foldIn_withoutKnownItems_saysSo() {
    FoldInResult result = requests.foldIn("{'ratings': [{'itemId': 7, 'rating': 2}]}");
    assertThat(result.source()).isEqualTo(Source.popular);
    assertThat(result.reason())
        .isEqualTo("no rating of a known item: what most users chose lately");
    assertThat(result.recommendations())
        .extracting(Recommendation::itemId)
        .containsExactly(Ids.of(300, 200, 400, 100));
  }

  @Test
  void dotModel_fallsBackToTheMean_andToPopularity() throws IOException {
    new ModelFixture("dot-set", "m1", "dot", 0).publish(store);
    assertThat(
            requests
                .predict("{'dataset': 'dot-set', 'userId': 20, 'itemIds': [200, 7]}")
                .predictions())
        .containsExactly(
            new Prediction(null, Id.of(200), null, 4f, null, Source.model, null),
            new Prediction(
                null,
                Id.of(7),
                null,
                3.4f,
                null,
                Source.fallback,
                "unknown item: the mean of all ratings"));
    assertThat(
            requests
                .predict("{'dataset': 'dot-set', 'userId': 99, 'itemIds': [100]}")
                .predictions()
                .getFirst()
                .reason())
        .isEqualTo("unknown user: the mean of all ratings");
    RecommendResult unknown = requests.recommend("{'dataset': 'dot-set', 'userId': 99}");
    assertThat(unknown.reason()).isEqualTo("unknown user: what most users chose lately");
    assertThat(items(unknown)).containsExactly(300, 200, 400, 100);
    assertThat(unknown.recommendations()).extracting(Recommendation::rating).containsOnly(3.4f);
    FoldInResult folded =
        requests.foldIn(
            "{'dataset': 'dot-set', 'ratings': [{'itemId': 200, 'rating': 4}], 'itemIds':"
                + " [200]}");
    assertThat(Objects.requireNonNull(folded.predictions()).getFirst().rating())
        .isCloseTo(4f * 16 / 17.1f, within(1e-5f)); // q² / (q² + 11 λ)
  }

  @Test
  void modelInfo_hasVersionMetricsParametersAndSizes() {
    Instant trained = Instant.parse("2026-01-01T00:00:00Z");
    long before = Duration.between(trained, Instant.now()).toSeconds();
    ModelInfoResult info = requests.modelInfo("{}");
    long after = Duration.between(trained, Instant.now()).toSeconds();
    assertThat(info.model()).isEqualTo("m1");
    assertThat(info.trained()).isEqualTo("2026-01-01T00:00:00Z");
    assertThat(info.users()).isEqualTo(3);
    assertThat(info.items()).isEqualTo(4);
    assertThat(info.ageSeconds()).isBetween(before, after);
    assertThat(info.parameters()).containsEntry("userRegularization", 0.1);
    assertThat(info.evaluation()).containsEntry("testRmse", 0.75);
    assertThat(info.scoredModel()).isEqualTo("m1");
    assertThat(info.rows()).isEqualTo(Rows.TRAIN);
  }

  @Test
  void modelInfo_ofARefittedModel_namesTheScoredOne() throws IOException {
    new ModelFixture("refitted", "served").of(Rows.ALL, "scored", "scored").publish(store);
    assertThat(requests.serve("{'modelInfo': {'dataset': 'refitted'}}"))
        .contains("\"model\" : \"served\"", "\"scoredModel\" : \"scored\"", "\"rows\" : \"all\"");
  }

  @Test
  void serve_answersAsTheFunctionThatItRoutesTo_andTheSameEveryTime() {
    for (String request :
        List.of(
            "{'predict': {'userId': 20, 'itemIds': [100]}}",
            "{'recommend': {'userId': 30, 'explain': true}}",
            "{'similar': {'itemId': 100}}",
            "{'popular': {'period': 'all'}}",
            "{'items': {'query': 'heat'}}",
            "{'history': {'userId': 30}}",
            "{'foldIn': {'ratings': [{'itemId': 100, 'rating': 5}], 'explain': true}}")) {
      assertThat(requests.serve(request)).isEqualTo(requests.serve(request)).contains("\"m1\"");
    }
    assertThat(requests.serve("{'predict': {'userId': 20, 'itemIds': [100]}}"))
        .contains("\"rating\" : 4.25", "\"source\" : \"model\"");
    assertThat(requests.serve("{'modelInfo': {}}")).contains("\"items\" : 4");
    assertThat(requests.serve("{'models': {}}")).contains("\"items\" : 4");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "predict   | {'itemIds': [1]}              | field 'userId' is missing; name a user, or"
            + " send 'ratings'",
        "predict   | {'userId': 1}                  | field 'itemIds' is missing",
        "predict   | {'userId': 1, 'itemIds': []}  | field 'itemIds' is empty; leave it out or"
            + " name some items",
        "predict   | {'userId': 1, 'itemIds': [null]} | field 'itemIds[0]' is null",
        "predict   | {'userId': 'x77', 'itemIds': [1]} | field 'userId': the user ids of this dataset"
            + " are whole numbers, found a string",
        "predict   | {'userId': 1, 'itemIds': [1, 'x7']} | field 'itemIds': the item ids of this"
            + " dataset are whole numbers, found the string 'x7'",
        "predict   | {'userId': 1, 'itemIds': [1, '']} | field 'itemIds[1]': expected a whole number"
            + " of 64 bits or a string of 1 to 256 bytes, found the string ''",
        "predict   | {'userId': true, 'itemIds': [1]} | field 'userId': expected a whole number of 64"
            + " bits or a string of 1 to 256 bytes, found true",
        "predict   | {'userId': 1, 'itemIds': [1.5]} | field 'itemIds[0]': expected a whole number of"
            + " 64 bits or a string of 1 to 256 bytes, found the number 1.5",
        "predict   | {'pairs': [{'userId': 77777777777777777777, 'itemId': 1}]} | field"
            + " 'pairs[0].userId': expected a whole number of 64 bits or a string of 1 to 256 bytes,"
            + " found a number",
        "recommend | {'userId': 20, 'deny': [1, 'x']} | field 'deny': the item ids of this dataset are"
            + " whole numbers, found the string 'x'",
        "foldIn    | {'ratings': [{'itemId': 1, 'rating': 3}, {'itemId': '1', 'rating': 4}]} | field"
            + " 'ratings': the item 1 is rated twice; send one rating per item",
        "predict   | {'pairs': []}                  | field 'pairs' is empty; leave it out or name"
            + " some pairs",
        "predict   | {'pairs': [{'userId': 1}]}     | field 'pairs[0].itemId' is missing",
        "predict   | {'pairs': [{'userId': 1, 'itemId': 1}], 'userId': 1} | field 'pairs' takes"
            + " the place of 'userId', 'itemIds' and 'ratings'; send one or the other",
        "predict   | {'userid': 1}                  | unknown field 'userid'; expected one of"
            + " dataset, itemIds, pairs, ratings, userId",
        "recommend | {}                             | field 'userId' is missing; name a user, or"
            + " send 'ratings'",
        "recommend | {'userId': 20, 'n': 0}         | field 'n': expected a whole number from 1 to"
            + " 1000, found 0",
        "recommend | {'userId': 20, 'n': 1000000}   | field 'n': expected a whole number from 1 to"
            + " 1000, found 1000000",
        "recommend | {'userId': 20, 'n': -3}        | field 'n': expected a whole number from 1 to"
            + " 1000, found -3",
        "recommend | {'userId': 20, 'n': 2.5}       | field 'n': expected a whole number, found the"
            + " number 2.5",
        "recommend | {'userId': 20, 'genres': ['Opera']} | field 'genres': 'Opera' is not a genre"
            + " of this dataset; its genres are Action, Crime, Horror",
        "recommend | {'userId': 20, 'genres': []}   | field 'genres' is empty; leave it out or name"
            + " some genres",
        "recommend | {'userId': 20, 'allow': []}    | field 'allow' is empty; leave it out or name"
            + " some items",
        "recommend | {'userId': 20, 'yearFrom': 2000, 'yearTo': 1990} | field 'yearFrom': 2000 is"
            + " after 'yearTo', 1990; no item is in between",
        "recommend | {'userId': 20, 'minRatings': -1} | field 'minRatings': expected a whole number"
            + " of at least 0, found -1",
        "recommend | {'ratings': []}                | field 'ratings' is empty; leave it out or"
            + " name some ratings",
        "similar   | {}                             | field 'itemId' is missing",
        "similar   | {'itemId': 7}                 | field 'itemId': the model does not know the"
            + " item 7",
        "similar   | {'itemId': 100, 'n': 0}       | field 'n': expected a whole number from 1 to"
            + " 1000, found 0",
        "foldIn    | {}                             | field 'ratings' is missing",
        "foldIn    | {'ratings': []}                | field 'ratings' is empty; leave it out or"
            + " name some ratings",
        "foldIn    | {'ratings': [{'itemId': 100}]} | field 'ratings[0].rating' is missing",
        "foldIn    | {'ratings': [{'itemId': 100, 'rating': 5.5}]} | field 'ratings[0].rating':"
            + " expected a number from 0.5 to 5.0, the scale of the dataset, found 5.5",
        "foldIn    | {'ratings': [{'itemId': 100, 'rating': 0}]} | field 'ratings[0].rating':"
            + " expected a number from 0.5 to 5.0, the scale of the dataset, found 0.0",
        "foldIn    | {'ratings': [{'itemId': 100, 'rating': 1e99}]} | field 'ratings[0].rating':"
            + " expected a number from 0.5 to 5.0, the scale of the dataset, found Infinity",
        "foldIn    | {'ratings': [{'itemId': 7, 'rating': 4}, {'itemId': 7, 'rating': 4}]} |"
            + " field 'ratings': the item 7 is rated twice; send one rating per item",
        "foldIn    | {'ratings': [{'itemId': 100, 'rating': 4}], 'itemIds': []} | field"
            + " 'itemIds' is empty; leave it out or name some items",
        "popular   | {'n': 1001}                    | field 'n': expected a whole number from 1 to"
            + " 1000, found 1001",
        "popular   | {'period': 'week'}             | field 'period': expected one of all, recent,"
            + " found the string 'week'",
        "popular   | {'genres': ['Opera']}          | field 'genres': 'Opera' is not a genre of"
            + " this dataset; its genres are Action, Crime, Horror",
        "popular   | {'userId': 1}                  | unknown field 'userId'; expected one of"
            + " allow, dataset, deny, genres, minRatings, n, period, where, yearFrom, yearTo",
        "items     | {'n': 0}                       | field 'n': expected a whole number from 1 to"
            + " 1000, found 0",
        "items     | {'offset': -1}                 | field 'offset': expected a whole number of at"
            + " least 0, found -1",
        "items     | {'query': 7}                   | field 'query': expected a string, found the"
            + " number 7",
        "items     | {'genres': ['Opera']}          | field 'genres': 'Opera' is not a genre of"
            + " this dataset; its genres are Action, Crime, Horror",
        "items     | {'userId': 1}                  | unknown field 'userId'; expected one of"
            + " allow, dataset, deny, genres, minRatings, n, offset, query, where, yearFrom, yearTo",
        "history   | {}                             | field 'userId' is missing",
        "history   | {'userId': 'x30'}              | field 'userId': the user ids of this dataset are"
            + " whole numbers, found a string",
        "history   | {'userId': 31}                 | field 'userId': the model does not know this user",
        "history   | {'userId': 30, 'n': 1001}      | field 'n': expected a whole number from 1 to"
            + " 1000, found 1001",
        "history   | {'userId': 30, 'offset': -2}   | field 'offset': expected a whole number of at"
            + " least 0, found -2",
        "models    | {'n': 101}                     | field 'n': expected a whole number from 1 to"
            + " 100, found 101",
        "models    | {'dataset': '../x'}            | field 'dataset': the dataset name '../x' must"
            + " be letters, digits, '.', '_' and '-', 100 at most, starting with a letter or digit",
        "modelInfo | {'dataset': 'none'}            | the dataset 'none' has no published model",
        "modelInfo | {'dataset': '../x'}            | field 'dataset': the dataset name '../x' must"
            + " be letters, digits, '.', '_' and '-', 100 at most, starting with a letter or digit",
      })
  void badRequests_areAnsweredWithASentence(String function, String request, String error) {
    assertThatThrownBy(() -> requests.serve("{'" + function + "': " + request + "}"))
        .isInstanceOf(RequestException.class)
        .hasMessage(error);
  }

  @Test
  void serve_requiresExactlyOneRequest() {
    assertThatThrownBy(() -> requests.serve("{}"))
        .hasMessage(
            "the request has none of the fields predict, recommend, similar, foldIn, popular, items,"
                + " history, models and modelInfo; give one");
    assertThatThrownBy(() -> requests.serve("{'modelInfo': {}, 'similar': {'itemId': 1}}"))
        .hasMessageStartingWith("the request has several of");
    assertThatThrownBy(() -> requests.serve("{'modelInfo': null}"))
        .hasMessage("the request must be a JSON object, found null");
  }

  @Test
  void batchesBeyondTheirSize_areRefused() {
    assertRefused(
        "{'predict': {'userId': 1, 'itemIds': " + Collections.nCopies(1_001, 1) + "}}",
        "field 'itemIds' has 1001 items; 1000 at most are taken in one request");
    assertRefused(
        "{'predict': {'pairs': " + Collections.nCopies(1_001, "{'userId':1,'itemId':1}") + "}}",
        "field 'pairs' has 1001 pairs; 1000 at most are taken in one request");
    String pairs =
        IntStream.rangeClosed(1, 101)
            .mapToObj(user -> "{'userId':" + user + ",'itemId':1}")
            .toList()
            .toString();
    assertRefused(
        "{'predict': {'pairs': " + pairs + "}}",
        "field 'pairs' is of more than 100 users, the most that are taken in one request");
    assertRefused(
        "{'recommend': {'userId': 1, 'allow': " + Collections.nCopies(10_001, 1) + "}}",
        "field 'allow' has 10001 items; 10000 at most are taken in one request");
    assertRefused(
        "{'foldIn': {'ratings': " + Collections.nCopies(10_001, "{'itemId':1,'rating':1}") + "}}",
        "field 'ratings' has 10001 ratings; 10000 at most are taken in one request");
  }

  @Test
  void items_withoutAQuery_areAll_mostRatingsFirst() {
    ItemsResult result = requests.items("{}");
    assertThat(result.dataset()).isEqualTo("set");
    assertThat(result.model()).isEqualTo("m1");
    assertThat(result.total()).isEqualTo(4);
    assertThat(result.offset()).isZero();
    // 100 and 300 have the same number of ratings
    assertThat(result.items())
        .containsExactly(
            new ItemsResult.Item(Id.of(100), "Heat", 1995, List.of("Action", "Crime"), 30, 1, null),
            new ItemsResult.Item(Id.of(300), "Twin", 1994, List.of("Action"), 30, 7, null),
            new ItemsResult.Item(Id.of(400), "Alien", 1979, List.of("Horror"), 5, 2, null),
            new ItemsResult.Item(Id.of(200), null, null, List.of(), 2, 2, null));
    for (String query : List.of("''", "' '", "'(-!'", "null")) {
      assertThat(requests.items("{'query': " + query + "}")).isEqualTo(result);
    }
  }

  @Test
  void items_areFoundByTitleAndId_withinTheFilters() {
    assertThat(itemIds("{'query': 'HE'}")).containsExactly(100);
    assertThat(itemIds("{'query': '3'}")).containsExactly(300);
    assertThat(itemIds("{'query': 'alien 40'}")).containsExactly(400);
    assertThat(itemIds("{'query': 'alien 3'}")).isEmpty();
    assertThat(itemIds("{'genres': ['Action', 'Horror'], 'yearTo': 1994}"))
        .containsExactly(300, 400);
    assertThat(itemIds("{'query': 'twin', 'genres': ['Action'], 'minRatings': 30}"))
        .containsExactly(300);
    assertThat(itemIds("{'query': 'twin', 'genres': ['Horror']}")).isEmpty();
    assertThat(itemIds("{'allow': [400, 200, 7], 'deny': [200]}")).containsExactly(400);
  }

  @Test
  void items_pages_continueEachOther_andEnd() {
    assertThat(itemIds("{'n': 3}")).containsExactly(100, 300, 400);
    assertThat(itemIds("{'n': 3, 'offset': 1}")).containsExactly(300, 400, 200);
    assertThat(itemIds("{'n': 3, 'offset': 3}")).containsExactly(200);
    for (int offset : new int[] {4, 5, Integer.MAX_VALUE}) {
      ItemsResult beyond = requests.items("{'offset': " + offset + "}");
      assertThat(beyond.items()).isEmpty();
      assertThat(beyond.total()).isEqualTo(4);
      assertThat(beyond.offset()).isEqualTo(offset);
    }
  }

  @Test
  void items_queryLength_isBounded() {
    assertThat(itemIds("{'query': '" + "a".repeat(200) + "'}")).isEmpty();
    assertRefused(
        "{'items': {'query': '" + "a".repeat(201) + "'}}",
        "field 'query' has 201 characters; 200 at most are taken");
  }

  private List<Integer> itemIds(String request) {
    return requests.items(request).items().stream()
        .map(item -> Integer.valueOf(item.itemId().toString()))
        .toList();
  }

  @Test
  void history_isNewestFirst() {
    HistoryResult result = requests.history("{'userId': 30}");
    assertThat(result)
        .isEqualTo(
            new HistoryResult(
                "set",
                "m1",
                Id.of(30),
                2,
                0,
                List.of(
                    new HistoryResult.RatedItem(
                        Id.of(400), "Alien", 1979, List.of("Horror"), 1, "2011-03-13T07:06:40Z"),
                    new HistoryResult.RatedItem(
                        Id.of(100),
                        "Heat",
                        1995,
                        List.of("Action", "Crime"),
                        5,
                        "2008-01-10T21:20:00Z"))));
    assertThat(requests.history("{'userId': 10}").ratings())
        .containsExactly(
            new HistoryResult.RatedItem(
                Id.of(200), null, null, List.of(), 4, "2001-09-09T01:46:40Z"));
  }

  @Test
  void history_withoutTimes_isByItemId() throws IOException {
    new ModelFixture("set", "m2").at(1, 2, 0, 0).publish(store);
    assertThat(requests.history("{'userId': 30}").ratings())
        .extracting(HistoryResult.RatedItem::itemId, HistoryResult.RatedItem::time)
        .containsExactly(tuple(Id.of(100), null), tuple(Id.of(400), null));
  }

  @Test
  void history_equalTimes_areByItemId() throws IOException {
    new ModelFixture("set", "m2").at(1, 2, 5, 5).publish(store);
    HistoryResult result = requests.history("{'userId': 30}");
    assertThat(result.model()).isEqualTo("m2");
    assertThat(result.ratings())
        .extracting(HistoryResult.RatedItem::itemId, HistoryResult.RatedItem::time)
        .containsExactly(
            tuple(Id.of(100), "1970-01-01T00:00:05Z"), tuple(Id.of(400), "1970-01-01T00:00:05Z"));
  }

  @Test
  void history_pages_continueEachOther_andEnd() {
    assertThat(historyItems("{'userId': 30, 'n': 1}")).containsExactly(400);
    assertThat(historyItems("{'userId': 30, 'n': 1, 'offset': 1}")).containsExactly(100);
    assertThat(historyItems("{'userId': 30, 'offset': 2}")).isEmpty();
    HistoryResult beyond = requests.history("{'userId': 30, 'offset': 2147483647}");
    assertThat(beyond.ratings()).isEmpty();
    assertThat(beyond.total()).isEqualTo(2);
  }

  private List<Integer> historyItems(String request) {
    return requests.history(request).ratings().stream()
        .map(rating -> Integer.valueOf(rating.itemId().toString()))
        .toList();
  }

  @Test
  void history_impossibleTime_isADamagedModel() throws IOException {
    for (long time : new long[] {-1, 100_000_000_001L}) {
      new ModelFixture("set", "m" + time).at(1, 2, 3, time).publish(store);
      assertThat(requests.history("{'userId': 10}").total()).isEqualTo(1);
      assertThatThrownBy(() -> requests.history("{'userId': 30}"))
          .isInstanceOf(ServiceException.class)
          .hasMessageContaining("seen.arrow is damaged");
      assertThat(requests.recommend("{'userId': 30}").candidates()).isEqualTo(2);
    }
  }

  @Test
  void modelInfo_hasTheGenres_andUsersToTry() {
    ModelInfoResult info = requests.modelInfo("{}");
    assertThat(info.genres())
        .containsExactly(
            new ModelInfoResult.GenreItems("Action", 2),
            new ModelInfoResult.GenreItems("Crime", 1),
            new ModelInfoResult.GenreItems("Horror", 1));
    assertThat(info.sampleUsers()).containsExactly(Ids.of(10, 20, 30));
  }

  private void assertRefused(String request, String error) {
    assertThatThrownBy(() -> requests.serve(request))
        .isInstanceOf(RequestException.class)
        .hasMessage(error);
  }

  private static List<Integer> items(RecommendResult result) {
    return result.recommendations().stream()
        .map(item -> Integer.valueOf(item.itemId().toString()))
        .toList();
  }

  /// For a user with 400 ratings, 750 recommendations can be explained and 751 are too many.
  @Test
  void explain_isBoundedByRecommendationsTimesRatings() throws IOException {
    IndexFixture index = new IndexFixture(3, 400, 2);
    for (int item = 0; item < 400; item++) {
      index.train.add(0, item, 1 + item % 5);
      index.train.add(1 + item % 2, item, 2);
      index.test.add(2 - item % 2, item, 3);
    }
    String trained =
        new Train(store)
            .run(TrainRequests.with(index.write(store, "many"), "'epochs': 1, 'factors': 4"))
            .manifest();
    new Publish(store)
        .run(new PublishRequest(new Evaluate(store).run(EvaluateRequest.of(trained)).manifest()));
    String request =
        "{'dataset': 'many', 'userId': 10, 'excludeSeen': false, 'explain': true, 'n': ";

    assertThat(requests.recommend(request + "750}").recommendations()).hasSize(400);
    assertThatThrownBy(() -> requests.recommend(request + "751}"))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "field 'explain': 751 recommendations from 400 ratings are 300,400 to compare; 300,000"
                + " at most are in one request, so ask for 'n' of at most 750");
    assertThat(
            requests
                .recommend(request.replace("true, 'n'", "false, 'n'") + "751}")
                .recommendations())
        .hasSize(400);
  }
}
