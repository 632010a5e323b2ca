package com.craftyverse.recsys.serve;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The part of an evaluation's figures that a list of models needs.
///
/// @param testRmse RMSE on the test set
/// @param test the figures of the test set
/// @param verdict whether the model deserves to be published
@JsonIgnoreProperties(ignoreUnknown = true)
record EvaluationSummary(
    @Nullable Double testRmse, @Nullable TestSet test, ModelVersion.@Nullable Verdict verdict) {

  @JsonIgnoreProperties(ignoreUnknown = true)
  record TestSet(@Nullable Ratings ratings, @Nullable Ranking ranking, @Nullable String reason) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Ratings(@Nullable Long ratings, @Nullable Double baselineRmse) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Ranking(@Nullable Integer users, @Nullable Map<String, Ranker> rankers) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Ranker(@Nullable Relevance all) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Relevance(@Nullable Cutoff at10) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Cutoff(@Nullable Mean ndcg) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Mean(@Nullable Double value) {}

  ModelVersion.Scores scores() {
    Ratings ratings = test == null ? null : test.ratings;
    Ranking ranking = test == null ? null : test.ranking;
    return new ModelVersion.Scores(
        testRmse,
        ratings == null ? null : ratings.baselineRmse,
        ratings == null ? null : ratings.ratings,
        ranking == null ? null : ndcgAt10(ranking),
        ranking == null ? null : ranking.users,
        test == null ? null : test.reason);
  }

  private static Map<String, Double> ndcgAt10(Ranking ranking) {
    Map<String, Double> byRanker = new TreeMap<>();
    if (ranking.rankers != null) {
      ranking.rankers.forEach(
          (name, ranker) -> {
            Cutoff at10 = ranker.all == null ? null : ranker.all.at10;
            Double value = at10 == null || at10.ndcg == null ? null : at10.ndcg.value;
            if (value != null) {
              byRanker.put(name, value);
            }
          });
    }
    return byRanker;
  }
}
