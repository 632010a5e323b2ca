package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Id;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The items nearest to an item.
///
/// @param dataset the dataset whose model answered
/// @param model the model's id
/// @param itemId the item
/// @param title its title, null if unknown
/// @param candidates number of items that passed the filters
/// @param similar the nearest of them, nearest first, ties by item id
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SimilarResult(
    String dataset,
    String model,
    Id itemId,
    @Nullable String title,
    int candidates,
    List<Similar> similar) {

  /// An item near the given one.
  ///
  /// @param itemId the item
  /// @param title its title, null if unknown
  /// @param year its year, null if unknown
  /// @param genres its genres
  /// @param similarity the cosine between the two items' factors, -1 to 1
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Similar(
      Id itemId,
      @Nullable String title,
      @Nullable Integer year,
      List<String> genres,
      float similarity) {}
}
