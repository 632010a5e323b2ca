package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import java.util.List;
import java.util.Set;

/// The names of the columns of a ratings file.
///
/// @param user ids of users
/// @param item ids of what they rated
/// @param rating their ratings
/// @param timestamp when, in epoch seconds
public record RatingsColumns(String user, String item, String rating, String timestamp) {
  static final RatingsColumns MOVIELENS =
      new RatingsColumns("userId", "movieId", "rating", "timestamp");

  /// @throws RequestException when one is missing, or one is there twice
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

  @SuppressWarnings("NullAway") // what a request leaves out arrives as null all the same
  private static void requireName(String field, String name) {
    if (name == null || name.isBlank()) {
      throw RequestException.invalid(
          "field 'columns." + field + "' is missing: the name of a column was expected");
    }
  }

  List<String> names() {
    return List.of(user, item, rating, timestamp);
  }
}
