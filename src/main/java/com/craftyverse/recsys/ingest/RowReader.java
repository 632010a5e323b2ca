package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.table.TableFormat;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A reader for single rows of ratings. It handles any layout value by value, and its errors name the file,
/// line and column, what was found and what was expected.
final class RowReader {
  /// What error messages expect of an id.
  static final String AN_ID = "a whole number from 0 to 2147483647";

  /// The number of digits that a double represents exactly.
  private static final int EXACT_DIGITS = 15;

  private static final double[] POWERS_OF_TEN = {
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
  };

  /// More than anybody counts; floats hold it.
  private static final double MAX_COUNT = 1e30;

  private final byte[] chunk;
  private final RatingsLayout layout;
  private final RatingScale scale;
  private final double[] missing;
  private final byte decimalMark;
  private final @Nullable IdDictionary userIds;
  private final @Nullable IdDictionary itemIds;
  private final String file;

  private final CsvRecord record;
  private long line;

  private int user;
  private int item;
  private float rating;
  private long timestamp;
  private boolean hasRating;

  /// @param chunk the buffer with the rows; its content may change between rows
  /// @param missing the ratings that mean that there is none
  /// @param userIds the users' dictionary; null if ids are whole numbers of 32 bits
  /// @param itemIds the same for items
  /// @param file the file's name in error messages
  RowReader(
      byte[] chunk,
      RatingsLayout layout,
      List<Double> missing,
      @Nullable IdDictionary userIds,
      @Nullable IdDictionary itemIds,
      String file) {
    this.chunk = chunk;
    this.layout = layout;
    this.scale = layout.scale();
    this.missing = missing.stream().mapToDouble(Double::doubleValue).toArray();
    this.decimalMark = (byte) (layout.decimalComma() ? ',' : '.');
    this.userIds = userIds;
    this.itemIds = itemIds;
    this.file = file;
    this.record = new CsvRecord(chunk, layout.separator());
  }

  RatingsLayout layout() {
    return layout;
  }

  int user() {
    return user;
  }

  int item() {
    return item;
  }

  float rating() {
    return rating;
  }

  long timestamp() {
    return timestamp;
  }

  /// Returns whether the row counts: false if its rating or its kind of event is to be left out.
  boolean hasRating() {
    return hasRating;
  }

  /// Returns whether the line at `start` is empty.
  boolean isBlank(int start) {
    return chunk[start] == '\n' || (chunk[start] == '\r' && chunk[start + 1] == '\n');
  }

  /// Finds the row that begins at `start` and ends before `end`.
  ///
  /// @param number the line number, for errors
  /// @return the start of the next row, or -1 if this row ends inside quotes
  /// @throws RequestException if text follows a closing quote. The row boundaries are unclear from there on,
  ///     so skipping one bad row would not help.
  int scan(int start, int end, long number) {
    line = number;
    return switch (record.read(start, end)) {
      case COMPLETE -> record.next();
      case UNCLOSED_QUOTE -> -1;
      case TEXT_AFTER_QUOTE ->
          throw problem(record.problemOffset(), "unexpected text after the closing quote");
    };
  }

  /// Returns the number of lines in the row; 1 in formats that have rows.
  int lineCount() {
    return layout.table() == TableFormat.TEXT ? record.lineBreaks(record.next()) : 1;
  }

  /// Returns the error for a row that ends inside quotes.
  ///
  /// @param limit where the search for the closing quote ended
  RequestException unclosedQuote(String limit) {
    return problem(
        record.problemOffset(), "the quote that opens here is not closed before " + limit);
  }

  /// Reads the values of the row found last.
  ///
  /// @throws RequestException if they are malformed
  void parse() {
    int present = Math.min(record.count(), layout.columns());
    hasRating = true;
    rating = 1;
    for (int column = 0; column < present; column++) {
      parseField(column, record.start(column), record.end(column));
    }
    if (record.count() < layout.columns()) {
      throw problem(
          record.outerEnd(present - 1),
          "the row ends after "
              + layout.column(present - 1)
              + "; "
              + layout.column(present)
              + " is missing");
    }
    if (record.count() > layout.columns()) {
      throw problem(
          record.outerEnd(present - 1),
          "the row continues after "
              + layout.column(present - 1)
              + "; expected "
              + layout.columns()
              + " values");
    }
    // Last, because a dictionary keeps the ids of all rows that it sees.
    if (hasRating && userIds != null) {
      user = id(userIds, "user", layout.user());
    }
    if (hasRating && itemIds != null) {
      item = id(itemIds, "item", layout.item());
    }
  }

  private void parseField(int column, int from, int to) {
    if (column == layout.user()) {
      user = userIds == null ? (int) wholeNumber(column, from, to, "user") : 0;
    } else if (column == layout.item()) {
      item = itemIds == null ? (int) wholeNumber(column, from, to, "item") : 0;
    } else if (column == layout.rating()) {
      rating = rating(column, from, to);
    } else if (column == layout.event()) {
      rating = amount(column);
    } else if (column == layout.timestamp()) {
      timestamp = layout.time().parse(chunk, from, to);
      if (timestamp == TimeFormat.INVALID) {
        throw unexpectedTime(column, from, to);
      }
    }
  }

  private int id(IdDictionary ids, String role, int column) {
    int code =
        record.hasDoubledQuotes(column)
            ? code(ids, record.text(column).getBytes(StandardCharsets.UTF_8))
            : ids.code(chunk, record.start(column), record.end(column));
    if (code == IdDictionary.INVALID) {
      throw unexpectedValue(
          column,
          ids.expected()
              + (ids instanceof LongIdDictionary
                  ? "; settings.json: \"ids\": {\"" + role + "\": \"utf8\"}"
                  : ""));
    }
    return code;
  }

  private static int code(IdDictionary ids, byte[] text) {
    return ids.code(Arrays.copyOf(text, text.length + Long.BYTES), 0, text.length);
  }

  private RequestException unexpectedTime(int column, int from, int to) {
    double number = Decimal.parse(text(column).strip());
    String hint = "";
    if (number > TimeFormat.LATEST && TimeFormat.ofSize(number) != layout.time()) {
      hint =
          " (these look like "
              + TimeFormat.ofSize(number)
              + "); settings.json: \"time\": \""
              + TimeFormat.ofSize(number)
              + "\"";
    } else if (layout.time() != TimeFormat.DATE && TimeFormat.looksLikeDate(chunk, from, to)) {
      hint = "; settings.json: \"time\": \"date\"";
    }
    return unexpectedValue(column, layout.time().expected() + hint);
  }

  private long wholeNumber(int column, int from, int to, String role) {
    long max = Integer.MAX_VALUE;
    long value = from == to ? -1 : 0;
    for (int i = from; i < to && value >= 0; i++) {
      int digit = chunk[i] - '0';
      value = digit < 0 || digit > 9 ? -1 : value * 10 + digit;
      value = value > max ? -1 : value;
    }
    if (value < 0) {
      value = Decimal.parseWholeNumber(text(column).strip(), max);
    }
    if (value < 0) {
      boolean isEmpty = from == to || text(column).isBlank();
      throw unexpectedValue(
          column,
          AN_ID + (isEmpty ? "" : "; settings.json: \"ids\": {\"" + role + "\": \"utf8\"}"));
    }
    return value;
  }

  private float rating(int column, int from, int to) {
    long value = 0;
    int digits = 0;
    int decimals = -1;
    int i = from;
    for (; i < to && digits <= EXACT_DIGITS; i++) {
      int digit = chunk[i] - '0';
      if (digit >= 0 && digit <= 9) {
        value = value * 10 + digit;
        digits++;
        decimals += decimals < 0 ? 0 : 1;
      } else if (chunk[i] == decimalMark && decimals < 0) {
        decimals = 0;
      } else {
        break;
      }
    }
    // Both are exact integers, so the quotient is the double nearest to the decimal number.
    double rating =
        i == to && digits > 0 && digits <= EXACT_DIGITS
            ? value / POWERS_OF_TEN[Math.max(0, decimals)]
            : Decimal.parse(number(column));
    hasRating = Arrays.binarySearch(missing, rating) < 0;
    if (layout.feedback() == Feedback.CHOICES) {
      requireCount(column, rating);
    } else if (hasRating && !scale.contains(rating)) {
      throw unexpectedValue(column, scale.describe() + ratingHint(column, rating));
    }
    return (float) rating;
  }

  private void requireCount(int column, double count) {
    boolean isCount = count > 0 && count <= MAX_COUNT;
    if (hasRating && !isCount) {
      throw unexpectedValue(
          column,
          "a number of choices, above 0"
              + (count == 0
                  ? "; settings.json: \"missing\": [0]"
                  : "; settings.json: \"feedback\": \"ratings\""));
    }
  }

  /// Returns how many choices an event of this kind counts as.
  private float amount(int column) {
    Float amount = layout.eventAmounts().get(text(column).strip());
    if (amount == null) {
      throw unexpectedValue(
          column,
          "one of "
              + String.join(", ", layout.eventAmounts().keySet())
              + "; settings.json: \"events\": {"
              + '"'
              + text(column).strip()
              + "\": 0}");
    }
    hasRating = amount > 0;
    return amount;
  }

  private String number(int column) {
    String text = text(column).strip();
    return layout.decimalComma() ? text.replace(',', '.') : text;
  }

  private String ratingHint(int column, double rating) {
    if (Decimal.hasComma(text(column))) {
      return " (with a decimal point, not a comma); settings.json: \"decimal\": \",\"";
    }
    if (Double.isNaN(rating)) {
      return "";
    }
    return MissingValues.isUsual(rating)
        ? "; settings.json: \"missing\": [" + text(column).strip() + "]"
        : "; settings.json: \"scale\": {\"min\": "
            + Math.min(rating, scale.min())
            + ", \"max\": "
            + Math.max(rating, scale.max())
            + "}";
  }

  private String text(int column) {
    return record.text(column);
  }

  private RequestException unexpectedValue(int column, String expected) {
    String found = text(column);
    return problem(
        record.start(column),
        layout.column(column)
            + " is "
            + (found.isBlank() ? "empty" : ObjectKeys.quote(found))
            + ", expected "
            + expected);
  }

  private RequestException problem(int offset, String message) {
    String place =
        switch (layout.table()) {
          case TEXT ->
              ", line " + (line + record.lineBreaks(offset)) + ", column " + record.column(offset);
          case JSON_LINES -> ", line " + line;
          case PARQUET, ARROW -> ", row " + line;
        };
    return RequestException.unprocessable(file + place + ": " + message);
  }
}
