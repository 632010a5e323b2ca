package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.Column;
import java.util.List;

/// The index step's files as this step expects them.
final class IndexFiles {
  static final String STEP = "index";
  static final int INDEX_FORMAT_VERSION = 1;

  static final String USER = "user";
  static final String ITEM = "item";
  static final String RATING = "rating";

  /// Ratings by dense index: `train.arrow`, `validation.arrow`.
  static final List<Column> RATINGS =
      List.of(Column.int32(USER), Column.int32(ITEM), Column.float32(RATING));

  /// Bytes of a rating in such a file.
  static final int RATING_BYTES = 2 * Integer.BYTES + Float.BYTES;

  static final String USER_ID = "userId";
  static final List<Column> USERS = List.of(Column.int32(USER_ID), Column.int32("ratings"));

  static final String MOVIE_ID = "movieId";
  static final String TITLE = "title";
  static final String GENRES = "genres";
  static final String GENRE = "genres.item";
  static final String YEAR = "year";
  static final String COUNT = "ratings";
  static final Column GENRES_COLUMN = Column.list(GENRES, Column.utf8("item"));
  static final List<Column> ITEMS =
      List.of(
          Column.int32(MOVIE_ID),
          Column.utf8(TITLE),
          GENRES_COLUMN,
          Column.int32(YEAR),
          Column.int32(COUNT));

  /// Metadata of `train.arrow`: blocks on each side of the grid, and where they begin and end.
  static final String BLOCKS = "blocks";

  static final String USER_BOUNDS = "userBounds";
  static final String ITEM_BOUNDS = "itemBounds";

  private IndexFiles() {}
}
