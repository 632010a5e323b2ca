package com.craftyverse.recsys.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.Ids;
import com.craftyverse.recsys.publish.Publish;
import com.craftyverse.recsys.publish.PublishRequest;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.ServiceException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tests answers from a model with ranking vectors and rating vectors.
class RankingServingTest {
  @TempDir Path directory;
  private LocalObjectStore backing;
  private CountingStore store;
  private Requests requests;

  @BeforeEach
  void open() throws IOException {
    backing = new LocalObjectStore(directory);
    new ModelFixture("set", "m1").withRanking().publish(backing);
    store = new CountingStore(backing);
    requests =
        new Requests(
            new RecommendationService(
                store.store(),
                new ModelCache(store.store(), Optional.of("set"), Duration.ofDays(1))));
  }

  @Test
  void recommend_isByPreference_withThePredictedRating() {
    RecommendResult result = requests.recommend("{'userId': 20}");
    assertThat(result.source()).isEqualTo(Source.model);
    assertThat(result.rankedBy()).isEqualTo(RankBy.preference);
    assertThat(result.reason()).isNull();
    assertThat(result.candidates()).isEqualTo(3);
    // (1, 0) · (.8, .6); then two scores of 0, by id
    assertThat(result.recommendations())
        .containsExactly(
            new Recommendation(Id.of(300), "Twin", 1994, List.of("Action"), .8f, 4.25f, null),
            new Recommendation(Id.of(200), null, null, List.of(), 0, 5f, null),
            new Recommendation(Id.of(400), "Alien", 1979, List.of("Horror"), 0, 2.5f, null));
    // (.5, .5) · (.8, .6) and (0, 1), for the user whose vector is in the second batch
    assertThat(requests.recommend("{'userId': 30}").recommendations())
        .containsExactly(
            new Recommendation(
                Id.of(300), "Twin", 1994, List.of("Action"), .5f * .8f + .5f * .6f, 4.75f, null),
            new Recommendation(Id.of(200), null, null, List.of(), .5f, 3.5f, null));
  }

  @Test
  void recommend_byRatingOrPopularity_onRequest() {
    RecommendResult rating = requests.recommend("{'userId': 20, 'rankBy': 'rating'}");
    assertThat(rating.rankedBy()).isEqualTo(RankBy.rating);
    assertThat(items(rating)).containsExactly(200, 300, 400);
    assertThat(rating.recommendations().getFirst().score()).isEqualTo(8.5f);
    assertThat(items(requests.recommend("{'userId': 10, 'rankBy': 'popularity'}")))
        .containsExactly(300, 400, 100);
    assertThat(items(requests.recommend("{'userId': 10, 'rankBy': 'preference'}")))
        .containsExactly(300, 400, 100);
    RecommendResult unknown = requests.recommend("{'userId': 99, 'rankBy': 'preference'}");
    assertThat(unknown.source()).isEqualTo(Source.popular);
    assertThat(unknown.rankedBy()).isEqualTo(RankBy.popularity);
    assertThat(items(unknown)).containsExactly(300, 200, 400, 100);
  }

  @Test
  void recommend_filtersApplyToPreference() {
    RecommendResult result =
        requests.recommend("{'userId': 10, 'excludeSeen': false, 'yearTo': 1994, 'deny': [400]}");
    assertThat(items(result)).containsExactly(300);
    assertThat(result.candidates()).isEqualTo(1);
  }

  /// Solved by hand: A = .5 G + 1 · q₁₀₀q₁₀₀ᵀ + .2 · q₄₀₀q₄₀₀ᵀ + .1 (1.2 + .5 · 4) I, which
  /// is (2.14 .24, .24 1.175) with the determinant 2.4569.
  @Test
  void explain_isTheClosedFormOfTheRankingModel_andNamesOnlyWhatTheUserLiked() {
    RecommendResult result = requests.recommend("{'userId': 30, 'explain': true}");
    Recommendation sameItem = result.recommendations().getFirst();
    List<Recommendation.Contribution> because = Objects.requireNonNull(sameItem.because());
    assertThat(because).hasSize(1);
    assertThat(because.getFirst().itemId()).isEqualTo(Id.of(100));
    assertThat(because.getFirst().rating()).isEqualTo(5);
    assertThat(because.getFirst().contribution())
        .isCloseTo((float) ((.8 * 1.175 - .6 * .24) / 2.4569), within(1e-6f));
    // Item 400 contributes, too, but one star out of five is no liking; item 100 contributes
    // negatively.
    Recommendation other = result.recommendations().get(1);
    assertThat(other.itemId()).isEqualTo(Id.of(200));
    assertThat(other.because()).isEmpty();
    // Ranked by rating, the rating model explains, and low ratings count.
    assertThat(
            requests
                .recommend("{'userId': 30, 'rankBy': 'rating', 'explain': true}")
                .recommendations())
        .isNotEqualTo(result.recommendations());
  }

  /// A = .5 G + q₁₀₀q₁₀₀ᵀ + .1 (1 + .5 · 4) I = (2.12 .24, .24 1.105), the determinant 2.285.
  @Test
  void foldIn_solvesForBothModels() {
    String ratings = "'ratings': [{'itemId': 100, 'rating': 5}]";
    FoldInResult result = requests.foldIn("{" + ratings + ", 'itemIds': [300], 'explain': true}");
    assertThat(result.source()).isEqualTo(Source.foldIn);
    assertThat(result.rankedBy()).isEqualTo(RankBy.preference);
    assertThat(result.recommendations())
        .extracting(Recommendation::itemId)
        .containsExactly(Ids.of(300, 400, 200));
    Recommendation sameItem = result.recommendations().getFirst();
    float score = (float) ((.8 * 1.105 - .6 * .24) / 2.285);
    assertThat(sameItem.score()).isCloseTo(score, within(1e-6f));
    assertThat(Objects.requireNonNull(sameItem.because()).getFirst().contribution())
        .isCloseTo(score, within(1e-6f));
    assertThat(sameItem.rating())
        .isEqualTo(Objects.requireNonNull(result.predictions()).getFirst().rating())
        .isGreaterThan(4);
    RecommendResult same = requests.recommend("{" + ratings + "}");
    assertThat(same.recommendations())
        .extracting(Recommendation::score)
        .isEqualTo(result.recommendations().stream().map(Recommendation::score).toList());
  }

  @Test
  void similar_isTheCosineOfTheRankingVectors() {
    SimilarResult result = requests.similar("{'itemId': 100}");
    assertThat(result.similar())
        .extracting(SimilarResult.Similar::itemId)
        .containsExactly(Ids.of(300, 200, 400));
    assertThat(result.similar())
        .extracting(SimilarResult.Similar::similarity)
        .containsExactly(.8f, 0f, 0f);
  }

  @Test
  void answers_areTheSameByteForByte() {
    for (String request :
        List.of(
            "{'recommend': {'userId': 30, 'explain': true}}",
            "{'foldIn': {'ratings': [{'itemId': 100, 'rating': 5}], 'explain': true}}",
            "{'similar': {'itemId': 300}}",
            "{'popular': {}}")) {
      String first = requests.serve(request);
      for (int i = 0; i < 5; i++) {
        assertThat(requests.serve(request)).isEqualTo(first);
      }
    }
    assertThat(requests.serve("{'recommend': {'userId': 20, 'n': 1}}"))
        .contains("\"rankedBy\" : \"preference\"", "\"score\" : 0.8", "\"rating\" : 4.25");
    assertThat(requests.serve("{'modelInfo': {}}")).contains("\"unobservedWeight\" : 0.5");
  }

  /// Each vector and the history is one range, read once; a prediction reads only the one it needs.
  @Test
  void user_isReadOnce_inRanges() {
    requests.predict("{'userId': 20, 'itemIds': [100]}");
    store.drainCalls();
    requests.predict("{'userId': 30, 'itemIds': [100]}");
    assertThat(store.drainCalls()).containsExactly("readRange users.arrow");
    requests.recommend("{'userId': 30}");
    assertThat(store.drainCalls())
        .containsExactlyInAnyOrder("readRange users.arrow", "readRange seen.arrow");
    requests.recommend("{'userId': 10}");
    assertThat(store.drainCalls())
        .containsExactlyInAnyOrder(
            "readRange users.arrow", "readRange users.arrow", "readRange seen.arrow");
    requests.recommend("{'userId': 10, 'explain': true}");
    assertThat(store.drainCalls()).isEmpty();
  }

  @Test
  void rankingVectorsThatAreDamaged_areRefused() throws IOException {
    ModelFixture model = new ModelFixture("damaged", "m1").withRanking();
    model.publish(backing);
    model.writeItems(backing, new float[8], new float[] {0, 0, 0, 0, 0, Float.NaN, 0, 0});
    assertCannotBeServed("damaged", "items.arrow is damaged");
  }

  @Test
  void gramMatrixThatIsDamagedOrMissing_isRefused() throws IOException {
    ModelFixture model = new ModelFixture("damaged", "m1").withRanking();
    model.publish(backing);
    model.writeGram(backing, new float[] {1, 2});
    assertCannotBeServed("damaged", "gram.arrow is damaged");
    model.writeGram(backing, new float[] {1, 2, Float.POSITIVE_INFINITY, 3});
    assertCannotBeServed("damaged", "gram.arrow is damaged");
    backing.delete("models/damaged/m1/gram.arrow");
    assertCannotBeServed("damaged", "gram.arrow is missing");
    ModelFixture other = new ModelFixture("missing", "m1").withRanking();
    String evaluation = other.write(backing);
    backing.delete("models/missing/m1/gram.arrow");
    assertThatThrownBy(() -> new Publish(backing).run(new PublishRequest(evaluation)))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "the model in models/missing/m1/ is incomplete: gram.arrow is missing; train it again");
  }

  private void assertCannotBeServed(String dataset, String problem) {
    assertThatThrownBy(() -> requests.similar("{'dataset': '" + dataset + "', 'itemId': 100}"))
        .isInstanceOf(ServiceException.class)
        .hasMessage(
            "the current model of the dataset '"
                + dataset
                + "' cannot be served: "
                + problem
                + "; publish it again, or another");
  }

  private static List<Integer> items(RecommendResult result) {
    return result.recommendations().stream()
        .map(item -> Integer.valueOf(item.itemId().toString()))
        .toList();
  }
}
