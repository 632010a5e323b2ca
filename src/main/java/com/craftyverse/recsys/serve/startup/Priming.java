package com.craftyverse.recsys.serve.startup;

import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.RankingCard;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.model.ItemFactors;
import com.craftyverse.recsys.model.TopItems;
import com.craftyverse.recsys.serve.RankBy;
import com.craftyverse.recsys.serve.RecommendRequest;
import com.craftyverse.recsys.serve.RecommendResult;
import com.craftyverse.recsys.serve.Recommendation;
import com.craftyverse.recsys.serve.ServeRequest;
import com.craftyverse.recsys.serve.ServeResult;
import com.craftyverse.recsys.serve.Source;
import com.craftyverse.recsys.step.RequestJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/// Primes the process: runs the code that loads a model and the code of a first answer once, on tiny data
/// and in the same order, so that the JVM loads and links their classes. It runs on a thread that would
/// otherwise wait.
public final class Priming {
  private static final CurrentModel CURRENT =
      new CurrentModel(
          "dataset",
          "model",
          null,
          "",
          List.of(new CurrentModel.Publication("model", null, "", "", null, null)));
  private static final ModelCard CARD =
      new ModelCard(
          ModelCard.FORMAT_VERSION,
          "biased",
          "dataset",
          "model",
          1,
          0,
          3.5f,
          3.5f,
          RatingScale.STARS,
          1,
          1,
          1,
          1,
          Rows.ALL,
          null,
          new RankingCard(1, 1, 1, 1, 1f, 5f),
          null,
          List.of());
  private static final String REQUEST = "{\"recommend\": {\"userId\": 1, \"n\": 1}}";

  private Priming() {}

  /// Runs the code once.
  ///
  /// @return the answer to a request on the tiny model
  public static byte[] run() {
    try {
      CurrentModel current = Json.read(Json.write(CURRENT), CurrentModel.class, "");
      ModelCard card = Json.read(Json.write(CARD), ModelCard.class, "");
      ItemFactors items = new ItemFactors(1, card.factors());
      boolean _ =
          items.set(
              0,
              new FloatColumn(MemorySegment.ofArray(new byte[4])),
              new FloatColumn(MemorySegment.ofArray(new byte[4])));
      ServeRequest request =
          RequestJson.decode(REQUEST.getBytes(StandardCharsets.UTF_8), ServeRequest.class);
      RecommendRequest recommendRequest =
          RequestJson.decode(Objects.requireNonNull(request.recommend()), RecommendRequest.class);
      float[] vector = items.padded(new float[1]);
      float[] scores = items.products(vector);
      int item = TopItems.of(scores, 1, null)[0];
      return Json.write(
          new ServeResult(
              new RecommendResult(
                  current.dataset(),
                  current.model(),
                  recommendRequest.userId(),
                  Source.model,
                  null,
                  RankBy.preference,
                  null,
                  1,
                  List.of(
                      new Recommendation(
                          Id.of(1),
                          "title",
                          2000,
                          List.of("genre"),
                          scores[item],
                          items.score(card.globalMean(), vector, item),
                          null)))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
