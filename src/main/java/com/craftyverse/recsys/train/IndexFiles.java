package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.step.Manifest;
import java.util.List;

/// The index step's files as this step expects them.
final class IndexFiles {
  static final String STEP = "index";

  static final String USER = "user";
  static final String ITEM = "item";
  static final String RATING = "rating";

  /// Ratings by dense index: `train.arrow`, `validation.arrow`.
  static final List<Column> RATINGS = Schemas.INDEXED_RATINGS;

  /// Bytes of a rating in such a file.
  static final int RATING_BYTES = 2 * Integer.BYTES + Float.BYTES;

  static final String USER_ID = "userId";
  static final List<Column> USERS = Schemas.INDEX_USERS;

  static final String ITEM_ID = "itemId";
  static final String TITLE = "title";
  static final String GENRES = "genres";
  static final String GENRE = "genres.item";
  static final String YEAR = "year";
  static final String COUNT = "ratings";
  static final String RECENT_COUNT = "recentRatings";
  static final List<Column> ITEMS = Schemas.INDEX_ITEMS;

  /// Metadata of `train.arrow`: blocks on each side of the grid, and where they begin and end.
  static final String BLOCKS = "blocks";

  static final String USER_BOUNDS = "userBounds";
  static final String ITEM_BOUNDS = "itemBounds";

  private IndexFiles() {}

  /// Which sets of the split the training set of an index is made of.
  static Rows rows(Manifest index) {
    return Rows.of(String.valueOf(index.parameters().get("rows")));
  }
}
