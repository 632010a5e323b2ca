package com.craftyverse.recsys.sample;

import java.time.LocalDate;
import java.time.ZoneOffset;

/// Calendar years in epoch seconds, and how busy the service was in each. Year 0 is the first year that the
/// spec's time span touches.
final class Timeline {
  private static final int FIRST_KNOWN_YEAR = 1995;

  /// Users' arrivals per year from 1995, weighted by the ratings they bring, in thousands. These are
  /// MovieLens' ratings per year, shifted a little earlier because returning users rate later than they
  /// arrive.
  private static final double[] ARRIVALS = {
    0.1, 1900, 690, 290, 1245, 1977, 1107, 806, 959, 1077, 1661, 995, 882, 975, 747, 735, 606, 594,
    479, 468, 1550, 1630, 1500, 1120, 980, 970, 850, 740, 750
  };

  private final long from;
  private final long to;
  private final int firstYear;
  private final long[] starts;
  private final double[] cumulative;

  Timeline(long from, long to) {
    this.from = from;
    this.to = to;
    firstYear = yearOf(from);
    int years = yearOf(to) - firstYear + 1;
    starts = new long[years + 1];
    cumulative = new double[years + 1];
    for (int y = 0; y <= years; y++) {
      long start = startOf(firstYear + y);
      starts[y] = Math.clamp(start, from, to);
    }
    for (int y = 0; y < years; y++) {
      int published = Math.clamp(firstYear + y - FIRST_KNOWN_YEAR, 0, ARRIVALS.length - 1);
      double share =
          (double) (starts[y + 1] - starts[y])
              / (startOf(firstYear + y + 1) - startOf(firstYear + y));
      cumulative[y + 1] = cumulative[y] + ARRIVALS[published] * share;
    }
  }

  static int yearOf(long time) {
    return LocalDate.ofEpochDay(Math.floorDiv(time, 86_400L)).getYear();
  }

  static long startOf(int year) {
    return LocalDate.of(year, 1, 1).atStartOfDay().toEpochSecond(ZoneOffset.UTC);
  }

  int years() {
    return starts.length - 1;
  }

  /// Returns the year, counted from 0, that contains a time of the span.
  int year(long time) {
    int y = (int) ((time - from) / 31_556_952);
    while (y < years() - 1 && time >= starts[y + 1]) {
      y++;
    }
    while (y > 0 && time < starts[y]) {
      y--;
    }
    return y;
  }

  /// Returns the first second of a year: the span's first second for year 0, the span's last for the year
  /// after the last.
  long start(int year) {
    return starts[year];
  }

  long from() {
    return from;
  }

  long to() {
    return to;
  }

  /// Returns the time before which a share, `0 … 1`, of all users has arrived.
  long time(double share) {
    double target = share * cumulative[years()];
    int y = 0;
    while (y < years() - 1 && cumulative[y + 1] < target) {
      y++;
    }
    double width = cumulative[y + 1] - cumulative[y];
    double part = width > 0 ? (target - cumulative[y]) / width : 0;
    return starts[y] + (long) (part * (starts[y + 1] - starts[y]));
  }

  /// Returns the share of all users who arrived before a time of the span.
  double share(long time) {
    int y = year(time);
    double part = (double) (time - starts[y]) / (starts[y + 1] - starts[y]);
    return (cumulative[y] + part * (cumulative[y + 1] - cumulative[y])) / cumulative[years()];
  }
}
