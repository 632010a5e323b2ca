package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import java.util.List;
import java.util.Set;

/// The column names of a ratings file.
///
/// @param user the column of user ids
/// @param item the column of item ids
/// @param rating the column of ratings
/// @param timestamp the column of times in epoch seconds
public record RatingsColumns(String user, String item, String rating, String timestamp) {
  static final RatingsColumns MOVIELENS =
      new RatingsColumns("userId", "movieId", "rating", "timestamp");

  /// @throws RequestException if a name is missing or occurs twice
  public RatingsColumns {
    requireName("user", user);
    requireName("item", item);
    requireName("rating", rating);
    requireName("timestamp", timestamp);
    List<String> names = List.of(user, item, rating, timestamp);
    if (Set.copyOf(names).size() < names.size()) {
      throw RequestException.invalid(
          "field 'columns': expected four different names, found " + String.join(", ", names));
    }
  }

  @SuppressWarnings("NullAway") // fields missing from a request arrive as null
  private static void requireName(String field, String name) {
    if (name == null || name.isBlank()) {
      throw RequestException.invalid(
          "field 'columns." + field + "' is missing; expected the name of a column");
    }
  }

  List<String> names() {
    return List.of(user, item, rating, timestamp);
  }
}
