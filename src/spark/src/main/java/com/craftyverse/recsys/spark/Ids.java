package com.craftyverse.recsys.spark;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/// The codes of a dataset's users, or of its items: 32-bit numbers that ascend as the ids do. Ids of type
/// `int32` are their own codes.
///
/// @param side `user` or `item`
/// @param kind the type of the ids
/// @param dictionary `id, code`; null for `int32`
record Ids(String side, IdKind kind, Dataset<Row> dictionary) {
  /// Numbers the ids of a column.
  static Ids of(Dataset<Row> ratings, String side, IdKind kind) {
    if (kind == IdKind.INT32) {
      return new Ids(side, kind, null);
    }
    Dataset<Row> distinct = ratings.select(functions.col(side).as("id")).distinct();
    return new Ids(side, kind, numbered(distinct, "id", "code"));
  }

  /// Returns a table sorted by a column, with the number of each row as another one.
  static Dataset<Row> numbered(Dataset<Row> table, String order, String number) {
    StructType schema = table.schema().add(number, DataTypes.IntegerType, false);
    JavaRDD<Row> rows =
        table
            .orderBy(order)
            .javaRDD()
            .zipWithIndex()
            .map(
                row -> {
                  Object[] values = new Object[row._1.length() + 1];
                  for (int i = 0; i < row._1.length(); i++) {
                    values[i] = row._1.get(i);
                  }
                  values[row._1.length()] = Math.toIntExact(row._2);
                  return RowFactory.create(values);
                });
    return table
        .sparkSession()
        .createDataFrame(rows, schema)
        .persist(StorageLevel.MEMORY_AND_DISK());
  }

  /// Replaces the ids of a table by codes.
  Dataset<Row> encode(Dataset<Row> table) {
    if (dictionary == null) {
      return table.withColumn(side, functions.col(side).cast(DataTypes.IntegerType));
    }
    return table
        .join(dictionary, table.col(side).equalTo(dictionary.col("id")))
        .drop(side, "id")
        .withColumnRenamed("code", side);
  }

  /// Adds to a table with codes the column `id`.
  ///
  /// @param column the column of codes
  Dataset<Row> decode(Dataset<Row> table, String column) {
    if (dictionary == null) {
      return table.withColumn("id", functions.col(column));
    }
    return table.join(dictionary, table.col(column).equalTo(dictionary.col("code"))).drop("code");
  }

  /// Returns the ids of a few codes.
  Map<Integer, Object> find(Collection<Integer> codes) {
    Map<Integer, Object> ids = new HashMap<>();
    if (dictionary == null) {
      codes.forEach(code -> ids.put(code, code));
      return ids;
    }
    List<Integer> distinct = new ArrayList<>(codes.stream().distinct().toList());
    dictionary
        .filter(functions.col("code").isin(distinct.toArray()))
        .select("code", "id")
        .collectAsList()
        .forEach(row -> ids.put(row.getInt(0), row.get(1)));
    return ids;
  }
}
