package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.step.Request;
import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/// A request of any kind, such as `{"recommend": {"userId": 17}}`. Exactly one field is set; it holds
/// that function's request.
///
/// @param predict a [PredictRequest]
/// @param recommend a [RecommendRequest]
/// @param similar a [SimilarRequest]
/// @param foldIn a [FoldInRequest]
/// @param popular a [PopularRequest]
/// @param items an [ItemsRequest]
/// @param history a [HistoryRequest]
/// @param models a [ModelsRequest]
/// @param modelInfo a [ModelInfoRequest]
public record ServeRequest(
    @Nullable JsonNode predict,
    @Nullable JsonNode recommend,
    @Nullable JsonNode similar,
    @Nullable JsonNode foldIn,
    @Nullable JsonNode popular,
    @Nullable JsonNode items,
    @Nullable JsonNode history,
    @Nullable JsonNode models,
    @Nullable JsonNode modelInfo)
    implements Request {}
