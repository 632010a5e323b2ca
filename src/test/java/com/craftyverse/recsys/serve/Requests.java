package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.step.RequestJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// Requests as JSON with single quotes instead of double ones.
public final class Requests {
  private final RecommendationService serving;

  public Requests(RecommendationService serving) {
    this.serving = serving;
  }

  public static <T> T decode(String json, Class<T> type) {
    try {
      return RequestJson.decode(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public PredictResult predict(String json) {
    return serving.predict(decode(json, PredictRequest.class));
  }

  public RecommendResult recommend(String json) {
    return serving.recommend(decode(json, RecommendRequest.class));
  }

  public SimilarResult similar(String json) {
    return serving.similar(decode(json, SimilarRequest.class));
  }

  public FoldInResult foldIn(String json) {
    return serving.foldIn(decode(json, FoldInRequest.class));
  }

  public PopularResult popular(String json) {
    return serving.popular(decode(json, PopularRequest.class));
  }

  public ModelInfoResult modelInfo(String json) {
    return serving.modelInfo(decode(json, ModelInfoRequest.class));
  }

  /// Returns the JSON answer of `serve`.
  public String serve(String json) {
    return new String(
        Json.write(new Router(serving).route(decode(json, ServeRequest.class))),
        StandardCharsets.UTF_8);
  }
}
