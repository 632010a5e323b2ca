package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Id;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A page of the items that match a search.
///
/// @param dataset the dataset whose model answered
/// @param model the model's id
/// @param total number of items that match
/// @param offset number of those before the page
/// @param items the page: the items with the most training ratings first, ties by item id
public record ItemsResult(String dataset, String model, int total, int offset, List<Item> items) {

  /// An item.
  ///
  /// @param itemId the item
  /// @param title its title, null if unknown
  /// @param year its year, null if unknown
  /// @param genres its genres
  /// @param ratings its training ratings
  /// @param recentRatings those in the latest fifth of all training ratings
  /// @param attributes the values of its attributes, by name; null if the dataset's items have none
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Item(
      Id itemId,
      @Nullable String title,
      @Nullable Integer year,
      List<String> genres,
      int ratings,
      int recentRatings,
      @Nullable Map<String, String> attributes) {}
}
