package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The column names of a ratings file. The columns of a file without a header are named `1`, `2` and so on. Without a
/// rating, each row is a choice.
///
/// @param user the column of user ids
/// @param item the column of item ids
/// @param rating the column of ratings; null if the rows are choices
/// @param timestamp the column of times; null if the file has none or they are not to be used
/// @param count the column with the number of choices, such as plays; null if each row is one choice
/// @param event the column with the kind of event; null without one
public record RatingsColumns(
    String user,
    String item,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String rating,
    @Nullable String timestamp,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String count,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String event) {
  static final RatingsColumns MOVIELENS =
      new RatingsColumns("userId", "movieId", "rating", "timestamp");

  /// The columns of a table of ratings.
  public RatingsColumns(String user, String item, String rating, @Nullable String timestamp) {
    this(user, item, rating, timestamp, null, null);
  }

  /// @throws RequestException if a name is missing or occurs twice, or a rating has a count or an event beside it
  @JsonCreator
  public RatingsColumns {
    requireName("user", user);
    requireName("item", item);
    for (String optional : Stream.of(rating, timestamp, count, event).toList()) {
      if (optional != null && optional.isBlank()) {
        throw RequestException.invalid("field 'columns': a name is blank");
      }
    }
    if (Stream.of(rating, count, event).filter(Objects::nonNull).count() > 1) {
      throw RequestException.invalid(
          "field 'columns': expected at most one of 'rating', 'count' and 'event'");
    }
    List<String> names = present(user, item, rating, timestamp, count, event);
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

  private static List<String> present(@Nullable String... names) {
    return Stream.of(names).filter(Objects::nonNull).map(Objects::requireNonNull).toList();
  }

  List<String> names() {
    return present(user, item, rating, timestamp, count, event);
  }
}
