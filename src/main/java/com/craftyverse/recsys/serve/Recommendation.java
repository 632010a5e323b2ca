package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Id;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A recommended item.
///
/// @param itemId the item
/// @param title its title, null if unknown
/// @param year its year, null if unknown
/// @param genres its genres
/// @param score what the items are ordered by: the preference, the predicted rating before clipping
///     to the scale, or the number of users who chose the item
/// @param rating how the user would rate it; null where there are choices without ratings
/// @param because the user's own ratings, or choices, that contributed most, if the request asks for an
/// explanation
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Recommendation(
    Id itemId,
    @Nullable String title,
    @Nullable Integer year,
    List<String> genres,
    float score,
    @Nullable Float rating,
    @Nullable List<Contribution> because) {

  /// A rating, or a choice, that contributed to a recommendation.
  ///
  /// @param itemId the item that the user rated or chose
  /// @param title its title, null if unknown
  /// @param rating the user's rating; null for a choice
  /// @param amount of the user's choice; null for a rating
  /// @param contribution its share of the score: a part of the preference, or stars
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Contribution(
      Id itemId,
      @Nullable String title,
      @Nullable Float rating,
      @Nullable Float amount,
      float contribution) {}
}
