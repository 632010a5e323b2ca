package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Id;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A page of a user's training ratings, or choices where the dataset has choices without ratings.
///
/// @param dataset the dataset whose model answered
/// @param model the model's id
/// @param userId the user
/// @param total number of the user's training ratings
/// @param offset number of those before the page
/// @param ratings the page, newest first; those of the same time by item id
public record HistoryResult(
    String dataset, String model, Id userId, int total, int offset, List<RatedItem> ratings) {

  /// An item that the user rated or chose.
  ///
  /// @param itemId the item
  /// @param title its title, null if unknown
  /// @param year its year, null if unknown
  /// @param genres its genres
  /// @param rating the user's rating; null for a choice
  /// @param amount of the user's choice, such as how often they bought the item; null for a rating
  /// @param time when the user rated it, or chose it last, in UTC; null if the dataset has no times
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record RatedItem(
      Id itemId,
      @Nullable String title,
      @Nullable Integer year,
      List<String> genres,
      @Nullable Float rating,
      @Nullable Float amount,
      @Nullable String time) {
    /// Creates a rated item.
    RatedItem(
        Id itemId,
        @Nullable String title,
        @Nullable Integer year,
        List<String> genres,
        float rating,
        @Nullable String time) {
      this(itemId, title, year, genres, rating, null, time);
    }
  }
}
