package com.craftyverse.recsys.spark;

import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.hash.Murmur3_x86_32;

/// An assignment of rows to the parts of a file: blocks of consecutive rows to each part, so that each is a
/// partition. A part has about 32 MiB, and at least 16 MiB unless it is the only one: on S3, all parts but the
/// last of an upload need 5 MiB.
final class Parts implements Serializable {
  private static final double PART_BYTES = 32 << 20;

  /// The seed of Spark's hash partitioning.
  private static final int HASH_SEED = 42;

  private final int[] partOfBlock;
  private final int count;
  private final int[] keys;

  private Parts(int[] partOfBlock, int count) {
    this.partOfBlock = partOfBlock;
    this.count = count;
    this.keys = keys(count);
  }

  /// Returns the number of parts.
  int count() {
    return count;
  }

  /// Returns the part of a block.
  int part(int block) {
    return partOfBlock[block];
  }

  /// Assigns the blocks of a table.
  ///
  /// @param block the block of each row
  /// @param blocks the number of blocks, empty ones included
  /// @param rowBytes the bytes of a row in the file, approximately
  static Parts of(Dataset<Row> table, Column block, int blocks, double rowBytes) {
    long[] rows = new long[blocks];
    for (Row row : table.groupBy(block.as("block")).count().collectAsList()) {
      rows[row.getInt(0)] = row.getLong(1);
    }
    return of(rows, rowBytes);
  }

  /// Assigns blocks of the given numbers of rows.
  static Parts of(long[] rows, double rowBytes) {
    int[] partOfBlock = new int[rows.length];
    int part = 0;
    double bytes = 0;
    for (int block = 0; block < rows.length; block++) {
      if (bytes >= PART_BYTES) {
        part++;
        bytes = 0;
      }
      partOfBlock[block] = part;
      bytes += rows[block] * rowBytes;
    }
    boolean isSmall = part > 0 && bytes < PART_BYTES / 2;
    for (int block = rows.length - 1; isSmall && partOfBlock[block] == part; block--) {
      partOfBlock[block]--;
    }
    boolean isEmpty = Arrays.stream(rows).sum() == 0;
    return new Parts(partOfBlock, isEmpty ? 0 : isSmall ? part : part + 1);
  }

  /// Returns the table with the number of its part as the first column, each part in a partition of its own,
  /// sorted.
  ///
  /// @param order the columns that order the rows of a part
  Dataset<Row> arrange(Dataset<Row> table, Column block, String... order) {
    int[] parts = partOfBlock;
    int[] partitionKeys = keys;
    Column part =
        functions
            .udf((UDF1<Integer, Integer>) number -> parts[number], DataTypes.IntegerType)
            .apply(block);
    Column key =
        functions
            .udf((UDF1<Integer, Integer>) number -> partitionKeys[number], DataTypes.IntegerType)
            .apply(functions.col("part"));
    Column[] columns =
        IntStream.range(0, table.columns().length + 1)
            .mapToObj(i -> functions.col(i == 0 ? "part" : table.columns()[i - 1]))
            .toArray(Column[]::new);
    return table
        .withColumn("part", part)
        .select(columns)
        .repartition(Math.max(1, count), key)
        .sortWithinPartitions("part", order);
  }

  /// Returns for each partition a number that Spark's hash partitioning puts there.
  private static int[] keys(int partitions) {
    int[] keys = new int[partitions];
    boolean[] found = new boolean[partitions];
    int left = partitions;
    for (int key = 0; left > 0; key++) {
      int partition = Math.floorMod(Murmur3_x86_32.hashInt(key, HASH_SEED), partitions);
      if (!found[partition]) {
        found[partition] = true;
        keys[partition] = key;
        left--;
      }
    }
    return keys;
  }
}
