package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RatingScale;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What files of ratings look like: any of MovieLens' layouts, or one whose columns a request names.
///
/// @param columns the names of the columns in the header; null for MovieLens' layouts
/// @param delimiter what is between values when `columns` is given
/// @param declaredScale the scale that a request declares; null if it declares none
record RatingsFormat(
    @Nullable RatingsColumns columns, String delimiter, @Nullable RatingScale declaredScale) {
  /// MovieLens' own.
  static final RatingsFormat MOVIELENS = new RatingsFormat(null, ",", null);

  private static final Pattern DELIMITER = Pattern.compile("[^\\p{Alnum}\\p{IsControl}.\"+-]|\t");

  /// @throws RequestException when a field of the request is out of its range
  static RatingsFormat of(
      @Nullable RatingsColumns columns, @Nullable String delimiter, @Nullable RatingScale scale) {
    if (delimiter != null && !DELIMITER.matcher(delimiter).matches()) {
      throw RequestException.invalid(
          "field 'delimiter': expected one character that no number has, such as ; or a tab, found "
              + ObjectKeys.quote(delimiter));
    }
    return new RatingsFormat(
        columns == null && delimiter != null ? RatingsColumns.MOVIELENS : columns,
        delimiter == null ? "," : delimiter,
        scale == null ? null : scale.declared());
  }

  /// The ratings that a row may have: any number where the scale of named columns is not declared.
  RatingScale accepted() {
    if (declaredScale != null) {
      return declaredScale;
    }
    return columns == null ? RatingScale.STARS : RatingScale.ANY;
  }

  /// The dataset's scale: where that of named columns is not declared, the range of the ratings.
  ///
  /// @param lowest the lowest rating
  /// @param highest the highest rating
  RatingScale scale(float lowest, float highest) {
    return declaredScale == null && columns != null
        ? RatingScale.range(lowest, highest)
        : accepted();
  }

  /// The layout of a file that begins with `line`, or nothing when that is no ratings file.
  Optional<RatingsLayout> recognise(String line) {
    if (columns == null) {
      for (RatingsLayout layout : List.of(RatingsLayout.U_DATA, RatingsLayout.RATINGS_DAT)) {
        if (layout.hasRow(line)) {
          return Optional.of(layout);
        }
      }
    }
    RatingsColumns wanted = columns == null ? RatingsColumns.MOVIELENS : columns;
    List<String> names = fields(line, delimiter);
    if (!names.containsAll(wanted.names())) {
      return Optional.empty();
    }
    return Optional.of(
        new RatingsLayout(
            columns == null ? "ratings.csv" : "named columns",
            delimiter,
            true,
            wanted,
            names.size(),
            names.indexOf(wanted.user()),
            names.indexOf(wanted.item()),
            names.indexOf(wanted.rating()),
            names.indexOf(wanted.timestamp())));
  }

  /// The layout of a file that must be one of ratings.
  ///
  /// @param file what errors call it
  /// @throws RequestException when it begins otherwise
  RatingsLayout require(String line, String file) {
    return recognise(line)
        .orElseThrow(
            () ->
                RequestException.unprocessable(
                    file
                        + ", line 1: the header is "
                        + ObjectKeys.quote(line)
                        + ", expected "
                        + header()));
  }

  /// The header that is expected.
  String header() {
    return String.join(delimiter, (columns == null ? RatingsColumns.MOVIELENS : columns).names());
  }

  /// The values of a header, out of their quotes.
  static List<String> fields(String line, String delimiter) {
    List<String> fields = new ArrayList<>();
    for (String field : line.split(Pattern.quote(delimiter), -1)) {
      String name = field.strip();
      fields.add(
          name.length() > 1 && name.startsWith("\"") && name.endsWith("\"")
              ? name.substring(1, name.length() - 1)
              : name);
    }
    return fields;
  }
}
