package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Id;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The items that most users chose.
///
/// @param dataset the dataset whose model answered
/// @param model the model's id
/// @param period the period that was counted; always `all` if the training ratings have no distinct
/// times
/// @param candidates number of items that passed the filters
/// @param popular the items with the most ratings in that period, most first, ties by item id
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PopularResult(
    String dataset, String model, Period period, int candidates, List<Popular> popular) {

  /// An item that many users chose.
  ///
  /// @param itemId the item
  /// @param title its title, null if unknown
  /// @param year its year, null if unknown
  /// @param genres its genres
  /// @param ratings its training ratings in the period
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Popular(
      Id itemId,
      @Nullable String title,
      @Nullable Integer year,
      List<String> genres,
      int ratings) {}
}
