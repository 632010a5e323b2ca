package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The column names of a ratings file. The columns of a file without a header are named `1`, `2` and so on.
///
/// @param user the column of user ids
/// @param item the column of item ids
/// @param rating the column of ratings
/// @param timestamp the column of times; null if the file has none or they are not to be used
public record RatingsColumns(String user, String item, String rating, @Nullable String timestamp) {
  static final RatingsColumns MOVIELENS =
      new RatingsColumns("userId", "movieId", "rating", "timestamp");

  /// @throws RequestException if a name is missing or occurs twice
  public RatingsColumns {
    requireName("user", user);
    requireName("item", item);
    requireName("rating", rating);
    if (timestamp != null) {
      requireName("timestamp", timestamp);
    }
    List<String> names = Stream.of(user, item, rating, timestamp).filter(Objects::nonNull).toList();
    if (Set.copyOf(names).size() < names.size()) {
      throw RequestException.invalid(
          "field 'columns': expected different names, found " + String.join(", ", names));
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
    return Stream.of(user, item, rating, timestamp).filter(Objects::nonNull).toList();
  }
}
