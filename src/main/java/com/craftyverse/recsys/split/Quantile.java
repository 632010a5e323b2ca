package com.craftyverse.recsys.split;

import java.io.IOException;

/// Quantiles of a column of whole numbers, exact and without sorting or copying it.
///
/// An order statistic is found by counting: the range of the values is cut into buckets, the column is
/// passed once to count them, and the bucket that holds the wanted rank becomes the next range. Two or
/// three passes reach a single value, in memory that does not grow with the column.
final class Quantile {
  private static final int BUCKETS = 1 << 16;

  /// A column that can be passed several times.
  interface LongColumn {
    /// Rows.
    long rows();

    /// Hands every value to `each`, in any order.
    void forEach(LongConsumer each) throws IOException;
  }

  /// Takes a value.
  interface LongConsumer {
    void accept(long value);
  }

  private Quantile() {}

  /// The `q`-quantile with linear interpolation, as `numpy.quantile(column, q)` computes it in
  /// doubles: for `h = (n − 1) · q` and the order statistics `a`, `b` around it, `a + (b − a) · t` below
  /// the middle and `b − (b − a) · (1 − t)` from it on, where `t` is `h`'s fraction.
  ///
  /// @param q from 0 to 1
  /// @throws IllegalArgumentException when the column is empty
  static double of(LongColumn column, double q) throws IOException {
    long n = column.rows();
    if (n == 0) {
      throw new IllegalArgumentException("a quantile of no values");
    }
    double h = (n - 1) * q;
    long below = (long) Math.floor(h);
    long above = Math.min(below + 1, n - 1);
    double a = orderStatistic(column, below);
    double b = orderStatistic(column, above);
    return interpolate(a, b, h - Math.floor(h));
  }

  static double interpolate(double a, double b, double t) {
    double difference = b - a;
    return t < 0.5 ? a + difference * t : b - difference * (1 - t);
  }

  /// The value of rank `rank`, counted from 0, if the column were sorted.
  static long orderStatistic(LongColumn column, long rank) throws IOException {
    Range range = new Range();
    column.forEach(range);
    long low = range.min;
    long high = range.max;
    long rankInRange = rank;
    while (low < high) {
      // Ranges wider than 2^63 cannot come up: the values are times.
      long width = Math.max(1, Math.ceilDiv(Math.addExact(high - low, 1), (long) BUCKETS));
      Histogram histogram = new Histogram(low, high, width);
      column.forEach(histogram);
      int bucket = 0;
      while (rankInRange >= histogram.counts[bucket]) {
        rankInRange -= histogram.counts[bucket];
        bucket++;
      }
      low += bucket * width;
      high = Math.min(high, low + width - 1);
    }
    return low;
  }

  private static final class Range implements LongConsumer {
    private long min = Long.MAX_VALUE;
    private long max = Long.MIN_VALUE;

    @Override
    public void accept(long value) {
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
  }

  private static final class Histogram implements LongConsumer {
    private final long low;
    private final long high;
    private final long width;
    private final long[] counts = new long[BUCKETS];

    Histogram(long low, long high, long width) {
      this.low = low;
      this.high = high;
      this.width = width;
    }

    @Override
    public void accept(long value) {
      if (value >= low && value <= high) {
        counts[(int) ((value - low) / width)]++;
      }
    }
  }
}
