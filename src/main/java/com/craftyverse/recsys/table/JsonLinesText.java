package com.craftyverse.recsys.table;

import com.craftyverse.recsys.step.RequestException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// JSON Lines: an object a line. Its columns are the fields of the objects in the first megabyte, those of nested
/// objects by their paths, such as `user.id`. A list is rendered as its values joined by `|`, a missing field
/// and `null` as an empty value.
///
/// Most lines are flat objects that have, between the values, what the line before has. These are scanned eight bytes at
/// a time without creating objects; Jackson reads the others and words the errors.
final class JsonLinesText extends CsvText {
  private static final int SAMPLE_BYTES = 1 << 20;
  private static final int CHUNK = 1 << 20;
  private static final int MAX_LINE_BYTES = 16 << 20;
  private static final int MAX_COLUMNS = 200;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final long LINE_ENDS = '\n' * ONES;
  private static final long QUOTES = '"' * ONES;
  private static final long BACKSLASHES = '\\' * ONES;
  private static final long BLANKS = ' ' * ONES;
  private static final long ZEROS = '0' * ONES;
  private static final JsonFactory JSON = new JsonFactory();

  private final InputStream input;
  private final List<String> columns;
  private final String file;

  /// The names of the columns in UTF-8.
  private final byte[][] names;

  /// Where the value of each column begins and ends in the chunk; a start of −1 without one.
  private final int[] starts;

  private final int[] ends;

  /// Whether the value of each column was in quotes.
  private final boolean[] quoted;

  /// What the line before has before its values: from the end of the last value, or of the line, to the next value.
  private final List<Between> betweens = new ArrayList<>();

  /// The bytes before a value, with zeros to a multiple of eight, and a mask without these zeros.
  ///
  /// @param column the place of the value's column, −1 if it is not chosen
  private record Between(long[] words, long lastMask, int length, int column) {}

  private byte[] chunk = new byte[CHUNK + SLACK];
  private int position;
  private int length;
  private boolean atEnd;

  private JsonLinesText(InputStream input, List<String> columns, String file) {
    this.input = input;
    this.columns = columns;
    this.file = file;
    this.names = new byte[columns.size()][];
    for (int i = 0; i < names.length; i++) {
      names[i] = columns.get(i).getBytes(StandardCharsets.UTF_8);
    }
    this.starts = new int[names.length];
    this.ends = new int[names.length];
    this.quoted = new boolean[names.length];
    header(columns);
  }

  /// @throws RequestException if no line of the first megabyte is an object
  static JsonLinesText open(InputStream content, @Nullable List<String> columns, String file)
      throws IOException {
    if (columns != null) {
      return new JsonLinesText(content, columns, file);
    }
    BufferedInputStream buffered = new BufferedInputStream(content, SAMPLE_BYTES);
    buffered.mark(SAMPLE_BYTES);
    List<String> names = columns(buffered.readNBytes(SAMPLE_BYTES), file);
    buffered.reset();
    return new JsonLinesText(buffered, names, file);
  }

  private static List<String> columns(byte[] sample, String file) {
    Set<String> names = new LinkedHashSet<>();
    RequestException problem = null;
    int from = afterByteOrderMark(sample);
    long line = 0;
    while (from < sample.length && names.size() < MAX_COLUMNS) {
      int to = lineEnd(sample, from, sample.length);
      line++;
      boolean isWhole = to < sample.length || sample.length < SAMPLE_BYTES || line == 1;
      if (isWhole) {
        try {
          names.addAll(values(sample, from, to).keySet());
        } catch (IOException e) {
          if (problem == null) {
            problem = RequestException.unprocessable(file + ", line " + line + ": " + message(e));
          }
        }
      }
      from = to + 1;
    }
    if (names.isEmpty()) {
      throw problem != null
          ? problem
          : RequestException.unprocessable(
              file + ", line 1: the object has no fields; expected a user, an item and a rating");
    }
    return names.stream().limit(MAX_COLUMNS).toList();
  }

  private static String message(IOException e) {
    String reason =
        e instanceof JsonParseException malformed
            ? malformed.getOriginalMessage()
            : String.valueOf(e.getMessage());
    return "expected a JSON object on one line (" + reason + ")";
  }

  private static int afterByteOrderMark(byte[] bytes) {
    boolean has =
        bytes.length >= 3
            && bytes[0] == (byte) 0xEF
            && bytes[1] == (byte) 0xBB
            && bytes[2] == (byte) 0xBF;
    return has ? 3 : 0;
  }

  private static int lineEnd(byte[] bytes, int from, int to) {
    int at = from;
    while (at <= to - Long.BYTES) {
      long word = (long) LONG.get(bytes, at) ^ LINE_ENDS;
      long zeros = zeroBytes(word);
      if (zeros != 0) {
        return at + (Long.numberOfTrailingZeros(zeros) >>> 3);
      }
      at += Long.BYTES;
    }
    while (at < to && bytes[at] != '\n') {
      at++;
    }
    return at;
  }

  @Override
  boolean appendRows() throws IOException {
    boolean isStart = position == 0 && length == 0;
    while (!isFull()) {
      int lineEnd = lineEnd(chunk, position, length);
      if (lineEnd == length && !atEnd) {
        fill();
        if (isStart) {
          position = length < 3 ? 0 : afterByteOrderMark(chunk);
          isStart = false;
        }
        continue;
      }
      if (position >= length) {
        return false;
      }
      appendRow(position, lineEnd);
      position = lineEnd + 1;
    }
    return true;
  }

  /// Moves the unfinished line to the front and reads on.
  private void fill() throws IOException {
    System.arraycopy(chunk, position, chunk, 0, length - position);
    length -= position;
    position = 0;
    if (length == chunk.length - SLACK) {
      if (length >= MAX_LINE_BYTES) {
        throw RequestException.unprocessable(
            file + ": a line is longer than " + MAX_LINE_BYTES + " bytes; this is no JSON Lines");
      }
      chunk = Arrays.copyOf(chunk, 2 * length + SLACK);
    }
    length += input.readNBytes(chunk, length, chunk.length - SLACK - length);
    atEnd = length < chunk.length - SLACK;
  }

  private void appendRow(int from, int to) {
    int end = to > from && chunk[to - 1] == '\r' ? to - 1 : to;
    if (end == from) {
      endRow();
      return;
    }
    if (scan(from, end)) {
      for (int i = 0; i < starts.length; i++) {
        if (i > 0) {
          comma();
        }
        if (starts[i] >= 0 && quoted[i]) {
          text(chunk, starts[i], ends[i]);
        } else if (starts[i] >= 0) {
          raw(chunk, starts[i], ends[i]);
        }
      }
      endRow();
      return;
    }
    int mark = end();
    try {
      Map<String, String> values = values(chunk, from, end);
      for (int i = 0; i < names.length; i++) {
        if (i > 0) {
          comma();
        }
        text(values.getOrDefault(columns.get(i), ""));
      }
      endRow();
    } catch (IOException e) {
      end(mark);
      problem(message(e));
    }
  }

  // Plain lines

  /// Finds the values in a flat object without escapes, lists or objects.
  ///
  /// @return false for other lines, also for malformed ones
  private boolean scan(int from, int to) {
    Arrays.fill(starts, -1);
    int at = from;
    for (int field = 0; ; field++) {
      int valueStart = field < betweens.size() ? skip(betweens.get(field), at, to) : -1;
      if (valueStart < 0) {
        int next = skipBlanks(at, to);
        if (field > 0 && next < to && chunk[next] == '}') {
          return skipBlanks(next + 1, to) == to;
        }
        valueStart = skipName(field, at, to);
        if (valueStart < 0) {
          return false;
        }
      }
      boolean isQuoted = chunk[valueStart] == '"';
      int start = isQuoted ? valueStart + 1 : valueStart;
      int end = isQuoted ? stringEnd(start, to) : literalEnd(start, to);
      if (end < 0) {
        return false;
      }
      int column = betweens.get(field).column;
      if (column >= 0) {
        starts[column] = !isQuoted && chunk[start] == 'n' ? -1 : start;
        ends[column] = end;
        quoted[column] = isQuoted;
      }
      at = isQuoted ? end + 1 : end;
    }
  }

  /// Returns the position after what the line before has here, −1 if this line has something else.
  private int skip(Between between, int start, int to) {
    int end = start + between.length;
    if (end >= to) {
      return -1;
    }
    long[] words = between.words;
    int last = words.length - 1;
    for (int i = 0; i < last; i++) {
      if ((long) LONG.get(chunk, start + Long.BYTES * i) != words[i]) {
        return -1;
      }
    }
    long rest = (long) LONG.get(chunk, start + Long.BYTES * last) ^ words[last];
    return (rest & between.lastMask) == 0 ? end : -1;
  }

  /// Skips the bracket or comma, the name and the colon before a value, and keeps them for the next line.
  ///
  /// @return the position of the value, −1 if this is something else or the name has escapes
  private int skipName(int field, int start, int to) {
    int at = skipBlanks(start, to);
    if (at == to || chunk[at] != (field == 0 ? '{' : ',')) {
      return -1;
    }
    int name = skipBlanks(at + 1, to);
    if (name == to || chunk[name] != '"') {
      return -1;
    }
    int nameEnd = stringEnd(name + 1, to);
    if (nameEnd < 0) {
      return -1;
    }
    at = skipBlanks(nameEnd + 1, to);
    if (at == to || chunk[at] != ':') {
      return -1;
    }
    at = skipBlanks(at + 1, to);
    if (at == to) {
      return -1;
    }
    betweens.subList(Math.min(field, betweens.size()), betweens.size()).clear();
    betweens.add(between(start, at, column(name + 1, nameEnd)));
    return at;
  }

  private Between between(int from, int to, int column) {
    int length = to - from;
    byte[] padded = Arrays.copyOf(Arrays.copyOfRange(chunk, from, to), (length + 7) & -8);
    long[] words = new long[padded.length / Long.BYTES];
    for (int i = 0; i < words.length; i++) {
      words[i] = (long) LONG.get(padded, Long.BYTES * i);
    }
    return new Between(words, -1L >>> (Byte.SIZE * (padded.length - length)), length, column);
  }

  private int skipBlanks(int from, int to) {
    int at = from;
    while (at < to && (chunk[at] == ' ' || chunk[at] == '\t')) {
      at++;
    }
    return at;
  }

  /// Returns the position of the closing quote, −1 if the string has escapes, control characters or bytes that are
  /// no ASCII.
  private int stringEnd(int from, int to) {
    for (int at = from; at < to; at += Long.BYTES) {
      long word = (long) LONG.get(chunk, at);
      long quotes = zeroBytes(word ^ QUOTES);
      long others =
          zeroBytes(word ^ BACKSLASHES) | ((word - BLANKS) & HIGH_BITS) | (word & HIGH_BITS);
      if ((quotes | others) != 0) {
        int end = at + (Long.numberOfTrailingZeros(quotes | others) >>> 3);
        return end < to && chunk[end] == '"' ? end : -1;
      }
    }
    return -1;
  }

  /// Returns a word whose lowest set bit is in the lowest byte of `word` that is zero; 0 if none is.
  private static long zeroBytes(long word) {
    return (word - ONES) & ~word & HIGH_BITS;
  }

  /// Returns the end of a number, `true`, `false` or `null`, −1 for anything else.
  private int literalEnd(int from, int to) {
    int digits = chunk[from] == '-' ? from + 1 : from;
    int at = digitsEnd(digits);
    if (at > digits) {
      boolean hasLeadingZero = chunk[digits] == '0' && at > digits + 1;
      if (chunk[at] == '.') {
        int decimals = at + 1;
        at = digitsEnd(decimals);
        if (at == decimals) {
          return -1;
        }
      }
      return !hasLeadingZero && at < to && isBlankOrEnd(chunk[at]) ? at : -1;
    }
    for (byte[] word : WORDS) {
      int end = from + word.length;
      if (end < to && Arrays.equals(chunk, from, end, word, 0, word.length)) {
        return isBlankOrEnd(chunk[end]) ? end : -1;
      }
    }
    return -1;
  }

  /// Returns the position of the first byte that is no digit. It is behind the line if the file ends in digits, and in
  /// the chunk, whose last bytes are zero.
  private int digitsEnd(int from) {
    for (int at = from; ; at += Long.BYTES) {
      long word = (long) LONG.get(chunk, at) ^ ZEROS;
      long others = ((word + 0x7676767676767676L) | word) & HIGH_BITS;
      if (others != 0) {
        return at + (Long.numberOfTrailingZeros(others) >>> 3);
      }
    }
  }

  private static final byte[][] WORDS = {
    "true".getBytes(StandardCharsets.US_ASCII),
    "false".getBytes(StandardCharsets.US_ASCII),
    "null".getBytes(StandardCharsets.US_ASCII)
  };

  private static boolean isBlankOrEnd(byte each) {
    return each == ',' || each == '}' || each == ' ' || each == '\t';
  }

  private int column(int from, int to) {
    for (int i = 0; i < names.length; i++) {
      if (Arrays.equals(chunk, from, to, names[i], 0, names[i].length)) {
        return i;
      }
    }
    return -1;
  }

  // Any line

  /// Returns the values of a line by their paths.
  private static Map<String, String> values(byte[] bytes, int from, int to) throws IOException {
    Map<String, String> values = new LinkedHashMap<>();
    try (JsonParser parser = JSON.createParser(bytes, from, to - from)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new JsonParseException(parser, "found " + found(parser.currentToken()));
      }
      object(parser, "", values);
      if (parser.nextToken() != null) {
        throw new JsonParseException(parser, "text follows the object");
      }
    }
    return values;
  }

  private static String found(@Nullable JsonToken token) {
    return token == null
        ? "nothing"
        : token == JsonToken.START_ARRAY ? "a list" : "a value that is no object";
  }

  private static void object(JsonParser parser, String path, Map<String, String> values)
      throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = path + parser.currentName();
      switch (parser.nextToken()) {
        case START_OBJECT -> object(parser, name + ".", values);
        case START_ARRAY -> {
          List<String> texts = new ArrayList<>();
          list(parser, texts);
          values.put(name, String.join("|", texts));
        }
        case VALUE_NULL -> values.put(name, "");
        default -> values.put(name, parser.getText());
      }
    }
  }

  /// Collects the values of a list, also of lists in it; objects in it are left out.
  private static void list(JsonParser parser, List<String> texts) throws IOException {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      switch (parser.currentToken()) {
        case START_ARRAY -> list(parser, texts);
        case START_OBJECT -> parser.skipChildren();
        case VALUE_NULL -> {}
        default -> texts.add(parser.getText());
      }
    }
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}
