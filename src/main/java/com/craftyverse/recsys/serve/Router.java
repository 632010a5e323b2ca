package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.RequestJson;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Dispatches a request of any kind to its function.
public final class Router {
  private final RecommendationService service;

  /// @param service answers the requests
  public Router(RecommendationService service) {
    this.service = service;
  }

  /// Answers the one request that is set.
  ///
  /// @throws RequestException if none or more than one is set, or if the function throws it
  public ServeResult route(ServeRequest request) {
    int given =
        count(request.predict())
            + count(request.recommend())
            + count(request.similar())
            + count(request.foldIn())
            + count(request.popular())
            + count(request.items())
            + count(request.history())
            + count(request.models())
            + count(request.modelInfo());
    if (given != 1) {
      throw RequestException.invalid(
          "the request has "
              + (given == 0 ? "none" : "several")
              + " of the fields predict, recommend, similar, foldIn, popular, items, history, models and"
              + " modelInfo; give one");
    }
    return new ServeResult(answer(request));
  }

  private static int count(@Nullable JsonNode field) {
    return field == null ? 0 : 1;
  }

  /// Not a table of functions, because all its lambdas would be linked before the first call.
  private Object answer(ServeRequest request) {
    if (request.predict() != null) {
      return service.predict(decode(request.predict(), PredictRequest.class));
    }
    if (request.recommend() != null) {
      return service.recommend(decode(request.recommend(), RecommendRequest.class));
    }
    if (request.similar() != null) {
      return service.similar(decode(request.similar(), SimilarRequest.class));
    }
    if (request.foldIn() != null) {
      return service.foldIn(decode(request.foldIn(), FoldInRequest.class));
    }
    if (request.popular() != null) {
      return service.popular(decode(request.popular(), PopularRequest.class));
    }
    if (request.items() != null) {
      return service.items(decode(request.items(), ItemsRequest.class));
    }
    if (request.history() != null) {
      return service.history(decode(request.history(), HistoryRequest.class));
    }
    if (request.models() != null) {
      return service.models(decode(request.models(), ModelsRequest.class));
    }
    return service.modelInfo(
        decode(Objects.requireNonNull(request.modelInfo()), ModelInfoRequest.class));
  }

  private static <Q> Q decode(JsonNode json, Class<Q> type) {
    try {
      return RequestJson.decode(json, type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
