package com.craftyverse.recsys.spark;

import java.io.Serializable;
import java.util.Iterator;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/// The training ratings of a user, by dense index, items ascending.
///
/// @param part the part of `seen.arrow` that has them
/// @param user the user's index
/// @param times in epoch seconds
record UserRatings(int part, int user, int[] items, float[] ratings, long[] times)
    implements Serializable {
  /// The columns of [#flat].
  static final StructType FLAT =
      new StructType()
          .add("of", DataTypes.IntegerType, false)
          .add("item", DataTypes.IntegerType, false)
          .add("rating", DataTypes.FloatType, false)
          .add("time", DataTypes.LongType, false);

  int count() {
    return items.length;
  }

  /// Returns a row for each rating.
  Iterator<Row> flat() {
    return IntStream.range(0, count())
        .mapToObj(i -> RowFactory.create(user, items[i], ratings[i], times[i]))
        .iterator();
  }
}
