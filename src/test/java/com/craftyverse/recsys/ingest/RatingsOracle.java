package com.craftyverse.recsys.ingest;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An independent definition of a ratings file, written as patterns for values and records.
final class RatingsOracle {
  /// A value and its end: quoted, with blanks around it, or anything that begins otherwise.
  private static final Pattern VALUE =
      Pattern.compile(
          "\\G(?:[ \t]*+\"([^\"]*+(?:\"\"[^\"]*+)*+)\"[ \t]*+|(?![ \t]*+\")([^,\n]*?))(,|\r?\n)");

  private RatingsOracle() {}

  /// Returns the rows of a file without duplicates, or empty if the file is malformed.
  static Optional<List<String>> rows(String file) {
    String text = file.startsWith("\u00EF\u00BB\u00BF") ? file.substring(3) : file;
    Optional<List<List<String>>> found = records(text.endsWith("\n") ? text : text + "\n");
    if (found.isEmpty() || found.get().size() < 2) {
      return Optional.empty();
    }
    List<List<String>> records = found.get();
    List<String> header = records.removeFirst().stream().map(String::strip).toList();
    List<String> required = List.of("userId", "movieId", "rating", "timestamp");
    for (String name : required) {
      if (header.stream().filter(name::equals).count() != 1) {
        return Optional.empty();
      }
    }
    Map<String, String[]> latest = new LinkedHashMap<>();
    for (List<String> values : records) {
      if (values.size() != header.size()) {
        return Optional.empty();
      }
      String[] row =
          required.stream()
              .map(name -> values.get(header.indexOf(name)).strip())
              .toArray(String[]::new);
      if (!isWhole(row[0], Integer.MAX_VALUE)
          || !isWhole(row[1], Integer.MAX_VALUE)
          || !isNumber(row[2])
          || Double.parseDouble(row[2]) < 0.5
          || Double.parseDouble(row[2]) > 5
          || !isWhole(row[3], 100_000_000_000L)) {
        return Optional.empty();
      }
      String pair = parseWholeNumber(row[0]) + "," + parseWholeNumber(row[1]);
      String[] other = latest.get(pair);
      if (other == null || parseWholeNumber(row[3]) >= parseWholeNumber(other[3])) {
        latest.remove(pair);
        latest.put(pair, row);
      }
    }
    return Optional.of(
        latest.entrySet().stream()
            .map(
                e ->
                    e.getKey()
                        + ","
                        + (float) Double.parseDouble(e.getValue()[2])
                        + ","
                        + parseWholeNumber(e.getValue()[3]))
            .toList());
  }

  /// Returns the records without blank lines at the end, or empty if quotes or blank lines are malformed.
  private static Optional<List<List<String>>> records(String text) {
    List<List<String>> records = new ArrayList<>();
    List<String> record = new ArrayList<>();
    Matcher value = VALUE.matcher(text);
    boolean blank = false;
    int end = 0;
    while (value.find()) {
      end = value.end();
      boolean empty = record.isEmpty() && value.group().matches("\r?\n");
      if (blank && !empty) {
        return Optional.empty();
      }
      blank |= empty && !records.isEmpty();
      if (empty && records.isEmpty()) {
        return Optional.empty();
      }
      if (!empty) {
        record.add(value.group(1) == null ? value.group(2) : value.group(1));
        if (!value.group(3).equals(",")) {
          records.add(record);
          record = new ArrayList<>();
        }
      }
    }
    return end == text.length() ? Optional.of(records) : Optional.empty();
  }

  private static boolean isNumber(String text) {
    try {
      BigDecimal number = new BigDecimal(text);
      return number.precision() > 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static boolean isWhole(String text, long max) {
    if (!isNumber(text) || text.matches("[+-].*")) {
      return false;
    }
    BigDecimal number = new BigDecimal(text);
    return number.compareTo(BigDecimal.valueOf(max)) <= 0
        && (number.signum() == 0 || number.stripTrailingZeros().scale() <= 0);
  }

  private static long parseWholeNumber(String text) {
    return new BigDecimal(text).longValueExact();
  }
}
