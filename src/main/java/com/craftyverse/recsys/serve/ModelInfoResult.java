package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.RankingCard;
import com.craftyverse.recsys.format.Rows;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A description of the model that answers.
///
/// @param dataset the model's dataset
/// @param model the model's id
/// @param scoredModel the model that `evaluation` describes: this one, or, if this one was
///     retrained on all rows, the one whose parameters it uses
/// @param rows the sets of the split that it was trained on: `train`, `trainAndValidation` or `all`
/// @param kind `biased` or `dot`; `ranking` for a model of choices without ratings
/// @param feedback whether it learned from ratings or from choices without ratings
/// @param published when it was published, in UTC
/// @param trained when its training ended, in UTC, if recorded
/// @param ageSeconds seconds since then, or since publication if that is not recorded
/// @param factors the length of its vectors for ratings; 0 for choices
/// @param users number of known users
/// @param items number of known items
/// @param ratings number of training ratings, or of pairs of a user and a chosen item
/// @param ratingMin the lowest rating of its scale; null for choices
/// @param ratingMax the highest rating of its scale; null for choices
/// @param ratingStep the step of its scale, if declared
/// @param genres the genres of its items, those of the most items first, ties by name
/// @param attributes the names of its items' attributes, which `where` filters by
/// @param sampleUsers up to 10 known users, spread evenly over all by id
/// @param ranking its ranking model, if any
/// @param parameters its training parameters, if recorded
/// @param training its training results, if recorded
/// @param evaluation its errors on the test set, if it was evaluated
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelInfoResult(
    String dataset,
    String model,
    String scoredModel,
    Rows rows,
    String kind,
    Feedback feedback,
    String published,
    @Nullable String trained,
    long ageSeconds,
    int factors,
    int users,
    int items,
    long ratings,
    @Nullable Double ratingMin,
    @Nullable Double ratingMax,
    @Nullable Double ratingStep,
    List<GenreItems> genres,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> attributes,
    List<Id> sampleUsers,
    @Nullable RankingCard ranking,
    @Nullable Map<String, Object> parameters,
    @Nullable Map<String, Object> training,
    @Nullable Map<String, Object> evaluation) {

  /// A genre.
  ///
  /// @param name its name, as filters take it
  /// @param items number of items of this genre
  public record GenreItems(String name, int items) {}
}
