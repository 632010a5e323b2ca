package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a request says about a ratings file. [LayoutDetector] finds out what it leaves open.
///
/// @param columns the column names
/// @param delimiter the delimiter between values
/// @param declaredScale the scale
/// @param encoding the name of the encoding
/// @param header whether the first line has names
/// @param ids the types of ids
/// @param time how times are written
/// @param decimalComma whether ratings have a decimal comma
/// @param missing the ratings that mean that there is none
/// @param feedback what the rows are
/// @param events the weights of kinds of events
/// @param entry the ratings file's name in a zip
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@RecordBuilder
record RatingsFormat(
    @Nullable RatingsColumns columns,
    @Nullable String delimiter,
    @Nullable RatingScale declaredScale,
    @Nullable String encoding,
    @Nullable Boolean header,
    IdTypes ids,
    @Nullable TimeFormat time,
    @Nullable Boolean decimalComma,
    List<Double> missing,
    @Nullable Feedback feedback,
    Map<String, Double> events,
    @Nullable String entry) {
  /// Nothing is said.
  static final RatingsFormat ANY =
      new RatingsFormat(
          null,
          null,
          null,
          null,
          null,
          IdTypes.UNDECLARED,
          null,
          null,
          List.of(),
          null,
          Map.of(),
          null);

  private static final Pattern DELIMITER =
      Pattern.compile("[^\\p{Alnum}\\p{IsControl}.\"+-]|\t|::");

  private static final int MAX_MISSING = 20;
  private static final int MAX_EVENTS = 50;

  /// An event of this weight counts as half a million choices.
  private static final int MAX_EVENT_WEIGHT = 20;

  /// @throws RequestException if a field of the request is out of range
  static RatingsFormat of(IngestRequest request) {
    String delimiter = request.delimiter();
    if (delimiter != null && !DELIMITER.matcher(delimiter).matches()) {
      throw RequestException.invalid(
          "field 'delimiter': expected one character that cannot occur in a number, such as ; or"
              + " a tab, or ::, found "
              + ObjectKeys.quote(delimiter));
    }
    return new RatingsFormat(
        request.columns(),
        delimiter,
        requireDeclarable(request.scale()),
        charset(request.encoding()),
        request.header(),
        Objects.requireNonNullElse(request.ids(), IdTypes.UNDECLARED),
        time(request.time()),
        decimalComma(request.decimal()),
        missing(request.missing()),
        feedback(request),
        events(request.events()),
        request.entry());
  }

  private static @Nullable Feedback feedback(IngestRequest request) {
    RatingsColumns columns = request.columns();
    boolean isRating = columns != null && columns.rating() != null;
    boolean isChoice = columns != null && columns.rating() == null;
    if (request.feedback() == Feedback.CHOICES && isRating) {
      throw RequestException.invalid(
          "field 'feedback': choices have no rating, but 'columns.rating' names a column; name it"
              + " 'count' if it has numbers of choices, or leave it out");
    }
    if (request.feedback() == Feedback.RATINGS && isChoice) {
      throw RequestException.invalid("field 'columns.rating' is missing; expected a column's name");
    }
    if (request.events() != null && (isRating || request.feedback() == Feedback.RATINGS)) {
      throw RequestException.invalid("field 'events': events are choices, without ratings");
    }
    if (request.scale() != null && (isChoice || request.feedback() == Feedback.CHOICES)) {
      throw RequestException.invalid("field 'scale': choices have no rating scale");
    }
    return isChoice || request.events() != null ? Feedback.CHOICES : request.feedback();
  }

  private static Map<String, Double> events(@Nullable Map<String, Double> weights) {
    if (weights == null) {
      return Map.of();
    }
    boolean valid = !weights.isEmpty() && weights.size() <= MAX_EVENTS;
    for (Double weight : weights.values()) {
      valid &= weight != null && (weight == 0 || (weight >= 1 && weight <= MAX_EVENT_WEIGHT));
    }
    if (!valid) {
      throw RequestException.invalid(
          "field 'events': expected 1 to "
              + MAX_EVENTS
              + " kinds of events with weights of 0 or from 1 to "
              + MAX_EVENT_WEIGHT
              + ", found "
              + new TreeMap<>(weights));
    }
    return Collections.unmodifiableMap(new TreeMap<>(weights));
  }

  private static @Nullable RatingScale requireDeclarable(@Nullable RatingScale scale) {
    try {
      return scale == null ? null : scale.declared();
    } catch (IllegalArgumentException e) {
      throw RequestException.invalid(String.valueOf(e.getMessage()));
    }
  }

  private static @Nullable String charset(@Nullable String name) {
    try {
      return name == null ? null : Charset.forName(name).name();
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      throw RequestException.invalid(
          "field 'encoding': expected the name of an encoding such as UTF-8, UTF-16 or"
              + " windows-1252, found "
              + ObjectKeys.quote(name));
    }
  }

  private static @Nullable TimeFormat time(@Nullable String name) {
    if (name == null) {
      return null;
    }
    return Arrays.stream(TimeFormat.values())
        .filter(format -> format != TimeFormat.NONE && format.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                RequestException.invalid(
                    "field 'time': expected one of "
                        + Arrays.stream(TimeFormat.values())
                            .skip(1)
                            .map(TimeFormat::toString)
                            .collect(Collectors.joining(", "))
                        + ", found "
                        + ObjectKeys.quote(name)));
  }

  private static @Nullable Boolean decimalComma(@Nullable String mark) {
    if (mark != null && !mark.equals(".") && !mark.equals(",")) {
      throw RequestException.invalid(
          "field 'decimal': expected . or a comma, found " + ObjectKeys.quote(mark));
    }
    return mark == null ? null : mark.equals(",");
  }

  private static List<Double> missing(@Nullable List<Double> values) {
    if (values == null) {
      return List.of();
    }
    if (values.size() > MAX_MISSING
        || values.stream().anyMatch(value -> value == null || !Double.isFinite(value))) {
      throw RequestException.invalid(
          "field 'missing': expected at most " + MAX_MISSING + " numbers, found " + values);
    }
    return values.stream().sorted().distinct().toList();
  }

  /// Returns the dataset's scale: the declared one, MovieLens' in its own layouts, else the range of the
  /// ratings, with the step that all of them keep. Choices have none.
  ///
  /// @param layout the file's layout
  /// @param ratings the ratings
  @Nullable RatingScale scale(RatingsLayout layout, RatingsSummary ratings) {
    if (layout.feedback() == Feedback.CHOICES) {
      return null;
    }
    return declaredScale != null || !layout.scale().equals(RatingScale.ANY)
        ? layout.scale()
        : RatingScale.range(ratings.minRating(), ratings.maxRating(), ratings.step());
  }

  /// Returns the names in a file's header, or an empty list if its quotes are malformed.
  static List<String> header(byte[] start, int length, String delimiter) {
    CsvRecord header = new CsvRecord(start, delimiter);
    return header.read(afterByteOrderMark(start, length), length) == CsvRecord.Outcome.COMPLETE
        ? header.texts().stream().map(String::strip).toList()
        : List.of();
  }

  /// Returns the first line of a file, without its byte order mark and line end.
  static String firstLine(byte[] start, int length) {
    int from = afterByteOrderMark(start, length);
    int to = from;
    while (to < length && start[to] != '\n') {
      to++;
    }
    return Encoding.decode(start, from, to > from && start[to - 1] == '\r' ? to - 1 : to);
  }

  /// Returns the start of a file's text.
  static int afterByteOrderMark(byte[] start, int length) {
    return length >= 3
            && start[0] == (byte) 0xEF
            && start[1] == (byte) 0xBB
            && start[2] == (byte) 0xBF
        ? 3
        : 0;
  }
}
