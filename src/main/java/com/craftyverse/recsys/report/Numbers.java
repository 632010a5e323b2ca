package com.craftyverse.recsys.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Locale;

/// Numbers and times as people read them.
final class Numbers {
  private static final String[] MONTHS = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
  };

  /// Keeps a number and its unit on one line.
  private static final String NBSP = "\u00A0";

  private Numbers() {}

  /// Formats a number with at most two decimals, as CSS and SVG read it.
  static String plain(double value) {
    return decimal(value, 2);
  }

  /// Formats a number with at most some decimals, and with no more than it needs.
  static String decimal(double value, int decimals) {
    if (!Double.isFinite(value)) {
      return String.valueOf(value);
    }
    BigDecimal rounded = new BigDecimal(value).setScale(decimals, RoundingMode.HALF_UP);
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }

  /// Formats a whole number: `13,776`.
  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /// Formats a count of things: `1 user`, `13,776 users`.
  ///
  /// @param thing its name in the singular; the plural adds an s
  static String count(long value, String thing) {
    return count(value) + " " + thing + (value == 1 ? "" : "s");
  }

  /// Formats an error or a ranking measure: `0.8492`.
  static String measure(double value) {
    return fixed(value, 4);
  }

  /// Formats a number with a number of decimals and a minus of the width of a plus.
  static String fixed(double value, int decimals) {
    String text = String.format(Locale.ROOT, "%,." + decimals + "f", value);
    return text.startsWith("-") ? "−" + text.substring(1) : text;
  }

  /// Formats a difference: `+0.0045`, `−0.0542`.
  static String signed(double value) {
    String text = measure(value);
    return text.startsWith("−") || text.equals(measure(0)) ? text : "+" + text;
  }

  /// Formats an interval of measures.
  static String interval(double low, double high) {
    return measure(low) + " to " + measure(high);
  }

  /// Formats an interval of differences.
  static String signedInterval(double low, double high) {
    return signed(low) + " to " + signed(high);
  }

  /// Formats a share of 1 in percent: `35.2 %`.
  static String percent(double share) {
    return fixed(100 * share, 1) + NBSP + "%";
  }

  /// Formats a time span: `0.34 s`, `3 min 20 s`.
  static String seconds(double seconds) {
    if (seconds < 100) {
      return fixed(seconds, seconds < 10 ? 2 : 1) + NBSP + "s";
    }
    long whole = Math.round(seconds);
    return count(whole / 60) + " min " + whole % 60 + " s";
  }

  /// Formats a size: `769.1 kB`.
  static String bytes(long bytes) {
    if (bytes < 1_000) {
      return bytes + NBSP + "B";
    }
    return bytes < 1_000_000
        ? fixed(bytes / 1e3, 1) + NBSP + "kB"
        : bytes < 1_000_000_000
            ? fixed(bytes / 1e6, 1) + NBSP + "MB"
            : fixed(bytes / 1e9, 1) + NBSP + "GB";
  }

  /// Formats the day of a time in UTC, a threshold of a split.
  static String day(double epochSeconds) {
    return day((long) Math.floor(epochSeconds));
  }

  /// Formats the day of a time in UTC: `13 Apr 1996`.
  ///
  /// @param seconds since 1970; beyond the years 1 to 9999, the number itself is returned
  static String day(long seconds) {
    if (seconds < -62_135_596_800L || seconds > 253_402_300_799L) {
      return String.valueOf(seconds);
    }
    ZonedDateTime time = Instant.ofEpochSecond(seconds).atZone(ZoneOffset.UTC);
    return time.getDayOfMonth() + " " + MONTHS[time.getMonthValue() - 1] + " " + time.getYear();
  }

  /// Formats a moment of a manifest: `26 Nov 2026, 13:10 UTC`.
  ///
  /// @param moment in ISO 8601, in UTC
  static String moment(String moment) {
    Instant instant = Instant.parse(moment);
    ZonedDateTime time = instant.atZone(ZoneOffset.UTC);
    return String.format(
        Locale.ROOT,
        "%s, %02d:%02d UTC",
        day(instant.getEpochSecond()),
        time.getHour(),
        time.getMinute());
  }

  /// Formats a period of an evaluation: `2013-02` becomes `Feb 2013`, and a year stays one.
  static String period(String period) {
    String[] parts = period.split("-", -1);
    return parts.length == 2 ? MONTHS[Integer.parseInt(parts[1]) - 1] + " " + parts[0] : period;
  }
}
