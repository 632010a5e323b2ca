package com.craftyverse.recsys.spark;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/// Exact quantiles of a column of whole numbers, by counting: the order statistics are found in buckets, then
/// in the values of a bucket. At most 65,536 counts go to the driver, whatever the number of rows.
final class Quantile {
  private static final int BUCKET_BITS = 16;

  private final Dataset<Row> table;
  private final Column values;
  private final Map<List<Long>, TreeMap<Long, Long>> counted = new HashMap<>();

  private Quantile(Dataset<Row> table, String column) {
    this.table = table;
    this.values = table.col(column);
  }

  /// Returns quantiles with linear interpolation, bit for bit as the pipeline and numpy compute them.
  ///
  /// @param table at least one row
  static double[] of(Dataset<Row> table, String column, double... quantiles) {
    Quantile search = new Quantile(table, column);
    Row range =
        table
            .agg(
                functions.count(search.values),
                functions.min(search.values),
                functions.max(search.values))
            .first();
    long n = range.getLong(0);
    double[] results = new double[quantiles.length];
    for (int i = 0; i < results.length; i++) {
      double h = (n - 1) * quantiles[i];
      long rank = (long) Math.floor(h);
      double a = search.orderStatistic(rank, range.getLong(1), range.getLong(2));
      double b =
          search.orderStatistic(Math.min(rank + 1, n - 1), range.getLong(1), range.getLong(2));
      results[i] = interpolate(a, b, h - Math.floor(h));
    }
    return results;
  }

  static double interpolate(double a, double b, double t) {
    double difference = b - a;
    return t < 0.5 ? a + difference * t : b - difference * (1 - t);
  }

  private long orderStatistic(long rank, long min, long max) {
    long low = min;
    long high = max;
    long left = rank;
    while (low < high) {
      int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(high - low) - BUCKET_BITS);
      long first = low;
      for (Map.Entry<Long, Long> bucket : count(low, high, shift).entrySet()) {
        if (left < bucket.getValue()) {
          low = first + (bucket.getKey() << shift);
          high = Math.min(high, low + (1L << shift) - 1);
          break;
        }
        left -= bucket.getValue();
      }
    }
    return low;
  }

  private TreeMap<Long, Long> count(long low, long high, int shift) {
    return counted.computeIfAbsent(
        List.of(low, high),
        range -> {
          TreeMap<Long, Long> counts = new TreeMap<>();
          for (Row row :
              table
                  .filter(values.between(low, high))
                  .groupBy(functions.shiftright(values.minus(low), shift).as("bucket"))
                  .count()
                  .collectAsList()) {
            counts.put(row.getLong(0), row.getLong(1));
          }
          return counts;
        });
  }
}
