package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.step.Json;
import com.craftyverse.recsys.step.RequestException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Hands a request of any kind to the function that it is for.
final class Router {
  private final Serving serving;

  Router(Serving serving) {
    this.serving = serving;
  }

  /// Answers the one request that is given.
  ///
  /// @throws RequestException when there is none, or more than one, and as that function does
  ServeResult route(ServeRequest request) {
    List<Supplier<Object>> given = new ArrayList<>();
    add(given, request.predict(), PredictRequest.class, serving::predict);
    add(given, request.recommend(), RecommendRequest.class, serving::recommend);
    add(given, request.similar(), SimilarRequest.class, serving::similar);
    add(given, request.foldIn(), FoldInRequest.class, serving::foldIn);
    add(given, request.modelInfo(), ModelInfoRequest.class, serving::modelInfo);
    if (given.size() != 1) {
      throw RequestException.invalid(
          "the request has "
              + (given.isEmpty() ? "none" : "several")
              + " of the fields predict, recommend, similar, foldIn and modelInfo; give one");
    }
    return new ServeResult(given.getFirst().get());
  }

  private static <Q> void add(
      List<Supplier<Object>> given,
      @Nullable JsonNode json,
      Class<Q> type,
      Function<Q, Object> function) {
    if (json != null) {
      given.add(() -> function.apply(decode(json, type)));
    }
  }

  private static <Q> Q decode(JsonNode json, Class<Q> type) {
    try {
      return Json.decode(json, type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
