package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.IdType;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// What the values of a column look like in the first rows of a file.
final class ColumnStatistics {
  /// Share of the values that may be malformed: such rows are the reader's business.
  private static final double MAX_MALFORMED = 0.001;

  private static final int MAX_DISTINCT = 2_100;
  private static final int MAX_NUMBER_LENGTH = 40;
  private static final int MAX_KINDS = 20;

  /// What tells counts from ratings: the largest is far from the median.
  private static final int MIN_DISTINCT_COUNTS = 10;

  private static final int MIN_LARGEST_COUNT = 25;
  private static final int MIN_SKEW = 10;

  /// Numbers from here on may be times: 3 March 1973 in seconds.
  private static final double EARLIEST_EPOCH = 1e8;

  private static final double HIGHEST_RATING = 1e6;

  /// More different values than ratings usually have, if they are whole numbers.
  private static final int MAX_WHOLE_RATINGS = 201;

  /// Amazon's product numbers; those of books are ISBNs.
  private static final Pattern ASIN = Pattern.compile("B[0-9A-Z]{9}");

  private int values;
  private int empty;
  private int int32;
  private int int64;
  private int numbers;
  private int fractions;
  private int commas;
  private int points;
  private int epochs;
  private int dates;
  private int zones;
  private int productNumbers;
  private double largest;
  private final Set<String> kinds = new TreeSet<>();
  private final TreeMap<Double, Integer> counts = new TreeMap<>();

  /// Adds the value in `bytes[from, to)`.
  void add(byte[] bytes, int from, int to) {
    values++;
    String text = "";
    if (to - from <= MAX_NUMBER_LENGTH) {
      text = new String(bytes, from, to - from, StandardCharsets.UTF_8).strip();
    }
    if (from == to) {
      empty++;
    }
    if (text.isEmpty()) {
      return;
    }
    if (kinds.size() <= MAX_KINDS) {
      kinds.add(text);
    }
    char first = text.charAt(0);
    if (text.length() == 10 && (isIsbn(text) || ASIN.matcher(text).matches())) {
      productNumbers++;
    }
    if (first != '-' && first != '+' && first != '.' && (first < '0' || first > '9')) {
      return;
    }
    if (TimeFormat.looksLikeDate(bytes, from, to)) {
      dates++;
      zones += TimeFormat.hasZone(bytes, from, to) ? 1 : 0;
      return;
    }
    double number = Decimal.parse(text);
    if (Double.isNaN(number) && Decimal.hasComma(text)) {
      commas++;
      number = Decimal.parse(text.replace(',', '.'));
    } else if (text.indexOf('.') >= 0) {
      points++;
    }
    if (!Double.isNaN(number)) {
      addNumber(text, number);
    }
  }

  private void addNumber(String text, double number) {
    numbers++;
    fractions += number == Math.rint(number) ? 0 : 1;
    largest = Math.max(largest, number);
    epochs += number >= EARLIEST_EPOCH ? 1 : 0;
    if (counts.size() < MAX_DISTINCT) {
      counts.merge(number, 1, Integer::sum);
    }
    boolean hasLeadingZero = text.length() > 1 && text.charAt(0) == '0' && text.indexOf('.') < 0;
    if (number != Math.rint(number) || text.startsWith("+") || hasLeadingZero) {
      return;
    }
    if (number >= 0 && number <= Integer.MAX_VALUE) {
      int32++;
      int64++;
    } else if (isLong(text)) {
      int64++;
    }
  }

  private static boolean isLong(String text) {
    try {
      return new BigDecimal(text).longValueExact() != Long.MIN_VALUE;
    } catch (ArithmeticException | NumberFormatException e) {
      return false;
    }
  }

  /// Returns whether the ten characters are an ISBN with its check digit (ISO 2108).
  private static boolean isIsbn(String text) {
    int sum = 0;
    for (int i = 0; i < 10; i++) {
      char c = text.charAt(i);
      int digit = i == 9 && (c == 'X' || c == 'x') ? 10 : c - '0';
      if (digit < 0 || digit > (i == 9 ? 10 : 9)) {
        return false;
      }
      sum += (10 - i) * digit;
    }
    return sum % 11 == 0 && sum > 0;
  }

  /// Returns the narrowest type that holds the ids. Leading zeros and all that is no whole number make a text.
  IdType idType() {
    return most(int32) ? IdType.INT32 : most(int64) ? IdType.INT64 : IdType.UTF8;
  }

  /// Returns whether so many values contradict `type` that it cannot be meant: all, or at least five and a
  /// tenth.
  boolean contradicts(IdType type) {
    int good =
        switch (type) {
          case INT32 -> int32;
          case INT64 -> int64;
          case UTF8 -> values;
        };
    return contradicts(values - good);
  }

  /// Returns whether so many ratings are off a scale that another one is meant.
  ///
  /// @param min the lowest rating on the scale
  /// @param max the highest
  boolean contradictsRange(double min, double max) {
    int outside = 0;
    for (Map.Entry<Double, Integer> each : counts.entrySet()) {
      outside += each.getKey() < min || each.getKey() > max ? each.getValue() : 0;
    }
    return contradicts(outside);
  }

  /// Returns whether so many values are no seconds since 1970 that another form of time is meant.
  boolean contradictsSeconds() {
    int seconds = 0;
    for (Map.Entry<Double, Integer> each : counts.entrySet()) {
      boolean isSeconds = each.getKey() >= 0 && each.getKey() <= TimeFormat.LATEST;
      seconds += isSeconds ? each.getValue() : 0;
    }
    int counted = counts.values().stream().mapToInt(Integer::intValue).sum();
    return contradicts(values - numbers + counted - seconds);
  }

  private boolean contradicts(int bad) {
    return values > 0 && (bad == values || (bad >= 5 && bad >= values / 10));
  }

  /// Returns whether all values are empty.
  boolean isEmpty() {
    return values > 0 && empty == values;
  }

  /// Returns whether the column has numbers, possibly with a decimal comma.
  boolean isNumeric() {
    return most(numbers);
  }

  /// Returns whether most values are numbers, so that the others are malformed.
  boolean isMostlyNumeric() {
    return 2 * numbers > values;
  }

  /// Returns whether the numbers have commas in place of points.
  boolean hasDecimalCommas() {
    return commas > 0 && points == 0;
  }

  /// Returns whether the numbers are no ids: some have fractions.
  boolean hasFractions() {
    return isNumeric() && fractions > 0;
  }

  /// Returns whether the column looks like ratings: numbers with fractions or of few different values.
  boolean looksLikeRatings() {
    return isNumeric()
        && largest <= HIGHEST_RATING
        && (fractions > 0 || counts.size() <= MAX_WHOLE_RATINGS);
  }

  /// Returns whether the column plainly has counts: positive whole numbers of many values, most of them small and
  /// some far larger, as no scale has.
  boolean looksLikeCounts() {
    return isNumeric()
        && fractions == 0
        && !counts.isEmpty()
        && counts.firstKey() >= 1
        && epochs == 0
        && counts.size() >= MIN_DISTINCT_COUNTS
        && largest >= MIN_LARGEST_COUNT
        && largest >= MIN_SKEW * typicalNumber();
  }

  /// Returns the kinds of events in the column, the first ones; empty if it has many values.
  Set<String> kinds() {
    return kinds.size() <= MAX_KINDS ? kinds : Set.of();
  }

  /// Returns whether the column looks like times: dates, or numbers as large as times since 1970.
  boolean looksLikeTimes() {
    return values > 0 && (most(dates) || (isNumeric() && most(epochs)));
  }

  /// Returns whether most values are times in some form, so that the others are malformed.
  boolean isMostlyTimes() {
    return 2 * dates > values || 2 * numbers > values;
  }

  /// Returns how the column writes times.
  TimeFormat timeFormat() {
    return dates > numbers ? TimeFormat.DATE : TimeFormat.ofSize(typicalNumber());
  }

  /// Returns whether dates lack a zone.
  boolean lacksZones() {
    return zones < dates;
  }

  /// Returns whether the ids are product numbers as Amazon and booksellers use them.
  boolean looksLikeProducts() {
    return values > 0 && 10 * productNumbers > 9 * values;
  }

  private double typicalNumber() {
    int half = 0;
    for (Map.Entry<Double, Integer> each : counts.entrySet()) {
      half += each.getValue();
      if (2 * half >= counts.values().stream().mapToInt(Integer::intValue).sum()) {
        return each.getKey();
      }
    }
    return 0;
  }

  /// Returns the numbers by how often they occur, ascending; incomplete beyond 2,100.
  Map<Double, Integer> counts() {
    return counts;
  }

  int values() {
    return values;
  }

  private boolean most(int good) {
    return values > 0 && values - good <= MAX_MALFORMED * values;
  }
}
