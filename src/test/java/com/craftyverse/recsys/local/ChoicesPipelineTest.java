package com.craftyverse.recsys.local;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.craftyverse.recsys.batch.RecommendAll;
import com.craftyverse.recsys.batch.RecommendAllRequest;
import com.craftyverse.recsys.batch.RecommendAllResult;
import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.evaluate.Evaluate;
import com.craftyverse.recsys.evaluate.EvaluateFigures;
import com.craftyverse.recsys.evaluate.EvaluateRequest;
import com.craftyverse.recsys.evaluate.EvaluateResult;
import com.craftyverse.recsys.evaluate.Interval;
import com.craftyverse.recsys.evaluate.PublishedFigures;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.RankingCard;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.format.Verdict;
import com.craftyverse.recsys.index.Index;
import com.craftyverse.recsys.index.IndexRequest;
import com.craftyverse.recsys.index.IndexResult;
import com.craftyverse.recsys.ingest.ChoiceDatasets;
import com.craftyverse.recsys.ingest.ChoiceDatasets.Choice;
import com.craftyverse.recsys.publish.Publish;
import com.craftyverse.recsys.publish.PublishRequest;
import com.craftyverse.recsys.publish.PublishResult;
import com.craftyverse.recsys.serve.FoldInResult;
import com.craftyverse.recsys.serve.HistoryResult;
import com.craftyverse.recsys.serve.ModelCache;
import com.craftyverse.recsys.serve.ModelInfoResult;
import com.craftyverse.recsys.serve.ModelVersion;
import com.craftyverse.recsys.serve.Prediction;
import com.craftyverse.recsys.serve.RankBy;
import com.craftyverse.recsys.serve.RecommendResult;
import com.craftyverse.recsys.serve.Recommendation;
import com.craftyverse.recsys.serve.RecommendationService;
import com.craftyverse.recsys.serve.Requests;
import com.craftyverse.recsys.serve.Source;
import com.craftyverse.recsys.split.Split;
import com.craftyverse.recsys.split.SplitRequest;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.train.RankingFigures;
import com.craftyverse.recsys.train.Train;
import com.craftyverse.recsys.train.TrainFigures;
import com.craftyverse.recsys.train.TrainRequest;
import com.craftyverse.recsys.train.TrainRequestBuilder;
import com.craftyverse.recsys.train.TrainResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Takes choices without ratings from their dataset to answers.
class ChoicesPipelineTest {
  private static final String DATASET = "shop";
  private static final int FACTORS = 16;

  @TempDir static Path directory;
  private static LocalObjectStore store;
  private static List<Choice> choices;
  private static IndexResult index;
  private static TrainResult scored;
  private static EvaluateResult evaluated;
  private static TrainResult refitted;
  private static PublishResult published;
  private static Requests requests;

  @BeforeAll
  static void publish() throws IOException {
    store = new LocalObjectStore(directory);
    choices = ChoiceDatasets.planted(3);
    String dataset = ChoiceDatasets.write(store, DATASET, choices);
    String split = new Split(store).run(SplitRequest.of(dataset)).manifest();
    index = new Index(store).run(IndexRequest.of(split));
    scored = new Train(store).run(request().build());
    evaluated = new Evaluate(store).run(EvaluateRequest.of(model(scored)));
    IndexResult all = new Index(store).run(IndexRequest.of(split, Rows.ALL));
    refitted = new Train(store).run(TrainRequest.refit(all.manifest(), model(scored)));
    published = new Publish(store).run(new PublishRequest(model(refitted), null));
    requests =
        new Requests(
            new RecommendationService(
                store, new ModelCache(store, Optional.of(DATASET), Duration.ofDays(1))));
  }

  private static TrainRequestBuilder request() {
    return TrainRequestBuilder.builder().manifest(index.manifest()).rankingFactors(FACTORS);
  }

  private static String model(TrainResult result) {
    return requireNonNull(result.model());
  }

  private static ModelCard card(TrainResult result) throws IOException {
    return ModelCard.read(store, ObjectKeys.directoryOf(model(result)));
  }

  private static List<String> columns(String name) throws IOException {
    try (ArrowFile file =
        ArrowObjects.open(store, ObjectKeys.directoryOf(model(refitted)) + name)) {
      return file.columns().stream().map(Column::name).toList();
    }
  }

  @Test
  void index_passesOnTheFeedback_andReportsAmounts() throws IOException {
    assertThat(index.figures().feedback()).isEqualTo(Feedback.CHOICES);
    assertThat(index.figures().scale()).isNull();
    String quality = new String(store.read(index.quality()).content(), StandardCharsets.UTF_8);
    assertThat(quality)
        .contains("\"trainMeanAmount\"", "\"amount\" : ", "every amount is a finite number")
        .doesNotContain("\"rating\"", "trainMeanRating", "every rating");
  }

  @Test
  void train_trainsOnlyTheRankingModel() throws IOException {
    TrainFigures figures = scored.figures();
    assertThat(figures.model()).isEqualTo("ranking");
    assertThat(figures.epochs()).isZero();
    assertThat(figures.trainRmse()).isNull();
    assertThat(figures.ending()).isEqualTo("ran all 10 epochs of the ranking model");
    RankingFigures ranking = requireNonNull(figures.ranking());
    assertThat(ranking.epochs()).isEqualTo(10);
    assertThat(ranking.trials()).isPositive();

    ModelCard card = card(scored);
    assertThat(card.feedback()).isEqualTo(Feedback.CHOICES);
    assertThat(card.formatVersion()).isEqualTo(10);
    assertThat(card.scale()).isNull();
    assertThat(card.factors()).isZero();
    assertThat(card.ranking())
        .isEqualTo(
            new RankingCard(
                FACTORS, ranking.regularization(), ranking.unobservedWeight(), 10, null, null));
    assertThat(Manifest.read(store, model(scored), StepName.TRAIN).parameters())
        .isEqualTo(
            Map.of(
                "model",
                "ranking",
                "seed",
                42,
                "ranking",
                Map.of("factors", FACTORS, "epochs", 10)));
  }

  @Test
  void files_haveNoColumnsOfARatingModel() throws IOException {
    assertThat(columns(StoreLayout.USERS)).containsExactly("userId", "rankingVector");
    assertThat(columns(StoreLayout.ITEMS))
        .containsExactly(
            "itemId", "rankingVector", "title", "genres", "year", "ratings", "recentRatings");
    assertThat(columns(StoreLayout.LOOKUP)).containsExactly("userId", "ratings");
  }

  @Test
  void upload_withCounts_givesTheSameModel() throws IOException {
    LocalObjectStore other = new LocalObjectStore(directory.resolve("upload"));
    StringBuilder csv = new StringBuilder("customer,product,times_bought,bought_at\n");
    for (Choice choice : choices) {
      csv.append(
          "%d,%d,%d,%d\n"
              .formatted(choice.user(), choice.item(), (int) choice.amount(), choice.time()));
    }
    put(
        other,
        "raw/shop/settings.json",
        """
        {"columns": {"user": "customer", "item": "product", "count": "times_bought",
         "timestamp": "bought_at"}, "train": {"rankingFactors": 16}}
        """);
    put(other, "raw/shop/orders.csv", csv.toString());
    ObjectInfo upload = other.find("raw/shop/orders.csv").orElseThrow();
    AtomicReference<Run> run = new AtomicReference<>();
    LocalPipeline.Outcome outcome =
        new LocalPipeline(
                other, true, 5, new RunRecorder("1", upload, "shop", LocalPipeline.STEPS, run::set))
            .run(upload);
    // The items differ in their titles alone.
    assertThat(usersDigest(other, outcome.model() + StoreLayout.MANIFEST))
        .isEqualTo(usersDigest(store, model(refitted)));
    Run last = requireNonNull(run.get());
    assertThat(last.steps())
        .extracting(step -> requireNonNull(step.summary()).replaceFirst(", dataset.*", ""))
        .startsWith(
            "12,000 choices, 0 items",
            "9,000 train, 1,800 test, 1,200 validation rows by time",
            "400 users × 240 items; 1,800 test and 1,200 validation rows have known users and items",
            "9,000 choices, 10 epochs of the ranking model");
    assertThat(requireNonNull(last.summary())).startsWith("test NDCG@10 by preference 0.4");
    assertThat(requireNonNull(last.result()).rmse()).isNull();
    assertThat(last.epochs()).extracting(Run.Epoch::model).containsOnly("ranking");
  }

  private static String usersDigest(LocalObjectStore from, String manifest) throws IOException {
    return requireNonNull(
        Manifest.read(from, manifest, StepName.TRAIN).digests().get(StoreLayout.USERS));
  }

  private static void put(LocalObjectStore to, String key, String text) throws IOException {
    to.put(key, text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void train_again_isCached_andAWarmStartKnowsTheUsers() throws IOException {
    assertThat(new Train(store).run(request().build()).cached()).isTrue();

    TrainResult warm =
        new Train(store)
            .run(
                request()
                    .warmStart(model(scored))
                    .rankingEpochs(1)
                    .rankingRegularization(
                        requireNonNull(scored.figures().ranking()).regularization())
                    .rankingUnobservedWeight(
                        requireNonNull(scored.figures().ranking()).unobservedWeight())
                    .build());
    TrainResult cold =
        new Train(store)
            .run(
                request()
                    .rankingEpochs(1)
                    .rankingRegularization(
                        requireNonNull(scored.figures().ranking()).regularization())
                    .rankingUnobservedWeight(
                        requireNonNull(scored.figures().ranking()).unobservedWeight())
                    .build());
    assertThat(requireNonNull(warm.figures().ranking()).objective())
        .isLessThan(requireNonNull(scored.figures().ranking()).objective())
        .isLessThan(requireNonNull(cold.figures().ranking()).objective());
  }

  @Test
  void train_outOfTime_continuesFromTheCheckpoint_toTheSameModel() throws IOException {
    TrainRequestBuilder slow = request().seed(7L).maxSeconds(1e-9);
    int calls = 1;
    TrainResult result = new Train(store).run(slow.build());
    while (result.resumable()) {
      result = new Train(store).run(slow.build());
      calls++;
    }
    LocalObjectStore other = new LocalObjectStore(directory.resolve("uninterrupted"));
    String dataset = ChoiceDatasets.write(other, DATASET, choices);
    String split = new Split(other).run(SplitRequest.of(dataset)).manifest();
    String sameIndex = new Index(other).run(IndexRequest.of(split)).manifest();
    TrainResult whole =
        new Train(other)
            .run(
                TrainRequestBuilder.builder()
                    .manifest(sameIndex)
                    .rankingFactors(FACTORS)
                    .seed(7L)
                    .build());
    assertThat(calls).isEqualTo(10);
    assertThat(result.figures().digest()).isNotNull().isEqualTo(whole.figures().digest());
  }

  @Test
  void train_refusesTheFieldsOfARatingModel() {
    assertThatThrownBy(() -> new Train(store).run(request().factors(20).build()))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "field 'factors': this dataset has choices without ratings, so there is only a ranking"
                + " model; leave this field out");
    assertThatThrownBy(
            () ->
                new Train(store)
                    .run(
                        TrainRequestBuilder.builder()
                            .manifest(index.manifest())
                            .ranking(false)
                            .build()))
        .hasMessage(
            "field 'ranking': this dataset has choices without ratings, so there is no model without"
                + " the ranking model; leave this field out");
  }

  @Test
  void evaluate_judgesOnlyLists_whichBeatThePopularOnes() {
    EvaluateFigures figures = evaluated.figures();
    assertThat(figures.testRmse()).isNull();
    assertThat(figures.likedFrom()).isNull();
    assertThat(figures.uncertainty()).isNull();
    assertThat(figures.test().ratings()).isNull();
    assertThat(figures.test().replayedRatings()).isNull();
    assertThat(figures.test().reason()).isNull();
    com.craftyverse.recsys.evaluate.RankingFigures ranking =
        requireNonNull(figures.test().ranking());
    assertThat(ranking.rankers().keySet())
        .containsExactly("preference", "mostPopular", "recentlyPopular");
    assertThat(ranking.likedUsers()).isZero();
    Interval own = requireNonNull(ranking.ndcgAt10("preference"));
    Interval popular = requireNonNull(ranking.ndcgAt10("mostPopular"));
    assertThat(own.low()).isGreaterThan(2 * popular.high());
    assertThat(requireNonNull(ranking.lead().get("recentlyPopular")).low()).isPositive();
  }

  @Test
  void gate_checksSizesLeaksVectorsAndLists() {
    Verdict verdict = evaluated.figures().verdict();
    assertThat(verdict.decision()).isEqualTo(Verdict.Decision.ACCEPTED);
    assertThat(verdict.checks())
        .extracting(check -> check.name() + "/" + check.subject() + " " + check.outcome())
        .containsExactly(
            "testChoicesInTraining/choices passed",
            "storedVectors/ranking passed",
            "ndcgAt10/recentlyPopular passed");
  }

  @Test
  void evaluate_refusesWhatNeedsRatings() {
    assertThatThrownBy(
            () ->
                new Evaluate(store)
                    .run(
                        Requests.decode(
                            "{'manifest': '" + model(scored) + "', 'likedFrom': 4}",
                            EvaluateRequest.class)))
        .hasMessage(
            "field 'likedFrom': this dataset has choices without ratings; leave this field out");
    assertThatThrownBy(
            () ->
                new Evaluate(store)
                    .run(
                        Requests.decode(
                            "{'manifest': '" + model(scored) + "', 'rankBy': 'rating'}",
                            EvaluateRequest.class)))
        .hasMessage(
            "field 'rankBy': the model "
                + scored.figures().modelId()
                + " learned from choices without ratings; use preference");
  }

  @Test
  void report_saysThatThereAreNoRatings_andHasNoSectionOnThem() throws IOException {
    String report = new String(store.read(evaluated.report()).content(), StandardCharsets.UTF_8);
    assertThat(report)
        .contains("The dataset has choices without ratings, so there are no ratings to predict.")
        .contains("so there is only a ranking model: it ran all 10 epochs of the ranking model.")
        .contains("Hit rate@10", "Most chosen items", "Choices of a user, mean")
        .doesNotContain("RMSE", "Mean rating", "liked", "Calibration", "likedFrom", "NaN");
  }

  @Test
  void publish_takesTheRefittedModel() {
    assertThat(published.published()).isTrue();
    assertThat(published.model()).isEqualTo(refitted.figures().modelId());
    assertThat(published.scoredModel()).isEqualTo(scored.figures().modelId());
  }

  @Test
  void recommend_namesItemsOfTheUsersGroup_withoutRatings() {
    RecommendResult result = requests.recommend("{'userId': 9, 'n': 5, 'explain': true}");
    assertThat(result.source()).isEqualTo(Source.model);
    assertThat(result.rankedBy()).isEqualTo(RankBy.preference);
    assertThat(result.recommendations()).hasSize(5).allMatch(each -> each.rating() == null);
    // user 9 is of the group of item 1, 9, 17 …
    assertThat(result.recommendations())
        .extracting(each -> (Integer.parseInt(each.itemId().toString()) - 1) % 8)
        .containsOnly(0);
    Recommendation.Contribution reason =
        requireNonNull(result.recommendations().getFirst().because()).getFirst();
    Choice known =
        choices.stream()
            .filter(each -> each.user() == 9 && Id.of(each.item()).equals(reason.itemId()))
            .findFirst()
            .orElseThrow();
    assertThat(reason.rating()).isNull();
    assertThat(reason.amount()).isEqualTo(known.amount());
  }

  @Test
  void recommend_ofAnUnknownUser_isWhatIsPopular() {
    RecommendResult result = requests.recommend("{'userId': 4711}");
    assertThat(result.source()).isEqualTo(Source.popular);
    assertThat(result.reason()).isEqualTo("unknown user: what most users chose lately");
  }

  @Test
  void recommend_byRating_isRefused() {
    assertThatThrownBy(() -> requests.recommend("{'userId': 9, 'rankBy': 'rating'}"))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "field 'rankBy': this dataset has choices without ratings, so the model cannot rank by"
                + " rating; use preference or popularity");
  }

  @Test
  void predict_answersTheScoresThatOrderRecommendations_markedSo() {
    Recommendation best = requests.recommend("{'userId': 9, 'n': 1}").recommendations().getFirst();
    List<Prediction> predictions =
        requests.predict("{'userId': 9, 'itemIds': [" + best.itemId() + ", 9999]}").predictions();
    assertThat(predictions)
        .containsExactly(
            new Prediction(
                null,
                best.itemId(),
                best.title(),
                null,
                null,
                "score",
                best.score(),
                Source.model,
                null),
            new Prediction(
                null,
                Id.of(9999),
                null,
                null,
                null,
                "score",
                null,
                Source.fallback,
                "unknown item: no score"));
    assertThat(
            requests.predict("{'userId': 4711, 'itemIds': [1]}").predictions().getFirst().reason())
        .isEqualTo("unknown user: no score");
  }

  @Test
  void foldIn_ofAUsersOwnChoices_scoresLikeTheTrainedUser() {
    StringBuilder ratings = new StringBuilder();
    for (Choice choice : choices) {
      if (choice.user() == 9) {
        ratings.append(ratings.isEmpty() ? "" : ", ");
        ratings.append("{'itemId': " + choice.item() + ", 'amount': " + choice.amount() + "}");
      }
    }
    FoldInResult folded = requests.foldIn("{'ratings': [" + ratings + "], 'n': 1}");
    Recommendation best = requests.recommend("{'userId': 9, 'n': 1}").recommendations().getFirst();
    assertThat(folded.source()).isEqualTo(Source.foldIn);
    assertThat(folded.recommendations().getFirst().itemId()).isEqualTo(best.itemId());
    assertThat(folded.recommendations().getFirst().score()).isCloseTo(best.score(), within(0.02f));
  }

  @Test
  void foldIn_withoutAmount_meansOne_andMoreWeighsMore() {
    float once = score("{'itemId': 1}, {'itemId': 2}");
    assertThat(score("{'itemId': 1, 'amount': 1}, {'itemId': 2}")).isEqualTo(once);
    assertThat(score("{'itemId': 1, 'amount': 64}, {'itemId': 2}")).isGreaterThan(once);
  }

  /// Returns the score of an item of the group of item 1 for somebody with some choices.
  private static float score(String ratings) {
    FoldInResult result = requests.foldIn("{'ratings': [" + ratings + "], 'itemIds': [9]}");
    return requireNonNull(requireNonNull(result.predictions()).getFirst().score());
  }

  @Test
  void foldIn_ofAKnownUser_addsUpAmounts() {
    Choice known = choices.stream().filter(each -> each.user() == 9).findFirst().orElseThrow();
    Recommendation.Contribution reason =
        requests
            .recommend(
                "{'userId': 9, 'ratings': [{'itemId': "
                    + known.item()
                    + ", 'amount': 1000}], 'explain': true}")
            .recommendations()
            .stream()
            .flatMap(each -> requireNonNull(each.because()).stream())
            .filter(each -> each.itemId().equals(Id.of(known.item())))
            .findFirst()
            .orElseThrow();
    assertThat(reason.amount()).isEqualTo(known.amount() + 1000);
  }

  @Test
  void foldIn_refusesRatings_andAmountsThatAreNone() {
    assertThatThrownBy(() -> requests.foldIn("{'ratings': [{'itemId': 1, 'rating': 4}]}"))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "field 'ratings[0].rating': this dataset has choices without ratings; leave 'rating'"
                + " out, or send how often the item was chosen as 'amount'");
    assertThatThrownBy(() -> requests.foldIn("{'ratings': [{'itemId': 1, 'amount': 0}]}"))
        .hasMessage("field 'ratings[0].amount': expected a number above 0, found 0.0");
    assertThatThrownBy(() -> requests.foldIn("{'ratings': [{'itemId': 1}, {'itemId': 1}]}"))
        .hasMessage(
            "field 'ratings': the item 1 is there twice; send one choice per item, with its"
                + " 'amount'");
  }

  @Test
  void history_hasAmounts_newestFirst() {
    HistoryResult history = requests.history("{'userId': 9, 'n': 3}");
    assertThat(history.total()).isEqualTo(30);
    assertThat(history.ratings())
        .containsExactlyElementsOf(
            choices.stream()
                .filter(each -> each.user() == 9)
                .sorted(Comparator.comparingLong(Choice::time).reversed())
                .limit(3)
                .map(
                    each ->
                        new HistoryResult.RatedItem(
                            Id.of(each.item()),
                            "Item " + each.item(),
                            null,
                            List.of(),
                            null,
                            each.amount(),
                            Instant.ofEpochSecond(each.time()).toString()))
                .toList());
  }

  @Test
  void modelInfoAndModels_sayThatThereAreChoices() {
    ModelInfoResult info = requests.modelInfo("{}");
    assertThat(info.feedback()).isEqualTo(Feedback.CHOICES);
    assertThat(info.kind()).isEqualTo("ranking");
    assertThat(info.ratingMin()).isNull();
    assertThat(info.ratings()).isEqualTo(choices.size());
    ModelVersion version =
        requests.models("{}").datasets().getFirst().versions().stream()
            .filter(ModelVersion::current)
            .findFirst()
            .orElseThrow();
    assertThat(version.feedback()).isEqualTo(Feedback.CHOICES);
    assertThat(requireNonNull(version.scores()).rmse()).isNull();
    assertThat(requireNonNull(requireNonNull(version.scores()).ndcgAt10()))
        .containsOnlyKeys("preference", "mostPopular", "recentlyPopular");
    assertThat(version.problem()).isNull();
  }

  @Test
  void recommendAll_writesTheListsOfRecommend() throws IOException {
    RecommendAllResult batch =
        new RecommendAll(store, Optional.of(DATASET))
            .run(Requests.decode("{'users': [9], 'n': 5}", RecommendAllRequest.class));
    String part = ObjectKeys.directoryOf(requireNonNull(batch.manifest())) + StoreLayout.part(0);
    try (ArrowFile file = ArrowObjects.open(store, part)) {
      RecordBatch rows = file.batches().getFirst();
      List<Recommendation> list = requests.recommend("{'userId': 9, 'n': 5}").recommendations();
      assertThat(rows.ints("itemId").toArray())
          .containsExactly(
              list.stream().mapToInt(each -> Integer.parseInt(each.itemId().toString())).toArray());
      assertThat(rows.floats("score").get(0)).isEqualTo(list.getFirst().score());
    }
  }

  @Test
  void laterModel_isComparedWithTheScoredTwinOfThePublishedOne() throws IOException {
    TrainResult later = new Train(store).run(request().seed(11L).build());
    EvaluateFigures figures = new Evaluate(store).run(EvaluateRequest.of(model(later))).figures();
    PublishedFigures comparison = requireNonNull(figures.published());
    assertThat(comparison.reason()).isNull();
    assertThat(comparison.scoredModel()).isEqualTo(scored.figures().modelId());
    assertThat(comparison.ratings()).isNull();
    PublishedFigures.Ranking ranking = requireNonNull(comparison.ranking());
    assertThat(ranking.publishedNdcgAt10()).isEqualTo(evaluated.figures().testNdcg());
    assertThat(figures.verdict().checks())
        .extracting(check -> check.name() + "/" + check.subject())
        .contains("size/choices", "size/users", "size/items", "ndcgAt10/published");
  }

  @Test
  void similar_namesItemsOfTheSameGroup() {
    assertThat(requests.similar("{'itemId': 1, 'n': 5}").similar())
        .extracting(each -> (Integer.parseInt(each.itemId().toString()) - 1) % 8)
        .containsOnly(0);
  }
}
