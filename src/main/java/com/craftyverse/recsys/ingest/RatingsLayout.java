package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// How a ratings file is laid out, which its first line says.
///
/// @param name what the manifest calls it
/// @param separator between values: one character, or `::`
/// @param header whether the first line names the columns
/// @param columns values in a row
/// @param user which of them is the user's id, from 0
/// @param movie which is the movie's id
/// @param rating which is the rating
/// @param timestamp which is the time
record RatingsLayout(
    String name,
    String separator,
    boolean header,
    int columns,
    int user,
    int movie,
    int rating,
    int timestamp) {

  /// The header of MovieLens' own files.
  static final String HEADER = "userId,movieId,rating,timestamp";

  /// `ratings.csv` as MovieLens has it.
  static final RatingsLayout CSV = new RatingsLayout("ratings.csv", ",", true, 4, 0, 1, 2, 3);

  private static final Pattern TABS = Pattern.compile("\\d+\t\\d+\t[0-9.]+\t\\d+");
  private static final Pattern COLONS = Pattern.compile("\\d+::\\d+::[0-9.]+::\\d+");
  private static final RatingsLayout U_DATA =
      new RatingsLayout("u.data", "\t", false, 4, 0, 1, 2, 3);
  private static final RatingsLayout RATINGS_DAT =
      new RatingsLayout("ratings.dat", "::", false, 4, 0, 1, 2, 3);

  /// The layout of a file that begins with `line`, or nothing when that is no ratings file.
  static Optional<RatingsLayout> recognise(String line) {
    if (TABS.matcher(line).matches()) {
      return Optional.of(U_DATA);
    }
    if (COLONS.matcher(line).matches()) {
      return Optional.of(RATINGS_DAT);
    }
    List<String> names = fields(line);
    if (!names.containsAll(fields(HEADER))) {
      return Optional.empty();
    }
    return Optional.of(
        new RatingsLayout(
            "ratings.csv",
            ",",
            true,
            names.size(),
            names.indexOf("userId"),
            names.indexOf("movieId"),
            names.indexOf("rating"),
            names.indexOf("timestamp")));
  }

  /// The layout of a file that must be one of ratings.
  ///
  /// @param file what errors call it
  /// @throws RequestException when it begins otherwise
  static RatingsLayout require(String line, String file) {
    return recognise(line)
        .orElseThrow(
            () ->
                RequestException.unprocessable(
                    file
                        + ", line 1: the header is "
                        + ObjectKeys.quote(line)
                        + ", expected "
                        + HEADER));
  }

  /// The first line of a file, without its byte order mark and line end.
  static String firstLine(byte[] start, int length) {
    int from =
        length >= 3 && start[0] == (byte) 0xEF && start[1] == (byte) 0xBB && start[2] == (byte) 0xBF
            ? 3
            : 0;
    int to = from;
    while (to < length && start[to] != '\n') {
      to++;
    }
    int end = to > from && start[to - 1] == '\r' ? to - 1 : to;
    return new String(start, from, end - from, StandardCharsets.UTF_8);
  }

  /// Whether user, movie, rating and time are all there is, in that order.
  boolean isPlain() {
    return columns == 4 && user == 0 && movie == 1 && rating == 2 && timestamp == 3;
  }

  /// What errors call the value at `position`.
  String column(int position) {
    return position == user
        ? "userId"
        : position == movie
            ? "movieId"
            : position == rating
                ? "rating"
                : position == timestamp ? "timestamp" : "column " + (position + 1);
  }

  private static List<String> fields(String line) {
    List<String> fields = new ArrayList<>();
    for (String field : line.split(",", -1)) {
      String name = field.strip();
      fields.add(
          name.length() > 1 && name.startsWith("\"") && name.endsWith("\"")
              ? name.substring(1, name.length() - 1)
              : name);
    }
    return fields;
  }
}
