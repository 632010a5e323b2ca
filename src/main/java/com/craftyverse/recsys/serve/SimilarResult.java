package com.craftyverse.recsys.serve;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The items nearest to an item.
///
/// @param dataset the dataset whose model answered
/// @param model the model's id
/// @param itemId the item
/// @param title its title, null when it is not known
/// @param candidates how many items passed the filters
/// @param similar the nearest of them, the nearest first, equals by item id
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SimilarResult(
    String dataset,
    String model,
    int itemId,
    @Nullable String title,
    int candidates,
    List<Similar> similar) {

  /// An item that is near.
  ///
  /// @param itemId the item
  /// @param title its title, null when it is not known
  /// @param year its year, null when it is not known
  /// @param genres its genres
  /// @param similarity the cosine of the angle between the two items' factors, -1 to 1
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Similar(
      int itemId,
      @Nullable String title,
      @Nullable Integer year,
      List<String> genres,
      float similarity) {}
}
