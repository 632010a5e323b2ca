package com.craftyverse.recsys.ingest;

/// The layout of a ratings file, recognised by its first line.
///
/// @param name the layout's name in the manifest
/// @param separator the separator between values: one character, or `::`
/// @param header whether the first line has the column names
/// @param names the column names in error messages
/// @param columns the number of values in a row
/// @param user the position of the user id, from 0
/// @param item the position of the item id
/// @param rating the position of the rating
/// @param timestamp the position of the time
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

  /// Returns whether `line` is a row of this layout, which has no header.
  boolean hasRow(String line) {
    return line.matches("\\d+" + separator + "\\d+" + separator + "[0-9.]+" + separator + "\\d+");
  }

  /// Returns whether a row has exactly user, item, rating and time, in that order.
  boolean isPlain() {
    return columns == 4 && user == 0 && item == 1 && rating == 2 && timestamp == 3;
  }

  /// Returns the column's name in error messages.
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
