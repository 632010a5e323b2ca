package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.IdType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An independent definition of a ratings file, written as patterns for values and records.
final class RatingsOracle {
  private static final RatingsLayout MOVIELENS =
      RatingsLayoutBuilder.builder(RatingsLayout.U_DATA)
          .name(RatingsLayout.RATINGS_CSV)
          .separator(",")
          .header(true)
          .build();

  private static final Pattern DATE =
      Pattern.compile("(\\d{4})([-/])(\\d{1,2})\\2(\\d{1,2})(?:(?:[Tt]| ) *(\\S.*))?");
  private static final Pattern TIME =
      Pattern.compile(
          "(\\d\\d):(\\d\\d)(?::(\\d\\d)(?:[.,]\\d{1,9})?)? *(|[Zz]|UTC|GMT|([+-])([\\d:]+))");
  private static final Pattern OFFSET = Pattern.compile("(\\d\\d)(\\d\\d)?");

  private RatingsOracle() {}

  /// Returns the rows of a file with MovieLens' header without duplicates, or empty if the file is malformed.
  static Optional<List<String>> rows(String file) {
    String text = withoutMark(file);
    Optional<List<List<String>>> found = records(text, ",");
    if (found.isEmpty() || found.get().size() < 2) {
      return Optional.empty();
    }
    List<String> header = found.get().getFirst().stream().map(String::strip).toList();
    RatingsLayoutBuilder layout = RatingsLayoutBuilder.builder(MOVIELENS);
    for (String name : RatingsColumns.MOVIELENS.names()) {
      if (header.stream().filter(name::equals).count() != 1) {
        return Optional.empty();
      }
    }
    return rows(
        file,
        layout
            .columns(header.size())
            .user(header.indexOf("userId"))
            .item(header.indexOf("movieId"))
            .rating(header.indexOf("rating"))
            .timestamp(header.indexOf("timestamp"))
            .build());
  }

  /// Returns the rows of a file of a layout, ids as texts, without duplicates; empty if the file is malformed.
  static Optional<List<String>> rows(String file, RatingsLayout layout) {
    Optional<List<List<String>>> found = records(withoutMark(file), layout.separator());
    if (found.isEmpty() || found.get().size() < (layout.header() ? 2 : 1)) {
      return Optional.empty();
    }
    Map<String, String[]> latest = new LinkedHashMap<>();
    for (List<String> values : found.get().subList(layout.header() ? 1 : 0, found.get().size())) {
      if (values.size() != layout.columns()) {
        return Optional.empty();
      }
      Optional<String> user = id(values.get(layout.user()), layout.userIdType());
      Optional<String> item = id(values.get(layout.item()), layout.itemIdType());
      Optional<String> rating = rating(values, layout);
      Optional<Long> time =
          layout.timestamp() < 0
              ? Optional.of(0L)
              : time(values.get(layout.timestamp()).strip(), layout.time());
      if (user.isEmpty() || item.isEmpty() || rating.isEmpty() || time.isEmpty()) {
        return Optional.empty();
      }
      String[] row = {
        user.get(), item.get(), "" + (float) Double.parseDouble(rating.get()), "" + time.get()
      };
      String pair = user.get() + "\n" + item.get();
      String[] other = latest.get(pair);
      boolean isLater = other == null || time.get() >= Long.parseLong(other[3]);
      if (other != null && layout.feedback() == Feedback.CHOICES) {
        row[2] =
            other[2] = "" + (float) (Double.parseDouble(row[2]) + Double.parseDouble(other[2]));
      }
      if (isLater) {
        latest.remove(pair);
        latest.put(pair, row);
      }
    }
    return Optional.of(latest.values().stream().map(row -> String.join(",", row)).toList());
  }

  /// Returns the rating or the amount; empty if it is invalid.
  private static Optional<String> rating(List<String> values, RatingsLayout layout) {
    if (layout.event() >= 0) {
      Float amount = layout.eventAmounts().get(values.get(layout.event()).strip());
      return Optional.ofNullable(amount).map(String::valueOf);
    }
    if (layout.rating() < 0) {
      return Optional.of("1");
    }
    String number = values.get(layout.rating()).strip();
    String rating = layout.decimalComma() ? number.replace(',', '.') : number;
    if (!isNumber(rating)) {
      return Optional.empty();
    }
    double value = Double.parseDouble(rating);
    boolean isValid =
        layout.feedback() == Feedback.CHOICES
            ? value > 0 && value <= 1e30
            : layout.scale().contains(value);
    return isValid ? Optional.of(rating) : Optional.empty();
  }

  private static String withoutMark(String file) {
    String text =
        file.startsWith("\u00EF\u00BB\u00BF")
            ? file.substring(3)
            : file.startsWith("\uFEFF") ? file.substring(1) : file;
    return text.endsWith("\n") ? text : text + "\n";
  }

  /// A value and its end: quoted, with blanks around it, or anything that begins otherwise.
  private static Pattern value(String separator) {
    String end = separator.equals(" ") ? "[ \t]+" : Pattern.quote(separator);
    String blank = separator.equals("\t") ? " " : separator.equals(" ") ? "" : " \t";
    String blanks = blank.isEmpty() ? "" : "[" + blank + "]*+";
    return Pattern.compile(
        "\\G(?:"
            + blanks
            + "\"([^\"]*+(?:\"\"[^\"]*+)*+)\""
            + blanks
            + "|(?!"
            + blanks
            + "\")((?:(?!"
            + end
            + ")[^\n])*?))("
            + end
            + "|\r?\n)");
  }

  /// Returns the records without blank lines at the end, or empty if quotes or blank lines are malformed.
  private static Optional<List<List<String>>> records(String text, String separator) {
    List<List<String>> records = new ArrayList<>();
    List<String> record = new ArrayList<>();
    String input = separator.equals(" ") ? text.replaceAll("(?m)^[ \t]+|[ \t]+(?=\r?$)", "") : text;
    Matcher value = value(separator).matcher(input);
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
        record.add(
            value.group(1) == null
                ? value.group(2).replaceAll("^[ \t]+|[ \t]+$", "")
                : value.group(1).replace("\"\"", "\""));
        if (value.group(3).endsWith("\n")) {
          records.add(record);
          record = new ArrayList<>();
        }
      }
    }
    return end == input.length() ? Optional.of(records) : Optional.empty();
  }

  private static Optional<String> id(String text, IdType type) {
    return switch (type) {
      case INT32 ->
          text.strip().matches("[+-].*")
              ? Optional.empty()
              : whole(text.strip(), 0, Integer.MAX_VALUE).map(Object::toString);
      case INT64 ->
          text.strip().startsWith("+")
              ? Optional.empty()
              : whole(text.strip(), Long.MIN_VALUE, Long.MAX_VALUE).map(Object::toString);
      case UTF8 -> {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        yield bytes == 0 || bytes > 256 || text.contains("\uFFFD")
            ? Optional.empty()
            : Optional.of(text);
      }
    };
  }

  private static Optional<Long> time(String text, TimeFormat format) {
    if (format == TimeFormat.DATE) {
      return date(text);
    }
    long perSecond =
        switch (format) {
          case MILLISECONDS -> 1_000;
          case MICROSECONDS -> 1_000_000;
          case NANOSECONDS -> 1_000_000_000;
          default -> 1;
        };
    if (!isNumber(text) || new BigDecimal(text).signum() < 0 || text.startsWith("-")) {
      return Optional.empty();
    }
    BigDecimal seconds =
        new BigDecimal(text).divide(BigDecimal.valueOf(perSecond), 0, RoundingMode.FLOOR);
    return seconds.compareTo(BigDecimal.valueOf(100_000_000_000L)) > 0
        ? Optional.empty()
        : Optional.of(seconds.longValueExact());
  }

  private static Optional<Long> date(String text) {
    Matcher date = DATE.matcher(text);
    if (!date.matches()) {
      return Optional.empty();
    }
    try {
      LocalDate day =
          LocalDate.of(
              Integer.parseInt(date.group(1)),
              Integer.parseInt(date.group(3)),
              Integer.parseInt(date.group(4)));
      long offset = 0;
      LocalTime time = LocalTime.MIDNIGHT;
      if (date.group(5) != null) {
        Matcher clock = TIME.matcher(date.group(5));
        if (!clock.matches()) {
          return Optional.empty();
        }
        int second = clock.group(3) == null ? 0 : Integer.parseInt(clock.group(3));
        time =
            LocalTime.of(
                Integer.parseInt(clock.group(1)),
                Integer.parseInt(clock.group(2)),
                second == 60 ? 59 : second);
        if (clock.group(5) != null) {
          Matcher zone = OFFSET.matcher(clock.group(6).replace(":", ""));
          if (!zone.matches()) {
            return Optional.empty();
          }
          int hours = Integer.parseInt(zone.group(1));
          int minutes = zone.group(2) == null ? 0 : Integer.parseInt(zone.group(2));
          if (hours > 18 || minutes > 59) {
            return Optional.empty();
          }
          offset = (clock.group(5).equals("-") ? -1 : 1) * (hours * 3600L + minutes * 60L);
        }
      }
      long seconds = LocalDateTime.of(day, time).toEpochSecond(ZoneOffset.UTC) - offset;
      return day.getYear() < 1970 || seconds < 0 ? Optional.empty() : Optional.of(seconds);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static boolean isNumber(String text) {
    try {
      BigDecimal number = new BigDecimal(text);
      return number.precision() > 0 && Math.abs((long) number.scale()) < 5_000;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static Optional<Long> whole(String text, long min, long max) {
    if (!isNumber(text)) {
      return Optional.empty();
    }
    BigDecimal number = new BigDecimal(text);
    return number.compareTo(BigDecimal.valueOf(max)) <= 0
            && number.compareTo(BigDecimal.valueOf(min)) >= 0
            && (number.signum() == 0 || number.stripTrailingZeros().scale() <= 0)
        ? Optional.of(number.longValueExact())
        : Optional.empty();
  }
}
