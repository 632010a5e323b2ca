package com.craftyverse.recsys.report;

import com.craftyverse.recsys.evaluate.Evaluate;
import com.craftyverse.recsys.evaluate.EvaluateRequest;
import com.craftyverse.recsys.evaluate.EvaluateResult;
import com.craftyverse.recsys.index.Index;
import com.craftyverse.recsys.index.IndexRequest;
import com.craftyverse.recsys.ingest.Ingest;
import com.craftyverse.recsys.ingest.IngestRequestBuilder;
import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.publish.Publish;
import com.craftyverse.recsys.publish.PublishRequest;
import com.craftyverse.recsys.split.Split;
import com.craftyverse.recsys.split.SplitRequest;
import com.craftyverse.recsys.storage.ObjectStore;
import com.craftyverse.recsys.train.Train;
import com.craftyverse.recsys.train.TrainRequestBuilder;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Takes uploads whose every text tries to become markup through the steps.
public final class Pipeline {
  /// Would run if it became markup.
  public static final String HOSTILE = "<img src=x onerror=\"document.title='taken'\">&amp;'";

  private final ObjectStore store;

  /// @param store an empty store
  public Pipeline(ObjectStore store) {
    this.store = store;
  }

  /// Evaluates a model of a hostile upload.
  ///
  /// @param dataset the dataset's name
  /// @param ratings number of ratings, of 60 users and 40 items
  public EvaluateResult hostile(String dataset, int ratings) throws IOException {
    return run(dataset, hostileZip(ratings), SplitRequest::of, UnaryOperator.identity());
  }

  /// Evaluates a model.
  ///
  /// @param split makes the request to split from the dataset's manifest
  /// @param parameters adds parameters of training
  EvaluateResult run(
      String dataset,
      byte[] zip,
      Function<String, SplitRequest> split,
      UnaryOperator<TrainRequestBuilder> parameters)
      throws IOException {
    String key = "raw/" + dataset + "/it's <b>&amp; here.zip";
    store.delete(key);
    store.put(key, zip);
    String manifest =
        new Ingest(store)
            .run(IngestRequestBuilder.builder().key(key).onBadRow("skip").maxBadRows(10L).build())
            .manifest();
    manifest = new Split(store).run(split.apply(manifest)).manifest();
    manifest = new Index(store).run(IndexRequest.of(manifest)).manifest();
    manifest =
        new Train(store)
            .run(
                parameters
                    .apply(
                        TrainRequestBuilder.builder()
                            .manifest(manifest)
                            .factors(4)
                            .epochs(3)
                            .rankingFactors(8)
                            .rankingEpochs(2))
                    .build())
            .model();
    return new Evaluate(store).run(EvaluateRequest.of(manifest));
  }

  /// Publishes the model of an evaluation.
  void publish(EvaluateResult evaluation) throws IOException {
    new Publish(store, 5).run(new PublishRequest(evaluation.manifest()));
  }

  static byte[] hostileZip(int ratings) {
    StringBuilder items = new StringBuilder("movieId,title,genres\n");
    for (int item = 1; item <= 40; item++) {
      String title = HOSTILE.replace("\"", "\"\"") + " " + item;
      items.append(item).append(",\"").append(title).append("\",").append(HOSTILE_GENRE);
    }
    items.append("x").append(HOSTILE_GENRE);
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put("set/ratings.csv", ratings(ratings));
    entries.put("set/movies.csv", items.toString());
    entries.put("set/<script>document.title='taken'</script>.txt", "");
    return Uploads.zip(entries);
  }

  private static final String HOSTILE_GENRE = "<script>\n";

  private static String ratings(int count) {
    StringBuilder csv = new StringBuilder(Uploads.HEADER);
    csv.append("1,<script>document.title='taken'</script>,3,1500000000\n");
    Random random = new Random(1);
    for (int i = 0; i < count; i++) {
      int user = 1 + random.nextInt(60);
      int item = 1 + (int) (40 * random.nextDouble() * random.nextDouble());
      int stars = 1 + (user * 7 + item * 3 + random.nextInt(2)) % 5;
      csv.append(user).append(',').append(item).append(',').append(stars).append(',');
      csv.append(1_500_000_000L + 36_000L * i).append('\n');
    }
    return csv.toString();
  }
}
