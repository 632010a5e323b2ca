package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.step.RequestJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// Requests as JSON with single quotes instead of double ones.
public final class Requests {
  private final RecommendationService service;

  public Requests(RecommendationService service) {
    this.service = service;
  }

  public static <T> T decode(String json, Class<T> type) {
    try {
      return RequestJson.decode(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public PredictResult predict(String json) {
    return service.predict(decode(json, PredictRequest.class));
  }

  public RecommendResult recommend(String json) {
    return service.recommend(decode(json, RecommendRequest.class));
  }

  public SimilarResult similar(String json) {
    return service.similar(decode(json, SimilarRequest.class));
  }

  public FoldInResult foldIn(String json) {
    return service.foldIn(decode(json, FoldInRequest.class));
  }

  public PopularResult popular(String json) {
    return service.popular(decode(json, PopularRequest.class));
  }

  public ItemsResult items(String json) {
    return service.items(decode(json, ItemsRequest.class));
  }

  public HistoryResult history(String json) {
    return service.history(decode(json, HistoryRequest.class));
  }

  public ModelsResult models(String json) {
    return service.models(decode(json, ModelsRequest.class));
  }

  public ModelInfoResult modelInfo(String json) {
    return service.modelInfo(decode(json, ModelInfoRequest.class));
  }

  /// Returns the JSON answer of `serve`.
  public String serve(String json) {
    return new String(
        Json.write(new Router(service).route(decode(json, ServeRequest.class))),
        StandardCharsets.UTF_8);
  }
}
