package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.index.Index;
import com.craftyverse.recsys.index.IndexRequest;
import com.craftyverse.recsys.ingest.Ingest;
import com.craftyverse.recsys.ingest.IngestRequest;
import com.craftyverse.recsys.split.Split;
import com.craftyverse.recsys.split.SplitRequest;
import com.craftyverse.recsys.split.SplitRequestBuilder;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.train.Train;
import com.craftyverse.recsys.train.TrainRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A benchmark of recommendation accuracy with the default parameters, under both protocols. Within users, it
/// holds out a random quarter of each user's ratings, retrains the model on training and validation rows, and
/// averages the seeds 1, 2 and 3. The replay uses the latest quarter of the ratings.
///
/// Arguments: a ratings file and a directory for the store.
public final class RankingAccuracy {
  private static final int SEEDS = 3;

  private final LocalObjectStore store;
  private final String dataset;

  private RankingAccuracy(LocalObjectStore store, String dataset) {
    this.store = store;
    this.dataset = dataset;
  }

  /// @param arguments the ratings file and the directory
  public static void main(String[] arguments) throws IOException {
    Path upload = Path.of(arguments[0]);
    LocalObjectStore store = new LocalObjectStore(Path.of(arguments[1]));
    Path copy = store.newTempFile();
    Files.write(copy, Files.readAllBytes(upload));
    String key = "raw/ranking/" + upload.getFileName();
    store.put(key, copy);
    String dataset = new Ingest(store).run(IngestRequest.of(key)).manifest();
    RankingAccuracy accuracy = new RankingAccuracy(store, Objects.requireNonNull(dataset));
    Map<String, Double> sums = new TreeMap<>();
    for (int seed = 1; seed <= SEEDS; seed++) {
      RankingFigures ranking = accuracy.withinUsers(seed);
      printFigures("within users, seed " + seed, ranking);
      ranking
          .rankers()
          .forEach(
              (name, figures) -> {
                sums.merge(name, ndcg(figures.all()), Double::sum);
                sums.merge(name + ", liked", ndcg(figures.liked()), Double::sum);
              });
    }
    sums.forEach((name, sum) -> print("within users, mean: %s %.4f", name, sum / SEEDS));
    printFigures("replay of the latest quarter", accuracy.replay());
  }

  private RankingFigures withinUsers(int seed) throws IOException {
    String split = new Split(store).run(SplitRequest.withinUsers(dataset, 0.25, seed)).manifest();
    String scored = train(IndexRequest.of(split));
    String index =
        new Index(store).run(IndexRequest.of(split, Rows.TRAIN_AND_VALIDATION)).manifest();
    return test(new Train(store).run(TrainRequest.refit(index, scored)).model());
  }

  private RankingFigures replay() throws IOException {
    String split =
        new Split(store)
            .run(
                SplitRequestBuilder.builder()
                    .manifest(dataset)
                    .trainRatio(0.75)
                    .testRatio(0.2499)
                    .build())
            .manifest();
    return test(train(IndexRequest.of(split)));
  }

  private String train(IndexRequest request) throws IOException {
    String index = new Index(store).run(request).manifest();
    return new Train(store).run(TrainRequest.of(index)).model();
  }

  private RankingFigures test(String model) throws IOException {
    return Objects.requireNonNull(
        new Evaluate(store).run(EvaluateRequest.of(model)).figures().test().ranking());
  }

  private static double ndcg(RankerFigures.@Nullable Relevance relevance) {
    return Objects.requireNonNull(relevance).at10().ndcg().value();
  }

  private static void printFigures(String label, RankingFigures ranking) {
    ranking
        .rankers()
        .forEach(
            (name, figures) -> {
              RankerFigures.Relevance all = Objects.requireNonNull(figures.all());
              RankerFigures.Relevance liked = Objects.requireNonNull(figures.liked());
              Interval ndcg = all.at10().ndcg();
              print(
                  "%s: %-15s NDCG@10 %.4f (%.4f to %.4f), liked %.4f, recall@20 %.4f, coverage"
                      + " %.3f, %d users",
                  label,
                  name,
                  ndcg.value(),
                  ndcg.low(),
                  ndcg.high(),
                  liked.at10().ndcg().value(),
                  all.at20().recall().value(),
                  figures.listsAt10().coverage(),
                  ranking.users());
            });
    ranking
        .lead()
        .forEach(
            (name, lead) ->
                print(
                    "%s: ahead of %s by %.4f (%.4f to %.4f)",
                    label, name, lead.value(), lead.low(), lead.high()));
  }

  private static void print(String format, Object... arguments) {
    System.out.println(String.format(Locale.ROOT, format, arguments));
  }
}
