package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The expected format of a ratings file: any of MovieLens' layouts, or a CSV file whose columns a request
/// names.
///
/// @param columns the column names in the header; null for MovieLens' layouts
/// @param delimiter the delimiter between values if `columns` is given
/// @param declaredScale the scale that the request declares; null if it declares none
record RatingsFormat(
    @Nullable RatingsColumns columns, String delimiter, @Nullable RatingScale declaredScale) {
  /// MovieLens' layouts.
  static final RatingsFormat MOVIELENS = new RatingsFormat(null, ",", null);

  private static final Pattern DELIMITER = Pattern.compile("[^\\p{Alnum}\\p{IsControl}.\"+-]|\t");

  /// @throws RequestException if a field of the request is out of range
  static RatingsFormat of(
      @Nullable RatingsColumns columns, @Nullable String delimiter, @Nullable RatingScale scale) {
    if (delimiter != null && !DELIMITER.matcher(delimiter).matches()) {
      throw RequestException.invalid(
          "field 'delimiter': expected one character that cannot occur in a number, such as ; or"
              + " a tab, found "
              + ObjectKeys.quote(delimiter));
    }
    return new RatingsFormat(
        columns == null && delimiter != null ? RatingsColumns.MOVIELENS : columns,
        delimiter == null ? "," : delimiter,
        requireDeclarable(scale));
  }

  private static @Nullable RatingScale requireDeclarable(@Nullable RatingScale scale) {
    try {
      return scale == null ? null : scale.declared();
    } catch (IllegalArgumentException e) {
      throw RequestException.invalid(String.valueOf(e.getMessage()));
    }
  }

  /// Returns the ratings that a row may have: any number if the columns are named and no scale is declared.
  RatingScale accepted() {
    if (declaredScale != null) {
      return declaredScale;
    }
    return columns == null ? RatingScale.STARS : RatingScale.ANY;
  }

  /// Returns the dataset's scale: the range of the ratings if the columns are named and no scale is declared.
  ///
  /// @param lowest the lowest rating
  /// @param highest the highest rating
  RatingScale scale(float lowest, float highest) {
    return declaredScale == null && columns != null
        ? RatingScale.range(lowest, highest)
        : accepted();
  }

  /// Returns the layout of a file that begins with the first `length` bytes of `start`, or empty if it is not
  /// a ratings file.
  Optional<RatingsLayout> detect(byte[] start, int length) {
    if (columns == null) {
      String line = firstLine(start, length);
      for (RatingsLayout layout : List.of(RatingsLayout.U_DATA, RatingsLayout.RATINGS_DAT)) {
        if (layout.hasRow(line)) {
          return Optional.of(layout);
        }
      }
    }
    RatingsColumns expected = columns == null ? RatingsColumns.MOVIELENS : columns;
    List<String> names = header(start, length, delimiter);
    if (!names.containsAll(expected.names())) {
      return Optional.empty();
    }
    return Optional.of(
        new RatingsLayout(
            columns == null ? "ratings.csv" : "named columns",
            delimiter,
            true,
            expected,
            names.size(),
            names.indexOf(expected.user()),
            names.indexOf(expected.item()),
            names.indexOf(expected.rating()),
            names.indexOf(expected.timestamp())));
  }

  /// Returns the layout of a file that must be a ratings file.
  ///
  /// @param file the file's name in error messages
  /// @throws RequestException if the file begins differently, or has a required column twice
  RatingsLayout require(byte[] start, int length, String file) {
    RatingsLayout layout =
        detect(start, length)
            .orElseThrow(
                () ->
                    RequestException.unprocessable(
                        file
                            + ", line 1: the header is "
                            + ObjectKeys.quote(firstLine(start, length))
                            + ", expected "
                            + header()));
    if (layout.header()) {
      List<String> names = header(start, length, delimiter);
      for (String name : layout.names().names()) {
        if (names.indexOf(name) < names.lastIndexOf(name)) {
          throw RequestException.unprocessable(
              file + ", line 1: the header has the column " + ObjectKeys.quote(name) + " twice");
        }
      }
    }
    return layout;
  }

  /// Returns the expected header.
  String header() {
    return String.join(delimiter, (columns == null ? RatingsColumns.MOVIELENS : columns).names());
  }

  /// Returns the names in a file's header, or an empty list if its quotes are malformed.
  static List<String> header(byte[] start, int length, String delimiter) {
    CsvRecord header = new CsvRecord(start, delimiter);
    return header.read(afterByteOrderMark(start, length), length) == CsvRecord.Outcome.COMPLETE
        ? header.texts().stream().map(String::strip).toList()
        : List.of();
  }

  /// Returns the first line of a file, without its byte order mark and line end.
  static String firstLine(byte[] start, int length) {
    int from = afterByteOrderMark(start, length);
    int to = from;
    while (to < length && start[to] != '\n') {
      to++;
    }
    return Encoding.decode(start, from, to > from && start[to - 1] == '\r' ? to - 1 : to);
  }

  /// Returns the start of a file's text.
  static int afterByteOrderMark(byte[] start, int length) {
    return length >= 3
            && start[0] == (byte) 0xEF
            && start[1] == (byte) 0xBB
            && start[2] == (byte) 0xBF
        ? 3
        : 0;
  }
}
