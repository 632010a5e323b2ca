package com.craftyverse.recsys.ingest;

/// How a ratings file is laid out, which its first line says.
///
/// @param name what the manifest calls it
/// @param separator between values: one character, or `::`
/// @param header whether the first line names the columns
/// @param names what errors call the columns
/// @param columns values in a row
/// @param user which of them is the user's id, from 0
/// @param item which is the item's id
/// @param rating which is the rating
/// @param timestamp which is the time
record RatingsLayout(
    String name,
    String separator,
    boolean header,
    RatingsColumns names,
    int columns,
    int user,
    int item,
    int rating,
    int timestamp) {

  /// `u.data` of ml-100k.
  static final RatingsLayout U_DATA = withoutHeader("u.data", "\t");

  /// `ratings.dat` of ml-1m and ml-10m.
  static final RatingsLayout RATINGS_DAT = withoutHeader("ratings.dat", "::");

  private static RatingsLayout withoutHeader(String name, String separator) {
    return new RatingsLayout(name, separator, false, RatingsColumns.MOVIELENS, 4, 0, 1, 2, 3);
  }

  /// Whether `line` is a row of this layout, one without a header.
  boolean hasRow(String line) {
    return line.matches("\\d+" + separator + "\\d+" + separator + "[0-9.]+" + separator + "\\d+");
  }

  /// Whether user, item, rating and time are all there is, in that order.
  boolean isPlain() {
    return columns == 4 && user == 0 && item == 1 && rating == 2 && timestamp == 3;
  }

  /// What errors call the value at `position`.
  String column(int position) {
    return position == user
        ? names.user()
        : position == item
            ? names.item()
            : position == rating
                ? names.rating()
                : position == timestamp ? names.timestamp() : "column " + (position + 1);
  }
}
