package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.table.TableFormat;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// The layout of a ratings file, recognised by its first megabyte.
///
/// @param name the layout's name in the manifest
/// @param separator the separator between values: one character, `::`, or a blank for any run of blanks and tabs
/// @param header whether the first line has the column names
/// @param names the column names in error messages
/// @param columns the number of values in a row
/// @param user the position of the user id, from 0
/// @param item the position of the item id
/// @param rating the position of the rating, or of the number of choices; -1 without one
/// @param timestamp the position of the time, -1 without one
/// @param event the position of the kind of event, -1 unless kinds have weights
/// @param userIdType the type of user ids
/// @param itemIdType the type of item ids
/// @param time how times are written
/// @param decimalComma whether ratings have a comma in place of the decimal point
/// @param scale the ratings that a row may have
/// @param feedback what the rows are
/// @param eventAmounts how many choices an event of each kind counts as
/// @param table how the file holds the table
/// @param findings why the file is read so, a sentence each
@RecordBuilder
record RatingsLayout(
    String name,
    String separator,
    boolean header,
    RatingsColumns names,
    int columns,
    int user,
    int item,
    int rating,
    int timestamp,
    int event,
    IdType userIdType,
    IdType itemIdType,
    TimeFormat time,
    boolean decimalComma,
    RatingScale scale,
    Feedback feedback,
    Map<String, Float> eventAmounts,
    TableFormat table,
    List<String> findings) {

  /// The separator that stands for any run of blanks and tabs.
  static final String BLANKS = " ";

  /// The name of MovieLens' layout with a header.
  static final String RATINGS_CSV = "ratings.csv";

  /// `u.data` of ml-100k.
  static final RatingsLayout U_DATA = withoutHeader("u.data", "\t");

  /// `ratings.dat` of ml-1m and ml-10m.
  static final RatingsLayout RATINGS_DAT = withoutHeader("ratings.dat", "::");

  private static RatingsLayout withoutHeader(String name, String separator) {
    return new RatingsLayout(
        name,
        separator,
        false,
        RatingsColumns.MOVIELENS,
        4,
        0,
        1,
        2,
        3,
        -1,
        IdType.INT32,
        IdType.INT32,
        TimeFormat.SECONDS,
        false,
        RatingScale.STARS,
        Feedback.RATINGS,
        Map.of(),
        TableFormat.TEXT,
        List.of());
  }

  /// Returns the layout of the same table with only the columns that are read, in the order user, item, rating, time,
  /// event.
  RatingsLayout narrowed() {
    int next = 2;
    return RatingsLayoutBuilder.builder(this)
        .user(0)
        .item(1)
        .rating(rating < 0 ? -1 : next++)
        .timestamp(timestamp < 0 ? -1 : next++)
        .event(event < 0 ? -1 : next++)
        .columns(next)
        .build();
  }

  /// Returns the names of the columns in the order of [#narrowed].
  List<String> narrowedNames() {
    return Stream.of(
            names.user(),
            names.item(),
            names.rating() == null ? names.count() : names.rating(),
            names.timestamp(),
            names.event())
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull)
        .toList();
  }

  /// Returns whether `line` is a row of this layout, which has no header.
  boolean hasRow(String line) {
    return line.matches("\\d+" + separator + "\\d+" + separator + "[0-9.]+" + separator + "\\d+");
  }

  /// Returns whether a row has exactly user, item, rating and time, in that order, as plain numbers.
  boolean isPlain() {
    return feedback == Feedback.RATINGS
        && columns == 4
        && user == 0
        && item == 1
        && rating == 2
        && timestamp == 3
        && userIdType == IdType.INT32
        && itemIdType == IdType.INT32
        && time == TimeFormat.SECONDS;
  }

  /// Returns whether a row has exactly user, item, rating and perhaps time in seconds, in that order, with ids
  /// of any type, separated by one character.
  boolean isSimple() {
    return feedback == Feedback.RATINGS
        && user == 0
        && item == 1
        && rating == 2
        && !separator.equals(BLANKS)
        && separator.length() == 1
        && (timestamp == 3 ? columns == 4 && time == TimeFormat.SECONDS : columns == 3);
  }

  /// Returns the column's name in error messages.
  String column(int position) {
    String name =
        position == user
            ? names.user()
            : position == item
                ? names.item()
                : position == rating
                    ? names.rating() == null ? names.count() : names.rating()
                    : position == timestamp
                        ? names.timestamp()
                        : position == event ? names.event() : null;
    return name == null || !(header || this.names.equals(RatingsColumns.MOVIELENS))
        ? "column " + (position + 1)
        : name;
  }
}
