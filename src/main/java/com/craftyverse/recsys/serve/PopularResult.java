package com.craftyverse.recsys.serve;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The items that most users chose.
///
/// @param dataset the dataset whose model answered
/// @param model the model's id
/// @param period the time that was counted; `all`, whatever was asked for, where the training ratings
///     have no times that differ
/// @param candidates how many items passed the filters
/// @param popular those with the most ratings in that time, the most first, equals by item id
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PopularResult(
    String dataset, String model, Period period, int candidates, List<Popular> popular) {

  /// An item that many users chose.
  ///
  /// @param itemId the item
  /// @param title its title, null when it is not known
  /// @param year its year, null when it is not known
  /// @param genres its genres
  /// @param ratings its training ratings in the period
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Popular(
      int itemId,
      @Nullable String title,
      @Nullable Integer year,
      List<String> genres,
      int ratings) {}
}
