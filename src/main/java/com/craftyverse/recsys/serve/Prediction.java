package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Id;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// A predicted rating, or a score where the model learned from choices without ratings.
///
/// @param userId the user, if the request asks for several
/// @param itemId the item
/// @param title its title, null if the model does not know it
/// @param rating within the scale of the dataset; null for a score
/// @param standardError how far it may be off: the true rating lies within 1.2816 standard errors of it in
///     80 of 100 cases. Null if the evaluation had too few ratings by users and of items that are known as well,
///     and for a score
/// @param kind `score` for a score; null for a rating
/// @param score the ranking model's: the higher, the more likely the user is to choose the item, compared with other
///     items. It is no probability. Null for a rating, and if the user or the item is unknown
/// @param source where the rating or score comes from
/// @param reason why it is a fallback, null if it is not
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Prediction(
    @Nullable Id userId,
    Id itemId,
    @Nullable String title,
    @Nullable Float rating,
    @Nullable Float standardError,
    @Nullable String kind,
    @Nullable Float score,
    Source source,
    @Nullable String reason) {
  private static final String SCORE = "score";

  /// Creates a predicted rating.
  Prediction(
      @Nullable Id userId,
      Id itemId,
      @Nullable String title,
      float rating,
      @Nullable Float standardError,
      Source source,
      @Nullable String reason) {
    this(userId, itemId, title, rating, standardError, null, null, source, reason);
  }

  /// Creates a score.
  static Prediction score(
      @Nullable Id userId,
      Id itemId,
      @Nullable String title,
      @Nullable Float score,
      Source source,
      @Nullable String reason) {
    return new Prediction(userId, itemId, title, null, null, SCORE, score, source, reason);
  }
}
