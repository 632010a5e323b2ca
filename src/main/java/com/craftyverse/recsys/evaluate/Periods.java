package com.craftyverse.recsys.evaluate;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.util.Arrays;

/// The months in UTC that a set of ratings covers, or the years if there are more than 60 months.
final class Periods {
  private static final int MAX_MONTHS = 60;

  /// The years 1 to 9999. Other numbers are hardly epoch seconds.
  private static final long EARLIEST = -62_135_596_800L;

  private static final long LATEST = 253_402_300_799L;

  /// No periods.
  static final Periods NONE = new Periods(YearMonth.of(1970, 1), 1, new long[0]);

  private final YearMonth first;
  private final int monthsEach;

  /// The first second of each period, ascending.
  private final long[] starts;

  private Periods(YearMonth first, int monthsEach, long[] starts) {
    this.first = first;
    this.monthsEach = monthsEach;
    this.starts = starts;
  }

  /// Returns the periods of a set; none if it has no ratings, all at the same time, or times beyond the
  /// years 1 to 9999.
  static Periods of(HeldOutRatings set) {
    long earliest = Long.MAX_VALUE;
    long latest = Long.MIN_VALUE;
    for (int row = 0; row < set.rows(); row++) {
      earliest = Math.min(earliest, set.time(row));
      latest = Math.max(latest, set.time(row));
    }
    if (earliest >= latest || earliest < EARLIEST || latest > LATEST) {
      return NONE;
    }
    YearMonth first = month(earliest);
    YearMonth last = month(latest);
    int months = index(last) - index(first) + 1;
    if (months <= MAX_MONTHS) {
      return of(first, 1, months);
    }
    return of(first.withMonth(1), 12, last.getYear() - first.getYear() + 1);
  }

  private static Periods of(YearMonth first, int monthsEach, int count) {
    long[] starts = new long[count];
    Arrays.setAll(
        starts,
        i ->
            first
                .plusMonths((long) i * monthsEach)
                .atDay(1)
                .atStartOfDay()
                .toEpochSecond(ZoneOffset.UTC));
    return new Periods(first, monthsEach, starts);
  }

  private static YearMonth month(long time) {
    return YearMonth.from(Instant.ofEpochSecond(time).atZone(ZoneOffset.UTC));
  }

  private static int index(YearMonth month) {
    return Math.toIntExact(month.getLong(ChronoField.PROLEPTIC_MONTH));
  }

  int count() {
    return starts.length;
  }

  /// Returns the period of a time within the set; -1 if there are no periods.
  int of(long time) {
    int found = Arrays.binarySearch(starts, time);
    return found >= 0 ? found : -found - 2;
  }

  /// Returns a period's name: `2019-03` or `2019`.
  String label(int period) {
    YearMonth start = first.plusMonths((long) period * monthsEach);
    return monthsEach == 1 ? start.toString() : String.valueOf(start.getYear());
  }
}
