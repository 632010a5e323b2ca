package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.step.Request;
import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/// One request of any kind: `{"recommend": {"userId": 17}}`. Just one field is given, and what it holds
/// is that function's request.
///
/// @param predict a [PredictRequest]
/// @param recommend a [RecommendRequest]
/// @param similar a [SimilarRequest]
/// @param foldIn a [FoldInRequest]
/// @param popular a [PopularRequest]
/// @param modelInfo a [ModelInfoRequest]
public record ServeRequest(
    @Nullable JsonNode predict,
    @Nullable JsonNode recommend,
    @Nullable JsonNode similar,
    @Nullable JsonNode foldIn,
    @Nullable JsonNode popular,
    @Nullable JsonNode modelInfo)
    implements Request {}
