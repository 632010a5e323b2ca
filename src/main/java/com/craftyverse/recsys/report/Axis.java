package com.craftyverse.recsys.report;

import java.util.ArrayList;
import java.util.List;

/// A linear axis with ticks at round numbers.
///
/// @param low the value at its start
/// @param high the value at its end
/// @param step the distance between ticks
record Axis(double low, double high, double step) {
  private static final double[] STEPS = {1, 2, 2.5, 5, 10};

  /// Returns an axis that begins and ends at a tick.
  ///
  /// @param values at least one finite value; others than finite ones are ignored
  /// @param ticks about the number of steps
  static Axis around(Iterable<Double> values, int ticks) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      if (Double.isFinite(value)) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    if (!(low <= high)) {
      return new Axis(0, 1, 1);
    }
    if (low == high) {
      double margin = Math.max(Math.abs(low) / 10, 1e-3);
      low -= margin;
      high += margin;
    }
    double step = step((high - low) / ticks);
    return new Axis(
        Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step, step);
  }

  /// Returns the smallest round step of at least a size.
  private static double step(double least) {
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    for (double factor : STEPS) {
      if (factor * power >= least * (1 - 1e-9)) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  /// Returns where a value lies between start and end, in percent.
  double percent(double value) {
    return 100 * (value - low) / (high - low);
  }

  /// Returns the values of the ticks.
  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    for (int i = 0; low + i * step <= high + step / 1e6; i++) {
      ticks.add(low + i * step);
    }
    return ticks;
  }

  /// Formats the value of a tick.
  String label(double tick) {
    int decimals = 0;
    for (double rest = step; decimals < 6 && Math.abs(rest - Math.rint(rest)) > 1e-6; rest *= 10) {
      decimals++;
    }
    return Numbers.fixed(Math.abs(tick) < step / 1e6 ? 0 : tick, decimals);
  }
}
