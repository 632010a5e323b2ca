package com.craftyverse.recsys.report;

import com.craftyverse.recsys.format.Verdict;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The figures of an evaluation that the report shows; `evaluate` says what each means.
@JsonIgnoreProperties(ignoreUnknown = true)
record Evaluation(
    String modelId,
    String protocol,
    String rankBy,
    @Nullable Double likedFrom,
    @Nullable Double trainedUntil,
    Verdict verdict,
    boolean publishable,
    @Nullable Published published,
    @Nullable Uncertainty uncertainty,
    FigureSet validation,
    FigureSet test) {
  /// Returns whether the model learned from ratings; if not, it learned from choices without ratings.
  boolean hasRatings() {
    return likedFrom != null;
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  record FigureSet(
      @Nullable Coverage coverage,
      @Nullable Ratings ratings,
      @Nullable Ratings replayedRatings,
      @Nullable Ranking ranking,
      @Nullable String reason) {
    /// Returns the figures with details: of the replay, else of known users and items.
    @Nullable Ratings judgedRatings() {
      return replayedRatings != null ? replayedRatings : ratings;
    }
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Uncertainty(double level, @Nullable Interval coverage, long ratings, int users) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Coverage(long rows, double warm, double coldUser, double coldItem, double coldBoth) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Ratings(
      long ratings,
      int users,
      double rmse,
      double mae,
      double baselineRmse,
      double globalMeanRmse,
      double itemMeanRmse,
      @Nullable Detail detail) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Detail(
      Map<String, Interval> differences,
      List<RatingBand> byActivity,
      List<RatingBand> byPopularity,
      List<RatingBand> byTime,
      List<Bin> calibration) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record RatingBand(String band, long ratings, double rmse, double baselineRmse) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Bin(double from, double to, long ratings, double predicted, double actual) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Ranking(
      int users,
      int likedUsers,
      int usersWithoutHistory,
      long heldOut,
      long outsideCatalogue,
      int items,
      Map<String, Ranker> rankers,
      Map<String, Interval> lead,
      List<RankingBand> byActivity,
      List<RankingBand> byPopularity,
      List<RankingBand> byTime) {
    /// Returns the NDCG@10 of a ranker; null if there is no such ranker.
    @Nullable Interval ndcgAt10(String ranker) {
      Ranker figures = rankers.get(ranker);
      return figures == null || figures.all == null ? null : figures.all.at10.ndcg;
    }
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Ranker(@Nullable Relevance all, @Nullable Relevance liked, Lists listsAt10) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Relevance(Cutoff at10, Cutoff at20) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Cutoff(
      Interval ndcg, Interval recall, Interval precision, Interval hitRate, Interval mrr) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Lists(double coverage, double gini, double medianPopularity) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record RankingBand(String band, int users, double ndcgAt10, double recentlyPopular) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Published(
      String model,
      String scoredModel,
      @Nullable ComparedRatings ratings,
      @Nullable ComparedRanking ranking,
      @Nullable String reason) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record ComparedRatings(
      long ratings, int users, double rmse, double publishedRmse, Interval difference) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record ComparedRanking(
      int users, double ndcgAt10, double publishedNdcgAt10, Interval difference) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Interval(double value, double low, double high) {}
}
