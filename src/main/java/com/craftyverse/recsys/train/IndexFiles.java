package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.step.Manifest;
import java.util.List;

/// The files of the index step, as the train step expects them.
final class IndexFiles {
  static final String USER = "user";
  static final String ITEM = "item";
  static final String RATING = "rating";

  /// Ratings by dense index: `train.arrow`, `validation.arrow`.
  static final List<Column> RATINGS = Schemas.INDEXED_RATINGS;

  /// Bytes per rating in these files.
  static final int RATING_BYTES = 2 * Integer.BYTES + Float.BYTES;

  static final String TITLE = "title";
  static final String GENRES = "genres";
  static final String GENRE = "genres.item";
  static final String YEAR = "year";
  static final String COUNT = "ratings";
  static final String RECENT_COUNT = "recentRatings";

  private IndexFiles() {}

  /// Returns the sets of the split that the index's training set consists of.
  static Rows rows(Manifest index) {
    return Rows.of(String.valueOf(index.parameters().get("rows")));
  }
}
