package com.craftyverse.recsys.ingest;

import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// How a ratings file writes times. All are converted to whole epoch seconds, rounded down.
enum TimeFormat {
  /// The file has no times.
  NONE(0, "nothing"),

  /// Seconds since 1970.
  SECONDS(1, "seconds since 1970"),

  /// Milliseconds since 1970.
  MILLISECONDS(1_000, "milliseconds since 1970"),

  /// Microseconds since 1970.
  MICROSECONDS(1_000_000, "microseconds since 1970"),

  /// Nanoseconds since 1970.
  NANOSECONDS(1_000_000_000, "nanoseconds since 1970"),

  /// ISO 8601 dates with or without a time of day, and a time with or without a zone. `/` may stand for `-`
  /// and a blank for `T`. Without a zone the time is UTC, without a time of day midnight.
  DATE(0, "a date from 1970 on, such as 2019-03-01 or 2019-03-01T12:30:00Z");

  /// What [#parse] returns for a value of another form.
  static final long INVALID = -1;

  /// Seconds above this are the year 5138, or another unit.
  static final long LATEST = 100_000_000_000L;

  private static final int SECONDS_PER_DAY = 86_400;

  /// Numbers below this take another digit without overflow.
  private static final long MAX_PLAIN = Long.MAX_VALUE / 10 - 1;

  private final long perSecond;
  private final String expected;

  TimeFormat(long perSecond, String expected) {
    this.perSecond = perSecond;
    this.expected = expected;
  }

  /// Returns what error messages expect.
  String expected() {
    return expected;
  }

  /// Returns the format whose numbers have the size of `value`, which is at least 0.
  static TimeFormat ofSize(double value) {
    return value <= LATEST
        ? SECONDS
        : value <= LATEST * 1e3 ? MILLISECONDS : value <= LATEST * 1e6 ? MICROSECONDS : NANOSECONDS;
  }

  /// Returns the time that `bytes[from, to)` spells in epoch seconds, or [#INVALID].
  long parse(byte[] bytes, int from, int to) {
    return switch (this) {
      case NONE -> 0;
      case DATE -> parseDate(bytes, from, to);
      default -> parseNumber(bytes, from, to);
    };
  }

  private long parseNumber(byte[] bytes, int from, int to) {
    long value = 0;
    int at = from;
    while (at < to && value < MAX_PLAIN && isDigit(bytes[at])) {
      value = value * 10 + (bytes[at++] - '0');
    }
    if (at < to || at == from) {
      double number =
          Decimal.parse(new String(bytes, from, to - from, StandardCharsets.UTF_8).strip());
      if (!(number >= 0 && number < Long.MAX_VALUE)) {
        return INVALID;
      }
      value = (long) number;
    }
    long seconds = value / perSecond;
    return seconds <= LATEST ? seconds : INVALID;
  }

  /// Returns whether `bytes[from, to)` begins with the digits of a date.
  static boolean looksLikeDate(byte[] bytes, int from, int to) {
    return to - from >= 8 && isDigit(bytes[from]) && DATE.parse(bytes, from, to) >= 0;
  }

  /// Returns whether a date has a zone.
  static boolean hasZone(byte[] bytes, int from, int to) {
    for (int i = from + 10; i < to; i++) {
      if (bytes[i] == 'Z' || bytes[i] == 'z' || bytes[i] == '+' || bytes[i] == '-') {
        return true;
      }
    }
    return false;
  }

  private static long parseDate(byte[] bytes, int from, int to) {
    if (to - from < 8) {
      return INVALID;
    }
    int year = number(bytes, from, from + 4);
    byte separator = bytes[from + 4];
    int at = from + 5;
    int monthEnd = digitsEnd(bytes, at, to, 2);
    int month = number(bytes, at, monthEnd);
    if ((separator != '-' && separator != '/') || monthEnd >= to || bytes[monthEnd] != separator) {
      return INVALID;
    }
    at = monthEnd + 1;
    int dayEnd = digitsEnd(bytes, at, to, 2);
    int day = number(bytes, at, dayEnd);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) {
      return INVALID;
    }
    long seconds = daysSince1970(year, month, day) * SECONDS_PER_DAY;
    if (dayEnd == to) {
      return seconds;
    }
    if (bytes[dayEnd] != 'T' && bytes[dayEnd] != 't' && bytes[dayEnd] != ' ') {
      return INVALID;
    }
    at = dayEnd;
    while (at < to && (bytes[at] == ' ' || at == dayEnd)) {
      at++;
    }
    long time = parseTimeOfDay(bytes, at, to);
    return time == INVALID_TIME || seconds + time < 0 ? INVALID : seconds + time;
  }

  private static final long INVALID_TIME = Long.MIN_VALUE;

  /// Returns the seconds of `HH:mm[:ss[.fraction]][zone]` after midnight UTC, which a zone may make negative.
  private static long parseTimeOfDay(byte[] bytes, int from, int to) {
    int hour = to - from < 5 ? -1 : number(bytes, from, from + 2);
    int minute = hour < 0 || bytes[from + 2] != ':' ? -1 : number(bytes, from + 3, from + 5);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59) {
      return INVALID_TIME;
    }
    int second = 0;
    int at = from + 5;
    if (at + 3 <= to && bytes[at] == ':') {
      second = number(bytes, at + 1, at + 3);
      if (second < 0 || second > 60) {
        return INVALID_TIME;
      }
      at += 3;
      if (at < to && (bytes[at] == '.' || bytes[at] == ',')) {
        int end = digitsEnd(bytes, at + 1, to, 9);
        if (end == at + 1) {
          return INVALID_TIME;
        }
        at = end;
      }
    }
    long offset = parseZone(bytes, at, to);
    return offset == INVALID_TIME
        ? INVALID_TIME
        : hour * 3600L + minute * 60L + Math.min(second, 59) - offset;
  }

  /// Returns the offset of a zone from UTC in seconds: `Z`, `UTC`, `+02`, `+0200`, `+02:00`, or nothing.
  private static long parseZone(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && bytes[at] == ' ') {
      at++;
    }
    String zone = new String(bytes, at, to - at, StandardCharsets.US_ASCII);
    if (zone.isEmpty() || zone.equalsIgnoreCase("Z") || zone.equals("UTC") || zone.equals("GMT")) {
      return 0;
    }
    String digits = zone.substring(1).replace(":", "");
    int sign = zone.charAt(0) == '+' ? 1 : zone.charAt(0) == '-' ? -1 : 0;
    if (sign == 0 || !digits.matches("\\d\\d(\\d\\d)?")) {
      return INVALID_TIME;
    }
    int hours = Integer.parseInt(digits.substring(0, 2));
    int minutes = digits.length() == 4 ? Integer.parseInt(digits.substring(2)) : 0;
    return hours > 18 || minutes > 59 ? INVALID_TIME : sign * (hours * 3600L + minutes * 60L);
  }

  private static int daysOf(int year, int month) {
    boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return switch (month) {
      case 2 -> leap ? 29 : 28;
      case 4, 6, 9, 11 -> 30;
      default -> 31;
    };
  }

  /// Counts days with years that begin in March, so that a leap day is the last.
  private static long daysSince1970(int year, int month, int day) {
    long y = month <= 2 ? year - 1L : year;
    long dayOfYear = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return 365 * y + y / 4 - y / 100 + y / 400 + dayOfYear - 719_468;
  }

  private static int digitsEnd(byte[] bytes, int from, int to, int max) {
    int at = from;
    while (at < to && at - from < max && isDigit(bytes[at])) {
      at++;
    }
    return at;
  }

  /// Returns the number that only digits spell, or -1.
  private static int number(byte[] bytes, int from, int to) {
    int value = from < to ? 0 : -1;
    for (int i = from; i < to; i++) {
      if (!isDigit(bytes[i])) {
        return -1;
      }
      value = value * 10 + (bytes[i] - '0');
    }
    return value;
  }

  private static boolean isDigit(byte character) {
    return character >= '0' && character <= '9';
  }

  /// Returns the format's name in results and settings.
  @Override
  @JsonValue
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
