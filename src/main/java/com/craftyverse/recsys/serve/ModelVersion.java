package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.Rows;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A version of a dataset's model. What cannot be read is null, and `problem` says why.
///
/// @param model its id
/// @param current whether it answers requests
/// @param published when it was last published, in UTC; null if it never was
/// @param trained when its training ended, in UTC
/// @param scoredModel the model that `scores` are of: this one, or, if this one was retrained on all rows,
///     the one whose parameters it uses
/// @param rows the sets of the split that it was trained on: `train`, `trainAndValidation` or `all`
/// @param feedback whether it learned from ratings or from choices without ratings
/// @param users number of known users
/// @param items number of known items
/// @param ratings number of training ratings, or of pairs of a user and a chosen item
/// @param factors the length of its vectors for ratings; 0 for choices
/// @param rankingFactors the length of its vectors for ranking, null if it has none
/// @param scores its scores on the test set, null if it was not evaluated
/// @param verdict whether it deserves to be published, null if that was not decided
/// @param report the key of its report, which a local server also serves at that path; null if it has none
/// @param problem what is wrong with its files, null if nothing is
@RecordBuilder
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelVersion(
    String model,
    boolean current,
    @Nullable String published,
    @Nullable String trained,
    @Nullable String scoredModel,
    @Nullable Rows rows,
    @Nullable Feedback feedback,
    @Nullable Integer users,
    @Nullable Integer items,
    @Nullable Long ratings,
    @Nullable Integer factors,
    @Nullable Integer rankingFactors,
    @Nullable Scores scores,
    @Nullable Verdict verdict,
    @Nullable String report,
    @Nullable String problem) {

  /// Scores on the test set beside those of baselines.
  ///
  /// @param rmse root mean squared error of predicted ratings; null for choices
  /// @param baselineRmse that of mean and biases alone
  /// @param ratings number of predicted ratings
  /// @param ndcgAt10 mean NDCG@10 of `preference`, `rating`, `mostPopular` and `recentlyPopular`
  /// @param users number of users who were recommended items
  /// @param reason why scores are missing, if any are
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Scores(
      @Nullable Double rmse,
      @Nullable Double baselineRmse,
      @Nullable Long ratings,
      @Nullable Map<String, Double> ndcgAt10,
      @Nullable Integer users,
      @Nullable String reason) {}

  /// The decision whether a model deserves to be published.
  ///
  /// @param decision `accepted`, `refused` or `insufficientEvidence`
  /// @param reasons why, a sentence each
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Verdict(String decision, List<String> reasons) {}
}
