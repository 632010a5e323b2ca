package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.step.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// Requests as callers write them, with single quotes for double ones.
final class Requests {
  private final RecommendationService serving;

  Requests(RecommendationService serving) {
    this.serving = serving;
  }

  static <T> T decode(String json, Class<T> type) {
    try {
      return Json.decode(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  PredictResult predict(String json) {
    return serving.predict(decode(json, PredictRequest.class));
  }

  RecommendResult recommend(String json) {
    return serving.recommend(decode(json, RecommendRequest.class));
  }

  SimilarResult similar(String json) {
    return serving.similar(decode(json, SimilarRequest.class));
  }

  FoldInResult foldIn(String json) {
    return serving.foldIn(decode(json, FoldInRequest.class));
  }

  PopularResult popular(String json) {
    return serving.popular(decode(json, PopularRequest.class));
  }

  ModelInfoResult modelInfo(String json) {
    return serving.modelInfo(decode(json, ModelInfoRequest.class));
  }

  /// The answer of `serve`, as it is sent.
  String serve(String json) {
    return new String(
        Json.write(new Router(serving).route(decode(json, ServeRequest.class))),
        StandardCharsets.UTF_8);
  }
}
