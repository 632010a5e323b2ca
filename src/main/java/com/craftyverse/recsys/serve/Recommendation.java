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
/// @param rating how the user would rate it
/// @param because the user's own ratings that contributed most, if the request asks for an
/// explanation
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Recommendation(
    Id itemId,
    @Nullable String title,
    @Nullable Integer year,
    List<String> genres,
    float score,
    float rating,
    @Nullable List<Contribution> because) {

  /// A rating that contributed to a recommendation.
  ///
  /// @param itemId the item that the user rated
  /// @param title its title, null if unknown
  /// @param rating the user's rating
  /// @param contribution its share of the score: a part of the preference, or stars
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Contribution(Id itemId, @Nullable String title, float rating, float contribution) {}
}
