package com.craftyverse.recsys.evaluate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.index.Index;
import com.craftyverse.recsys.index.IndexRequest;
import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.split.Split;
import com.craftyverse.recsys.split.SplitRequest;
import com.craftyverse.recsys.split.SplitResult;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.train.Train;
import com.craftyverse.recsys.train.TrainRequest;
import com.craftyverse.recsys.train.TrainRequests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs both protocols from an upload to the figures, and checks them against the definitions, written with
/// plain collections.
class RankingProtocolTest {
  private static final double LIKED_FROM = 3.65;

  @TempDir Path directory;
  private LocalObjectStore store;
  private final List<RatingRow> uploaded = new ArrayList<>();
  private String dataset = "";

  /// A row of the upload.
  private record RatingRow(int user, int item, float rating, long time) {}

  /// Uploads 80 users who arrive one after the other and choose some of 60 items, low numbers more often.
  @BeforeEach
  void ingest() throws IOException {
    store = new LocalObjectStore(directory);
    Random random = new Random(11);
    StringBuilder csv = new StringBuilder(Uploads.HEADER);
    for (int user = 1; user <= 80; user++) {
      Set<Integer> chosen = new HashSet<>();
      int count = 2 + random.nextInt(25);
      while (chosen.size() < count) {
        chosen.add(1 + (int) (60 * Math.pow(random.nextDouble(), 2)));
      }
      for (int item : chosen) {
        float rating = (1 + random.nextInt(10)) / 2f;
        long time = 1_000_000 + 900L * user + random.nextInt(2_000);
        uploaded.add(new RatingRow(user, item, rating, time));
        csv.append(user).append(',').append(item).append(',').append(rating).append(',');
        csv.append(time).append('\n');
      }
    }
    dataset =
        Uploads.ingest(store, "raw/set.csv", csv.toString().getBytes(StandardCharsets.UTF_8))
            .manifest();
  }

  private String train(SplitResult split) throws IOException {
    String index = new Index(store).run(IndexRequest.of(split.manifest())).manifest();
    return new Train(store)
        .run(TrainRequests.with(index, "'factors': 4, 'epochs': 2, 'seed': 7"))
        .model();
  }

  private EvaluateFigures evaluate(String model) throws IOException {
    return new Evaluate(store).run(EvaluateRequest.of(model)).figures();
  }

  @Test
  void replay_isJudgedAsItsDefinitionSays() throws IOException {
    SplitResult split = new Split(store).run(SplitRequest.of(dataset));
    double from = requireNonNull(split.figures().trainThreshold());
    double to = requireNonNull(split.figures().testThreshold());

    EvaluateFigures figures = evaluate(train(split));

    assertThat(figures.protocol()).isEqualTo("replay");
    assertThat(figures.likedFrom()).isCloseTo(LIKED_FROM, within(1e-6));
    List<RatingRow> training = uploaded.stream().filter(rated -> rated.time <= from).toList();
    assertReplay(
        figures.test(),
        training,
        uploaded.stream().filter(rated -> rated.time > from && rated.time <= to).toList());
    assertReplay(
        figures.validation(),
        training,
        uploaded.stream().filter(rated -> rated.time > to).toList());
    assertThat(figures.testNdcg())
        .isEqualTo(
            requireNonNull(requireNonNull(figures.test().ranking()).ndcgAt10("preference"))
                .value());
  }

  private static void assertReplay(
      SetFigures figures, List<RatingRow> training, List<RatingRow> window) {
    Map<Integer, Integer> popularity = counts(training);
    Map<Integer, List<RatingRow>> users = byUser(window);
    List<Case> cases = new ArrayList<>();
    int withoutHistory = 0;
    int outside = 0;
    for (Map.Entry<Integer, List<RatingRow>> user : users.entrySet()) {
      List<RatingRow> rows = user.getValue();
      rows.sort(Comparator.comparingLong(RatingRow::time));
      List<RatingRow> history =
          new ArrayList<>(byUser(training).getOrDefault(user.getKey(), List.of()));
      history.addAll(inCatalog(rows.subList(0, rows.size() / 2), popularity));
      List<RatingRow> heldOut = inCatalog(rows.subList(rows.size() / 2, rows.size()), popularity);
      outside += rows.size() - inCatalog(rows, popularity).size();
      if (!heldOut.isEmpty() && history.isEmpty()) {
        withoutHistory++;
      } else if (!heldOut.isEmpty()) {
        cases.add(new Case(history, heldOut));
      }
    }
    RankingFigures ranking = requireNonNull(figures.ranking());
    assertThat(ranking.users()).isEqualTo(cases.size()).isGreaterThan(5);
    assertThat(ranking.usersWithoutHistory()).isEqualTo(withoutHistory);
    assertThat(ranking.outsideCatalogue()).isEqualTo(outside);
    assertThat(ranking.items()).isEqualTo(popularity.size());
    assertThat(ranking.heldOut()).isEqualTo(cases.stream().mapToInt(c -> c.heldOut.size()).sum());
    assertOrder(ranking, "mostPopular", cases, byCount(popularity, popularity));
    assertOrder(ranking, "recentlyPopular", cases, byCount(popularity, counts(recent(training))));
    assertCoverage(figures, training, window);
    assertRankingBands(ranking, cases, popularity, byCount(popularity, counts(recent(training))));
    Interval lead = requireNonNull(ranking.lead().get("recentlyPopular"));
    assertThat(ranking.lead()).containsOnlyKeys("rating", "mostPopular", "recentlyPopular");
    assertThat(lead.value())
        .isCloseTo(
            requireNonNull(ranking.ndcgAt10("preference")).value()
                - requireNonNull(ranking.ndcgAt10("recentlyPopular")).value(),
            within(1e-6));
    assertThat(lead.low()).isLessThan(lead.value());
    assertThat(lead.high()).isGreaterThan(lead.value());
    assertBiases(figures, training, users, popularity);
  }

  @Test
  void withinUsers_matchesItsDefinition() throws IOException {
    SplitResult split = new Split(store).run(SplitRequest.withinUsers(dataset, 0.25, 3));

    EvaluateFigures figures = evaluate(train(split));

    assertThat(figures.protocol()).isEqualTo("withinUsers");
    assertThat(figures.test().replayedRatings()).isNull();
    assertWithinUsers(figures, read(split, "train.arrow"), read(split, "test.arrow"));
  }

  private static void assertWithinUsers(
      EvaluateFigures figures, List<RatingRow> training, List<RatingRow> test) {
    Map<Integer, Integer> popularity = counts(training);
    List<Case> cases = new ArrayList<>();
    byUser(test)
        .forEach(
            (user, rows) -> {
              List<RatingRow> heldOut = inCatalog(rows, popularity);
              if (!heldOut.isEmpty()) {
                cases.add(new Case(requireNonNull(byUser(training).get(user)), heldOut));
              }
            });
    RankingFigures ranking = requireNonNull(figures.test().ranking());
    assertThat(ranking.users()).isEqualTo(cases.size()).isGreaterThan(60);
    assertThat(ranking.outsideCatalogue())
        .isEqualTo(test.size() - inCatalog(test, popularity).size());
    assertOrder(ranking, "mostPopular", cases, byCount(popularity, popularity));
  }

  @Test
  void modelOfTrainAndValidation_knowsBoth_andIsEvaluatedOnTheTestSetOnly() throws IOException {
    SplitResult split = new Split(store).run(SplitRequest.withinUsers(dataset, 0.25, 3));
    String scored = train(split);
    String index =
        new Index(store)
            .run(IndexRequest.of(split.manifest(), Rows.TRAIN_AND_VALIDATION))
            .manifest();
    String model = new Train(store).run(TrainRequest.refit(index, scored)).model();

    EvaluateFigures figures = evaluate(model);

    assertThat(figures.validation())
        .isEqualTo(
            new SetFigures(null, null, null, null, "the model was trained on the validation set"));
    List<RatingRow> training = read(split, "train.arrow");
    training.addAll(read(split, "validation.arrow"));
    assertWithinUsers(figures, training, read(split, "test.arrow"));
  }

  @Test
  void sampleOfUsers_isRecorded_andGivesASeparateEvaluation() throws IOException {
    String model = train(new Split(store).run(SplitRequest.withinUsers(dataset, 0.25, 3)));
    EvaluateResult all = new Evaluate(store).run(EvaluateRequest.of(model));

    EvaluateResult some =
        new Evaluate(store)
            .run(
                EvaluateRequestBuilder.builder()
                    .manifest(model)
                    .rankBy("rating")
                    .likedFrom(4.5)
                    .users(20)
                    .seed(1L)
                    .threads(1)
                    .build());

    assertThat(some.manifest()).isNotEqualTo(all.manifest());
    assertThat(some.figures().sampledUsers()).isEqualTo(20);
    assertThat(some.figures().likedFrom()).isEqualTo(4.5);
    assertThat(requireNonNull(some.figures().test().ranking()).users()).isEqualTo(20);
    assertThat(new Evaluate(store).run(EvaluateRequest.of(model)).figures())
        .isEqualTo(all.figures());
  }

  /// The published model is an input: the evaluation runs again when it changes, but not once the model was
  /// published itself.
  @Test
  void publishedModel_isPartOfTheEvaluation() throws IOException {
    SplitResult split = new Split(store).run(SplitRequest.of(dataset));
    String first = train(split);
    EvaluateResult alone = new Evaluate(store).run(EvaluateRequest.of(first));
    assertThat(alone.figures().published()).isNull();
    String index = new Index(store).run(IndexRequest.of(split.manifest())).manifest();
    String second =
        new Train(store)
            .run(TrainRequests.with(index, "'factors': 4, 'epochs': 2, 'seed': 8"))
            .model();
    new Evaluate(store).run(EvaluateRequest.of(second));
    makeCurrent(first);

    EvaluateResult compared = new Evaluate(store).run(EvaluateRequest.of(second));

    assertThat(compared.cached()).isFalse();
    PublishedFigures published = requireNonNull(compared.figures().published());
    PublishedFigures.Ratings ratings = requireNonNull(published.ratings());
    RatingFigures own = requireNonNull(compared.figures().test().replayedRatings());
    RatingFigures others = requireNonNull(alone.figures().test().replayedRatings());
    assertThat(ratings.ratings()).isEqualTo(own.ratings());
    assertThat(ratings.rmse()).isCloseTo(own.rmse(), within(1e-9));
    assertThat(ratings.publishedRmse()).isCloseTo(others.rmse(), within(1e-5));
    PublishedFigures.Ranking ranking = requireNonNull(published.ranking());
    assertThat(ranking.publishedNdcgAt10())
        .isCloseTo(requireNonNull(alone.figures().testNdcg()), within(1e-5));
    assertThat(ranking.difference().value())
        .isCloseTo(ranking.ndcgAt10() - ranking.publishedNdcgAt10(), within(1e-6));
    assertThat(new Evaluate(store).run(EvaluateRequest.of(second)).cached()).isTrue();
    assertThat(new Evaluate(store).run(EvaluateRequest.of(first)).figures())
        .as("the evaluation of a published model stands")
        .isEqualTo(alone.figures());
  }

  @Test
  void splitThatIsNotByTime_isNotComparedWithThePublishedModel() throws IOException {
    makeCurrent(train(new Split(store).run(SplitRequest.of(dataset))));
    String model = train(new Split(store).run(SplitRequest.withinUsers(dataset, 0.25, 3)));
    PublishedFigures published = requireNonNull(evaluate(model).published());
    assertThat(published.ratings()).isNull();
    assertThat(published.ranking()).isNull();
    assertThat(published.reason()).startsWith("the split is not by time");
  }

  private void makeCurrent(String manifest) throws IOException {
    evaluate(manifest);
    Manifest model = Manifest.read(store, manifest, StepName.TRAIN);
    store.put(
        StoreLayout.current(model.dataset()),
        Json.write(
            new CurrentModel(
                model.dataset(),
                model.id(),
                null,
                "2026-01-01T00:00:00Z",
                List.of(
                    new CurrentModel.Publication(
                        model.id(), null, "", "2026-01-01T00:00:00Z", null, null)))));
  }

  @Test
  void margins_arePartOfTheEvaluation() throws IOException {
    String model = train(new Split(store).run(SplitRequest.of(dataset)));
    EvaluateResult usual = new Evaluate(store).run(EvaluateRequest.of(model));
    EvaluateResult strict =
        new Evaluate(store)
            .run(EvaluateRequestBuilder.builder().manifest(model).rmseMargin(0.0).build());
    assertThat(strict.manifest()).isNotEqualTo(usual.manifest()).contains("/evaluation-");
    assertRefused(
        EvaluateRequestBuilder.builder().manifest(model).ndcgMargin(-0.1).build(),
        "field 'ndcgMargin': expected a number from 0 to 1, found -0.1");
  }

  @Test
  void threads_doNotChangeAFigure() throws IOException {
    String model = train(new Split(store).run(SplitRequest.of(dataset)));
    EvaluateFigures one =
        new Evaluate(store)
            .run(EvaluateRequestBuilder.builder().manifest(model).seed(5L).threads(1).build())
            .figures();
    store.delete(
        new Evaluate(store)
            .run(EvaluateRequestBuilder.builder().manifest(model).seed(5L).threads(1).build())
            .manifest());

    assertThat(
            new Evaluate(store)
                .run(EvaluateRequestBuilder.builder().manifest(model).seed(5L).threads(3).build())
                .figures())
        .isEqualTo(one);
  }

  @Test
  void fieldsOutOfRange_areRefused() throws IOException {
    String model = train(new Split(store).run(SplitRequest.withinUsers(dataset, 0.25, 3)));

    assertRefused(
        EvaluateRequestBuilder.builder().manifest(model).rankBy("votes").build(),
        "field 'rankBy': expected preference or rating, found 'votes'");
    assertRefused(
        EvaluateRequestBuilder.builder().manifest(model).likedFrom(7.0).build(),
        "field 'likedFrom': expected a rating from 0.5 to 5.0, the scale of the dataset, found"
            + " 7.0");
    assertRefused(
        EvaluateRequestBuilder.builder().manifest(model).users(0).build(),
        "field 'users': expected a whole number of at least 1, found 0");
    assertRefused(
        EvaluateRequestBuilder.builder().manifest(model).threads(65).build(),
        "field 'threads': expected a whole number from 1 to 64, found 65");
  }

  private void assertRefused(EvaluateRequest request, String message) {
    assertThatThrownBy(() -> new Evaluate(store).run(request))
        .isInstanceOf(RequestException.class)
        .hasMessage(message);
  }

  private record Case(List<RatingRow> history, List<RatingRow> heldOut) {}

  private List<RatingRow> read(SplitResult split, String set) throws IOException {
    Map<List<Integer>, RatingRow> rows = new HashMap<>();
    uploaded.forEach(rated -> rows.put(List.of(rated.user, rated.item), rated));
    List<RatingRow> read = new ArrayList<>();
    String key = split.manifest().replace("manifest.json", set);
    try (var file = ArrowFile.open(store.fetch(key).path(), key)) {
      for (var batch : file.batches()) {
        int[] users = batch.ints("userId").toArray();
        int[] items = batch.ints("itemId").toArray();
        for (int i = 0; i < users.length; i++) {
          read.add(requireNonNull(rows.get(List.of(users[i], items[i]))));
        }
      }
    }
    return read;
  }

  private static Map<Integer, List<RatingRow>> byUser(List<RatingRow> rows) {
    Map<Integer, List<RatingRow>> users = new TreeMap<>();
    rows.forEach(row -> users.computeIfAbsent(row.user, _ -> new ArrayList<>()).add(row));
    return users;
  }

  private static Map<Integer, Integer> counts(List<RatingRow> rows) {
    Map<Integer, Integer> counts = new TreeMap<>();
    rows.forEach(row -> counts.merge(row.item, 1, Integer::sum));
    return counts;
  }

  private static List<RatingRow> inCatalog(List<RatingRow> rows, Map<Integer, Integer> catalog) {
    return rows.stream().filter(row -> catalog.containsKey(row.item)).toList();
  }

  /// Returns the rows after the 0.8 quantile of the times, interpolated as in numpy.
  private static List<RatingRow> recent(List<RatingRow> training) {
    long[] times = training.stream().mapToLong(RatingRow::time).sorted().toArray();
    double position = (times.length - 1) * 0.8;
    int below = (int) position;
    double quantile = times[below] + (times[below + 1] - times[below]) * (position - below);
    return training.stream().filter(row -> row.time > quantile).toList();
  }

  private static List<Integer> byCount(
      Map<Integer, Integer> catalog, Map<Integer, Integer> counts) {
    List<Integer> items = new ArrayList<>(catalog.keySet());
    items.sort(
        Comparator.comparingInt((Integer item) -> -counts.getOrDefault(item, 0))
            .thenComparing(item -> item));
    return items;
  }

  private static void assertOrder(
      RankingFigures ranking, String name, List<Case> cases, List<Integer> order) {
    RankerFigures figures = requireNonNull(ranking.rankers().get(name));
    assertThat(requireNonNull(figures.all()).at10().ndcg().value())
        .isCloseTo(ndcg(cases, order, c -> c.heldOut), within(1e-6));
    assertThat(requireNonNull(figures.liked()).at10().ndcg().value())
        .isCloseTo(
            ndcg(
                cases,
                order,
                c -> c.heldOut.stream().filter(row -> row.rating >= LIKED_FROM).toList()),
            within(1e-6));
  }

  private static double ndcg(
      List<Case> cases, List<Integer> order, Function<Case, List<RatingRow>> relevance) {
    double sum = 0;
    int users = 0;
    for (Case user : cases) {
      Set<Integer> relevant = new HashSet<>();
      relevance.apply(user).forEach(row -> relevant.add(row.item));
      if (relevant.isEmpty()) {
        continue;
      }
      Set<Integer> knownItems = new HashSet<>();
      user.history.forEach(row -> knownItems.add(row.item));
      List<Integer> list =
          order.stream().filter(item -> !knownItems.contains(item)).limit(10).toList();
      double gain = 0;
      double ideal = 0;
      for (int i = 0; i < 10; i++) {
        double discount = Math.log(2) / Math.log(i + 2);
        gain += i < list.size() && relevant.contains(list.get(i)) ? discount : 0;
        ideal += i < relevant.size() ? discount : 0;
      }
      sum += gain / ideal;
      users++;
    }
    return sum / users;
  }

  /// Returns the bias baseline of the replayed ratings: each user's bias comes from all their earlier
  /// ratings.
  private static void assertBiases(
      SetFigures figures,
      List<RatingRow> training,
      Map<Integer, List<RatingRow>> users,
      Map<Integer, Integer> popularity) {
    double mean = training.stream().mapToDouble(RatingRow::rating).average().orElseThrow();
    Map<Integer, Double> itemBias = new HashMap<>();
    training.forEach(row -> itemBias.merge(row.item, row.rating - mean, Double::sum));
    itemBias.replaceAll((item, sum) -> sum / (25 + requireNonNull(popularity.get(item))));
    double squares = 0;
    double itemMeanSquares = 0;
    int rows = 0;
    Map<String, double[]> byActivity = new TreeMap<>();
    Map<String, double[]> byPopularity = new TreeMap<>();
    Map<Integer, Double> itemMean =
        training.stream()
            .collect(
                Collectors.groupingBy(
                    RatingRow::item, Collectors.averagingDouble(RatingRow::rating)));
    for (Map.Entry<Integer, List<RatingRow>> user : users.entrySet()) {
      List<RatingRow> history =
          new ArrayList<>(byUser(training).getOrDefault(user.getKey(), List.of()));
      for (RatingRow row : inCatalog(user.getValue(), popularity)) {
        double bias =
            history.stream()
                    .mapToDouble(k -> k.rating - mean - requireNonNull(itemBias.get(k.item)))
                    .sum()
                / (10 + history.size());
        double predicted = Math.clamp(mean + requireNonNull(itemBias.get(row.item)) + bias, 0.5, 5);
        double error = Math.pow(row.rating - predicted, 2);
        squares += error;
        itemMeanSquares += Math.pow(row.rating - requireNonNull(itemMean.get(row.item)), 2);
        rows++;
        int known = history.size();
        String activity = known == 0 ? "0" : known < 5 ? "1-4" : known < 20 ? "5-19" : "20-99";
        add(byActivity, activity, error);
        add(byPopularity, requireNonNull(popularity.get(row.item)) < 10 ? "0-9" : "10-99", error);
        history.add(row);
      }
    }
    RatingFigures replayed = requireNonNull(figures.replayedRatings());
    assertThat(replayed.ratings()).isEqualTo(rows);
    assertThat(replayed.baselineRmse()).isCloseTo(Math.sqrt(squares / rows), within(1e-5));
    assertThat(replayed.itemMeanRmse()).isCloseTo(Math.sqrt(itemMeanSquares / rows), within(1e-5));
    RatingDetail detail = requireNonNull(replayed.detail());
    assertBands(detail.byActivity(), byActivity);
    assertBands(detail.byPopularity(), byPopularity);
    assertThat(detail.byTime()).singleElement().extracting(RatingBand::band).isEqualTo("1970-01");
    assertThat(detail.calibration().stream().mapToLong(CalibrationBin::ratings).sum())
        .isEqualTo(rows);
    double biasOfPredictions =
        detail.calibration().stream()
            .mapToDouble(bin -> bin.ratings() * (bin.predicted() - bin.actual()))
            .sum();
    assertThat(Math.abs(biasOfPredictions / rows)).isLessThan(replayed.mae());
    for (CalibrationBin bin : detail.calibration()) {
      assertThat(bin.predicted()).isBetween(bin.from(), bin.to());
    }
    Interval difference = requireNonNull(detail.differences().get("biases"));
    assertThat(difference.value())
        .isCloseTo(replayed.rmse() - replayed.baselineRmse(), within(1e-6));
    assertThat(difference.low()).isLessThan(difference.value());
    assertThat(difference.high()).isGreaterThan(difference.value());
  }

  private static void add(Map<String, double[]> bands, String band, double error) {
    double[] sums = bands.computeIfAbsent(band, _ -> new double[2]);
    sums[0]++;
    sums[1] += error;
  }

  private static void assertBands(List<RatingBand> bands, Map<String, double[]> expected) {
    assertThat(bands)
        .extracting(RatingBand::band)
        .containsExactlyInAnyOrderElementsOf(expected.keySet());
    for (RatingBand band : bands) {
      double[] sums = requireNonNull(expected.get(band.band()));
      assertThat(band.ratings()).as(band.band()).isEqualTo((long) sums[0]);
      assertThat(band.baselineRmse())
          .as(band.band())
          .isCloseTo(Math.sqrt(sums[1] / sums[0]), within(1e-5));
    }
  }

  /// Counts the rows of a window by what training knows of them.
  private static void assertCoverage(
      SetFigures figures, List<RatingRow> training, List<RatingRow> window) {
    Set<Integer> users = new HashSet<>();
    Set<Integer> items = new HashSet<>();
    training.forEach(
        row -> {
          users.add(row.user);
          items.add(row.item);
        });
    double rows = window.size();
    Map<List<Boolean>, Long> counts =
        window.stream()
            .collect(
                Collectors.groupingBy(
                    row -> List.of(users.contains(row.user), items.contains(row.item)),
                    Collectors.counting()));
    assertThat(figures.coverage())
        .isEqualTo(
            new Coverage(
                window.size(),
                counts.getOrDefault(List.of(true, true), 0L) / rows,
                counts.getOrDefault(List.of(false, true), 0L) / rows,
                counts.getOrDefault(List.of(true, false), 0L) / rows,
                counts.getOrDefault(List.of(false, false), 0L) / rows));
  }

  /// In a band of items, only the items of the band are relevant.
  private static void assertRankingBands(
      RankingFigures ranking,
      List<Case> cases,
      Map<Integer, Integer> popularity,
      List<Integer> order) {
    assertThat(ranking.byActivity().stream().mapToInt(RankingBand::users).sum())
        .isEqualTo(cases.size());
    for (RankingBand band : ranking.byPopularity()) {
      Function<Case, List<RatingRow>> relevance =
          c ->
              c.heldOut.stream()
                  .filter(
                      row ->
                          (requireNonNull(popularity.get(row.item)) < 10)
                              == band.band().equals("0-9"))
                  .toList();
      assertThat(band.users())
          .isEqualTo((int) cases.stream().filter(c -> !relevance.apply(c).isEmpty()).count());
      assertThat(band.recentlyPopular()).isCloseTo(ndcg(cases, order, relevance), within(1e-6));
    }
    assertThat(ranking.byTime())
        .singleElement()
        .satisfies(
            band -> {
              assertThat(band.users()).isEqualTo(cases.size());
              assertThat(band.ndcgAt10())
                  .isCloseTo(requireNonNull(ranking.ndcgAt10("preference")).value(), within(1e-6));
            });
  }
}
