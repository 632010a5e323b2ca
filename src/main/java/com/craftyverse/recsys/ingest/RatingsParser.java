package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.table.CsvText;
import com.craftyverse.recsys.table.NumberColumns;
import com.craftyverse.recsys.table.TableFormat;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// A parser from the bytes of a ratings file to columns.
///
/// The parser reads large chunks and parses only the whole lines of a chunk. Each line therefore ends in a
/// newline inside the chunk, and the inner loops never request input. Nearly all rows take the fast path,
/// which handles eight bytes at a time without a branch per digit. Whatever the fast path does not recognise,
/// above all quotes, goes to [RowReader], which reads a row value by value and words the errors. A row whose
/// quotes are still open at the end of the chunk is parsed with the next chunk.
///
/// Accepted: ids of the layout's [types][IdDictionary], ratings on its scale and [times][TimeFormat], numbers in
/// any common [decimal notation][Decimal]; [quoted values][CsvRecord]; lines that end in LF or CRLF; a byte
/// order mark; blank lines at the end. Anything else is an error that names line and column.
final class RatingsParser {
  /// What introduces the setting that would help.
  private static final String SETTINGS = "; settings.json: ";

  private static final int CHUNK = 1 << 20;

  /// Rows of a table that are copied at once.
  private static final int COLUMN_ROWS = 2_048;

  /// Padding after the last line, for eight-byte reads that begin in it.
  private static final int SLACK = 32;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long LINE_ENDS = '\n' * ONES;
  private static final long ZEROS = 0x3030303030303030L;
  private static final long[] POWERS_OF_TEN = {1, 10, 100, 1_000};

  /// A consumer of row batches.
  @FunctionalInterface
  interface Sink {
    /// Consumes a batch of at least one row.
    ///
    /// @return a batch for the following rows, possibly the same one
    RatingsBatch accept(RatingsBatch batch) throws IOException;
  }

  /// The dictionaries of the ids, whose codes the batches have; null if they are whole numbers of 32 bits.
  record Ids(@Nullable IdDictionary users, @Nullable IdDictionary items) {
    static Ids of(RatingsLayout layout) {
      return new Ids(IdDictionary.of(layout.userIdType()), IdDictionary.of(layout.itemIdType()));
    }
  }

  private final boolean isText;
  private final RatingsLayout layout;
  private final String file;
  private final @Nullable IdDictionary userIds;
  private final @Nullable IdDictionary itemIds;

  /// The ratings 0.0 to 9.9 by tenths, each the float nearest to its decimal number; NaN if it is off the
  /// scale.
  private final float[] ratingsByTenths = new float[100];

  private final Sink sink;
  private final BadRows badRows;

  private RatingsBatch batch;
  private int[] users;
  private int[] items;
  private float[] ratings;
  private long[] timestamps;
  private int rows;

  private final byte[] chunk = new byte[CHUNK + SLACK];
  private final RowReader reader;
  private long missing;

  /// Whether this is the last chunk.
  private boolean atEnd;

  /// The number of lines before the current one.
  private long line;

  /// The number of the first blank line, or 0 if there was none yet.
  private long firstBlankLine;

  /// @param layout the file's layout
  /// @param missingRatings the ratings that mean that there is none; their rows are left out
  /// @param ids receives the ids
  /// @param file the file's name in error messages
  /// @param badRows receives the malformed rows
  /// @param sink receives the others
  RatingsParser(
      RatingsLayout layout,
      List<Double> missingRatings,
      Ids ids,
      String file,
      BadRows badRows,
      Sink sink) {
    this.layout = layout;
    this.isText = layout.table() == TableFormat.TEXT;
    this.file = file;
    this.badRows = badRows;
    this.sink = sink;
    this.batch = new RatingsBatch();
    this.users = batch.users;
    this.items = batch.items;
    this.ratings = batch.ratings;
    this.timestamps = batch.timestamps;
    this.userIds = ids.users();
    this.itemIds = ids.items();
    this.reader = new RowReader(chunk, layout, missingRatings, userIds, itemIds, file);
    for (int i = 0; i < ratingsByTenths.length; i++) {
      double rating = i / 10.0;
      ratingsByTenths[i] =
          layout.scale().contains(rating) && !missingRatings.contains(rating)
              ? (float) rating
              : Float.NaN;
    }
  }

  /// Parses the columns of a table: users, items, ratings and times, of a [plain][RatingsLayout#isPlain] layout. A row
  /// with a value that is not plain is parsed as text.
  ///
  /// @param counted receives the number of rows read, now and then
  /// @throws RequestException at the first row that [BadRows] refuses
  void parse(NumberColumns table, IntConsumer counted) throws IOException {
    long[] userValues = new long[COLUMN_ROWS];
    long[] itemValues = new long[COLUMN_ROWS];
    double[] ratingValues = new double[COLUMN_ROWS];
    long[] times = new long[COLUMN_ROWS];
    atEnd = true;
    while (table.nextBatch()) {
      for (int from = 0; from < table.rows(); from += COLUMN_ROWS) {
        int count = Math.min(COLUMN_ROWS, table.rows() - from);
        counted.accept(count);
        table.copyWhole(0, from, count, userValues);
        table.copyWhole(1, from, count, itemValues);
        table.copy(2, from, count, ratingValues);
        table.copyWhole(3, from, count, times);
        for (int i = 0; i < count; i++) {
          if (rows == RatingsBatch.CAPACITY) {
            flush();
          }
          if (!addPlain(userValues[i], itemValues[i], ratingValues[i], times[i])) {
            parseLine(table.line(from + i));
          }
        }
      }
    }
    flush();
  }

  /// Adds a row.
  ///
  /// @return false if a value is not plain, such as a rating of two decimals, or not valid
  private boolean addPlain(long user, long item, double rating, long time) {
    int tenths = (int) (rating * 10 + 0.5);
    if (((user | item) & ~Integer.MAX_VALUE) != 0
        || tenths < 0
        || tenths >= ratingsByTenths.length
        || tenths / 10.0 != rating
        || time < 0
        || time > TimeFormat.LATEST) {
      return false;
    }
    float known = ratingsByTenths[tenths];
    if (Float.isNaN(known)) {
      return false;
    }
    users[rows] = (int) user;
    items[rows] = (int) item;
    ratings[rows] = known;
    timestamps[rows] = time;
    rows++;
    line++;
    return true;
  }

  private void parseLine(byte[] text) {
    System.arraycopy(text, 0, chunk, 0, text.length);
    parseSlow(0, text.length);
  }

  /// Parses the whole file.
  ///
  /// @param input the file's bytes in UTF-8
  /// @throws RequestException at the first row that [BadRows] refuses
  void parse(InputStream input) throws IOException {
    int length = 0;
    boolean started = false;
    while (!atEnd) {
      int read = input.readNBytes(chunk, length, CHUNK - 1 - length);
      length += read;
      atEnd = length < CHUNK - 1;
      if (atEnd && length > 0 && chunk[length - 1] != '\n') {
        chunk[length++] = '\n';
      }
      int end = lastLineEnd(length);
      if (end == 0 && !atEnd) {
        throw RequestException.unprocessable(
            file
                + ", line "
                + (line + 1)
                + ": the line is longer than "
                + CHUNK
                + " bytes; this is not a ratings file");
      }
      int from = 0;
      if (!started) {
        from = skipHeader(end);
        started = true;
      }
      int parsed = parseLines(from, end);
      System.arraycopy(chunk, parsed, chunk, 0, length - parsed);
      length -= parsed;
    }
    flush();
  }

  /// Returns the number of rows whose rating means that there is none.
  long missing() {
    return missing;
  }

  /// Returns the end of the chunk's last whole line.
  private int lastLineEnd(int length) {
    int end = length;
    while (end > 0 && chunk[end - 1] != '\n') {
      end--;
    }
    return end;
  }

  /// Returns the start of the first row: after the byte order mark and the header, if there are any.
  private int skipHeader(int end) {
    int start = RatingsFormat.afterByteOrderMark(chunk, end);
    if (!layout.header()) {
      return start;
    }
    CsvRecord header = new CsvRecord(chunk, layout.separator());
    header.read(start, end);
    line = isText ? header.lineBreaks(header.next()) : 0;
    return header.next();
  }

  /// Parses the lines of `chunk[from, end)`. The last line is whole.
  ///
  /// @return the start of the first unparsed row: `end`, or the start of a row that continues in the next
  ///     chunk
  private int parseLines(int from, int end) throws IOException {
    boolean plain = layout.isPlain();
    boolean simple = !plain && layout.isSimple();
    byte separator = (byte) layout.separator().charAt(0);
    int separatorLength = layout.separator().length();
    int position = from;
    while (position < end) {
      if (rows == RatingsBatch.CAPACITY) {
        flush();
      }
      int next = -1;
      if (firstBlankLine == 0) {
        next =
            plain
                ? parseFast(position, separator, separatorLength)
                : simple ? parseSimple(position, separator) : -1;
      }
      if (next >= 0) {
        rows++;
        line++;
      } else {
        next = parseSlow(position, end);
        if (next < 0) {
          return position;
        }
      }
      position = next;
    }
    return end;
  }

  /// Parses a row of any form.
  ///
  /// @return the start of the next row, or -1 if this row continues in the next chunk
  private int parseSlow(int position, int end) {
    if (reader.isBlank(position)) {
      line++;
      firstBlankLine = firstBlankLine == 0 ? line : firstBlankLine;
      return position + (chunk[position] == '\n' ? 1 : 2);
    }
    if (firstBlankLine > 0) {
      throw RequestException.unprocessable(
          file + ", line " + firstBlankLine + ": a blank line before the end of the file");
    }
    if (!isText && chunk[position] == CsvText.PROBLEM) {
      return skipProblem(position);
    }
    int next = reader.scan(position, end, line + 1);
    if (next < 0) {
      if (atEnd || position == 0) {
        throw reader.unclosedQuote(atEnd ? "the end of the file" : CHUNK + " bytes");
      }
      return -1;
    }
    try {
      reader.parse();
      if (!reader.hasRating()) {
        missing++;
        line += reader.lineCount();
        return next;
      }
      users[rows] = reader.user();
      items[rows] = reader.item();
      ratings[rows] = reader.rating();
      timestamps[rows] = reader.timestamp();
      rows++;
    } catch (RequestException problem) {
      badRows.add(badRows.failsAtOnce() ? withSetting(problem) : problem);
    }
    line += reader.lineCount();
    return next;
  }

  /// Reports a row that its reader could not read.
  private int skipProblem(int position) {
    int end = position + 1;
    while (chunk[end] != '\n') {
      end++;
    }
    line++;
    RequestException problem =
        RequestException.unprocessable(
            file + ", line " + line + ": " + Encoding.decode(chunk, position + 1, end));
    badRows.add(badRows.failsAtOnce() ? withSetting(problem) : problem);
    return end + 1;
  }

  /// Names the setting that would help, unless the problem already does.
  private static RequestException withSetting(RequestException problem) {
    String message = String.valueOf(problem.getMessage());
    return message.contains(SETTINGS)
        ? problem
        : RequestException.unprocessable(message + SETTINGS + "\"onBadRow\": \"skip\"");
  }

  /// Parses a row of the common form.
  ///
  /// @return the start of the next row, or -1 if this row has another form
  private int parseFast(int start, byte separator, int separatorLength) {
    int position = start;
    long word = (long) LONG.get(chunk, position) ^ ZEROS;
    int digits = countDigits(word);
    position += digits;
    // Ids of eight or more digits take the slow path, so nothing overflows here.
    if (digits == 0 || digits == 8 || !isSeparatorAt(position, separator, separatorLength)) {
      return -1;
    }
    users[rows] = (int) parseDigits(word, digits);
    position += separatorLength;

    word = (long) LONG.get(chunk, position) ^ ZEROS;
    digits = countDigits(word);
    position += digits;
    if (digits == 0 || digits == 8 || !isSeparatorAt(position, separator, separatorLength)) {
      return -1;
    }
    items[rows] = (int) parseDigits(word, digits);
    position += separatorLength;

    position = parseRating(position, separator, separatorLength);
    return position < 0 ? -1 : parseTimestamp(position);
  }

  /// Parses a row of a simple layout without quotes or blanks around ids.
  ///
  /// @return the start of the next row, or -1 if this row has another form
  private int parseSimple(int start, byte separator) {
    int userEnd = fieldEnd(start, separator);
    if (userEnd < 0) {
      return -1;
    }
    int itemStart = userEnd + 1;
    int itemEnd = fieldEnd(itemStart, separator);
    if (itemEnd < 0) {
      return -1;
    }
    int position;
    if (layout.timestamp() < 0) {
      timestamps[rows] = 0;
      position = parseRating(itemEnd + 1, (byte) '\n', 1);
    } else {
      position = parseRating(itemEnd + 1, separator, 1);
      position = position < 0 ? -1 : parseTimestamp(position);
    }
    if (position < 0) {
      return -1;
    }
    // Last, because a dictionary keeps the ids of all rows that it sees.
    int user = id(userIds, start, userEnd);
    int item = user < 0 ? -1 : id(itemIds, itemStart, itemEnd);
    if (item < 0) {
      return -1;
    }
    users[rows] = user;
    items[rows] = item;
    return position;
  }

  private int id(@Nullable IdDictionary ids, int from, int to) {
    if (ids != null) {
      return ids.code(chunk, from, to);
    }
    long word = (long) LONG.get(chunk, from) ^ ZEROS;
    int digits = countDigits(word);
    return digits == 0 || digits == 8 || digits != to - from ? -1 : (int) parseDigits(word, digits);
  }

  /// Returns the position of the separator after a value without quotes, or -1 if the line ends before it or the
  /// value has blanks or quotes at its ends.
  private int fieldEnd(int start, byte separator) {
    long separators = (separator & 0xFFL) * ONES;
    int at = start;
    while (true) {
      long word = (long) LONG.get(chunk, at);
      long found = zeroBytes(word ^ separators);
      long lineEnds = zeroBytes(word ^ LINE_ENDS);
      if ((found | lineEnds) != 0) {
        int end = at + (Long.numberOfTrailingZeros(found | lineEnds) >>> 3);
        return chunk[end] == separator
                && end > start
                && isBare(chunk[start])
                && isBare(chunk[end - 1])
            ? end
            : -1;
      }
      at += Long.BYTES;
    }
  }

  private static boolean isBare(byte character) {
    return character != '"' && character != ' ' && character != '\t' && character != '\r';
  }

  /// Returns a word whose lowest set bit is in the lowest byte of `word` that is zero; 0 if none is.
  private static long zeroBytes(long word) {
    return (word - ONES) & ~word & 0x8080808080808080L;
  }

  /// Parses a rating of one digit, or with one decimal.
  ///
  /// @return the position after the separator, or -1 if the rating has another form
  private int parseRating(int start, byte separator, int separatorLength) {
    int position = start;
    int tenths = (chunk[position] - '0') * 10;
    if (chunk[position + 1] == '.') {
      int decimal = chunk[position + 2] - '0';
      if (decimal < 0 || decimal > 9) {
        return -1;
      }
      tenths += decimal;
      position += 2;
    }
    position++;
    if (tenths < 0
        || tenths >= ratingsByTenths.length
        || !isSeparatorAt(position, separator, separatorLength)) {
      return -1;
    }
    float rating = ratingsByTenths[tenths];
    if (Float.isNaN(rating)) {
      return -1;
    }
    ratings[rows] = rating;
    return position + separatorLength;
  }

  /// Parses the seconds at the end of a row.
  ///
  /// @return the start of the next row, or -1 if the time has another form
  private int parseTimestamp(int start) {
    int position = start;
    long word = (long) LONG.get(chunk, position) ^ ZEROS;
    int digits = countDigits(word);
    if (digits == 0) {
      return -1;
    }
    long time = parseDigits(word, digits);
    position += digits;
    if (digits == 8) {
      word = (long) LONG.get(chunk, position) ^ ZEROS;
      digits = countDigits(word);
      if (digits >= POWERS_OF_TEN.length) {
        return -1;
      }
      if (digits > 0) {
        time = time * POWERS_OF_TEN[digits] + parseDigits(word, digits);
        position += digits;
      }
    }
    timestamps[rows] = time;
    if (chunk[position] == '\r') {
      position++;
    }
    return chunk[position] == '\n' && time <= TimeFormat.LATEST ? position + 1 : -1;
  }

  private boolean isSeparatorAt(int position, byte separator, int length) {
    return chunk[position] == separator && chunk[position + length - 1] == separator;
  }

  /// Counts the leading bytes, from the lowest, that are below ten.
  private static int countDigits(long word) {
    long nonDigits = ((word + 0x7676767676767676L) | word) & 0x8080808080808080L;
    return Long.numberOfTrailingZeros(nonDigits) >>> 3;
  }

  /// Returns the number that the first 1 to 8 bytes spell: combines pairs, then fours, then eights.
  private static long parseDigits(long word, int digits) {
    long packed = word << (Long.SIZE - 8 * digits);
    packed = (packed * 10 + (packed >>> 8)) & 0x00FF00FF00FF00FFL;
    packed = (packed * 100 + (packed >>> 16)) & 0x0000FFFF0000FFFFL;
    return (packed * 10_000 + (packed >>> 32)) & 0xFFFFFFFFL;
  }

  private void flush() throws IOException {
    if (rows > 0) {
      batch.rows = rows;
      batch = sink.accept(batch);
      users = batch.users;
      items = batch.items;
      ratings = batch.ratings;
      timestamps = batch.timestamps;
      rows = 0;
    }
  }
}
