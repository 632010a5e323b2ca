package com.craftyverse.recsys.columnar;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Exact quantiles of an integer column, without sorting or copying it.
///
/// Order statistics are found by counting: divide the value range into buckets, count them in one pass over
/// the column, and continue with the bucket that holds the rank. All ranks share the passes. MovieLens
/// timestamps take three (the range, the buckets, the seconds), in memory independent of the column's
/// length.
public final class Quantile {
  private static final int BUCKET_BITS = 16;

  private Quantile() {}

  /// Returns quantiles with linear interpolation, as `numpy.quantile(column, q)` computes them in doubles:
  /// for `h = (n − 1) · q` and its neighboring order statistics `a` and `b`, `a + (b − a) · t` if `t < 0.5`
  /// and `b − (b − a) · (1 − t)` otherwise, where `t` is the fractional part of `h`.
  ///
  /// @param column the values, `int64` each, in any number of pieces
  /// @param quantiles each from 0 to 1
  /// @return one value per element of `quantiles`
  /// @throws IllegalArgumentException when the column is empty
  public static double[] of(List<MemorySegment> column, double... quantiles) {
    long n = column.stream().mapToLong(segment -> segment.byteSize() / Long.BYTES).sum();
    if (n == 0) {
      throw new IllegalArgumentException("cannot compute a quantile: the column has no values");
    }
    long[] ranks = new long[2 * quantiles.length];
    for (int i = 0; i < quantiles.length; i++) {
      ranks[2 * i] = (long) Math.floor((n - 1) * quantiles[i]);
      ranks[2 * i + 1] = Math.min(ranks[2 * i] + 1, n - 1);
    }
    long[] values = orderStatistics(column, ranks);
    double[] results = new double[quantiles.length];
    for (int i = 0; i < results.length; i++) {
      double h = (n - 1) * quantiles[i];
      results[i] =
          interpolate((double) values[2 * i], (double) values[2 * i + 1], h - Math.floor(h));
    }
    return results;
  }

  static double interpolate(double a, double b, double t) {
    double difference = b - a;
    return t < 0.5 ? a + difference * t : b - difference * (1 - t);
  }

  /// Returns the values at `ranks`, counted from 0, of the sorted column.
  static long[] orderStatistics(List<MemorySegment> column, long... ranks) {
    Range all = range(column);
    Range[] ranges = new Range[ranks.length];
    long[] left = ranks.clone();
    Arrays.fill(ranges, all);
    while (true) {
      // Nearby ranks share a range and therefore its counts.
      List<Range> open = new ArrayList<>();
      for (Range range : ranges) {
        if (range.low < range.high && !open.contains(range)) {
          open.add(range);
        }
      }
      if (open.isEmpty()) {
        break;
      }
      List<long[]> counts = new ArrayList<>();
      for (Range _ : open) {
        counts.add(new long[1 << BUCKET_BITS]);
      }
      for (MemorySegment segment : column) {
        for (int i = 0; i < counts.size(); i++) {
          open.get(i).count(segment, counts.get(i));
        }
      }
      for (int i = 0; i < ranks.length; i++) {
        int at = open.indexOf(ranges[i]);
        if (at >= 0) {
          int bucket = 0;
          while (left[i] >= counts.get(at)[bucket]) {
            left[i] -= counts.get(at)[bucket++];
          }
          ranges[i] = ranges[i].bucket(bucket);
        }
      }
    }
    long[] values = new long[ranks.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = ranges[i].low;
    }
    return values;
  }

  private static Range range(List<MemorySegment> column) {
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    for (MemorySegment segment : column) {
      for (long at = 0; at < segment.byteSize(); at += Long.BYTES) {
        long value = segment.get(Buffers.INT64, at);
        min = Math.min(min, value);
        max = Math.max(max, value);
      }
    }
    return new Range(min, max);
  }

  /// The values from `low` to `high`, divided into buckets whose width is a power of two.
  private record Range(long low, long high) {
    private int shift() {
      return Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(high - low) - BUCKET_BITS);
    }

    void count(MemorySegment values, long[] counts) {
      int shift = shift();
      long width = high - low;
      for (long at = 0; at < values.byteSize(); at += Long.BYTES) {
        long above = values.get(Buffers.INT64, at) - low;
        if (Long.compareUnsigned(above, width) <= 0) {
          counts[(int) (above >>> shift)]++;
        }
      }
    }

    Range bucket(int bucket) {
      long start = low + ((long) bucket << shift());
      long end = start + (1L << shift()) - 1;
      return new Range(start, Long.compareUnsigned(end - low, high - low) < 0 ? end : high);
    }
  }
}
