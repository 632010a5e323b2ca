package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.columnar.Texts;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The columns of a table of items besides id, title, genres and year, as texts. An empty text means
/// none.
///
/// A column is left out if it is beyond the first 64, has the name of an earlier one, has no values, or
/// if most of its values are longer than 256 bytes, as descriptions are. Of the other columns, only
/// such values are left out. If all columns together take more than 64 MiB, so are the largest.
final class Attributes {
  /// Most columns.
  static final int MAX_COLUMNS = 64;

  /// The longest value, and the longest name, in bytes of UTF-8.
  static final int MAX_BYTES = 256;

  /// Most bytes of all columns together: those of their values and four for each value, as in the file.
  private static final long MAX_TOTAL_BYTES = 64L << 20;

  private static final int MAX_BYTES_OF_CHARACTER = 3;

  /// Distinct values of a column of which one copy is shared.
  private static final int MAX_SHARED = 1 << 16;

  private static final class Attribute {
    private final List<String> values = new ArrayList<>();
    private final Map<String, String> shared = new HashMap<>();
    private long present;
    private long tooLong;
    private long bytes;
    private boolean tooLarge;

    /// @param rows number of items before the first value
    Attribute(int rows) {
      values.addAll(Collections.nCopies(rows, ""));
      bytes = (long) rows * Integer.BYTES;
    }

    /// Adds a value.
    ///
    /// @return the bytes that it takes
    long add(String value) {
      if (tooLarge) {
        return 0;
      }
      bytes += Integer.BYTES;
      if (isTooLong(value)) {
        tooLong++;
        values.add("");
        return Integer.BYTES;
      }
      present += value.isEmpty() ? 0 : 1;
      String known = shared.putIfAbsent(value, value);
      if (shared.size() > MAX_SHARED) {
        shared.clear();
      }
      values.add(known == null ? value : known);
      long own = bytes(value);
      bytes += own;
      return Integer.BYTES + own;
    }

    void leaveOut() {
      tooLarge = true;
      values.clear();
      shared.clear();
      bytes = 0;
    }

    boolean isKept() {
      return !tooLarge && present > 0 && present >= tooLong;
    }
  }

  private final Map<String, Attribute> attributes = new LinkedHashMap<>();
  private final List<String> leftOut = new ArrayList<>();
  private final long maxBytes;
  private long bytes;
  private int rows;

  Attributes() {
    this(MAX_TOTAL_BYTES);
  }

  /// @param maxBytes most bytes of all columns together
  Attributes(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  private static boolean isTooLong(String text) {
    return text.length() > MAX_BYTES
        || (text.length() > MAX_BYTES / MAX_BYTES_OF_CHARACTER && bytes(text) > MAX_BYTES);
  }

  /// Returns the number of bytes of a text in UTF-8.
  private static int bytes(String text) {
    int bytes = text.length();
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      // Each half of a pair counts two of its four bytes.
      bytes += each < 0x80 ? 0 : each < 0x800 || Character.isSurrogate(each) ? 1 : 2;
    }
    return bytes;
  }

  /// Adds columns, of which the items so far have no values.
  ///
  /// @return the names of those that are kept
  List<String> addColumns(List<String> names) {
    List<String> added = new ArrayList<>();
    for (String name : names) {
      if (name.isBlank()) {
        continue; // such as the row numbers that some tools write
      }
      if (attributes.containsKey(name)) {
        leftOut.add(ObjectKeys.quote(name) + ": another column has this name");
      } else if (isTooLong(name)) {
        leftOut.add(ObjectKeys.quote(name) + ": the name is longer than " + MAX_BYTES + " bytes");
      } else if (attributes.size() == MAX_COLUMNS) {
        leftOut.add(ObjectKeys.quote(name) + ": " + MAX_COLUMNS + " other columns come before it");
      } else {
        Attribute attribute = new Attribute(rows);
        attributes.put(name, attribute);
        bytes += attribute.bytes;
        added.add(name);
      }
    }
    return added;
  }

  /// Adds an item.
  ///
  /// @param row the item's row
  /// @param first the position of the first attribute among the row's columns; the others follow
  void add(CsvRow row, int first) {
    int column = first;
    for (Attribute attribute : attributes.values()) {
      bytes += attribute.add(row.text(column++));
    }
    rows++;
    leaveOutLargest();
  }

  /// Leaves out the largest columns until the others are small enough together.
  private void leaveOutLargest() {
    while (bytes > maxBytes) {
      Attribute largest =
          Collections.max(attributes.values(), Comparator.comparingLong(each -> each.bytes));
      bytes -= largest.bytes;
      largest.leaveOut();
    }
  }

  /// Adds an item without attributes.
  void addNone() {
    for (Attribute attribute : attributes.values()) {
      bytes += attribute.add("");
    }
    rows++;
    leaveOutLargest();
  }

  /// Adds items of an earlier version, with its columns.
  ///
  /// @param file its `attributes.arrow`
  /// @param earlier the rows of the items
  void addEarlier(ArrowFile file, List<Integer> earlier) throws IOException {
    List<String> names = file.columns().stream().map(Column::name).toList();
    file.require(Schemas.attributes(names));
    addColumns(names.stream().filter(name -> !attributes.containsKey(name)).toList());
    for (Map.Entry<String, Attribute> attribute : attributes.entrySet()) {
      Texts texts =
          names.contains(attribute.getKey()) ? Texts.read(file, attribute.getKey()) : null;
      for (int row : earlier) {
        bytes += attribute.getValue().add(texts == null ? "" : texts.get(row));
      }
    }
    rows += earlier.size();
    leaveOutLargest();
  }

  /// Returns the names of the columns that are kept.
  List<String> names() {
    return attributes.entrySet().stream()
        .filter(attribute -> attribute.getValue().isKept())
        .map(Map.Entry::getKey)
        .toList();
  }

  /// Returns which columns and values are left out and why, a sentence each.
  List<String> leftOut() {
    List<String> all = new ArrayList<>(leftOut);
    attributes.forEach(
        (name, attribute) -> {
          if (attribute.tooLarge) {
            all.add(
                String.format(
                    Locale.ROOT,
                    "%s: the columns are larger than %,d bytes together, this one most",
                    ObjectKeys.quote(name),
                    maxBytes));
          } else if (attribute.tooLong > 0) {
            all.add(
                String.format(
                    Locale.ROOT,
                    "%s: %,d of %,d values are longer than %d bytes%s",
                    ObjectKeys.quote(name),
                    attribute.tooLong,
                    attribute.tooLong + attribute.present,
                    MAX_BYTES,
                    attribute.isKept() ? "; only these are left out" : ""));
          } else if (attribute.present == 0) {
            all.add(ObjectKeys.quote(name) + ": it has no values");
          }
        });
    return all;
  }

  /// Writes `attributes.arrow`: a row for each item.
  void write(Path path) throws IOException {
    List<MemorySegment> buffers = new ArrayList<>();
    for (Attribute attribute : attributes.values()) {
      if (attribute.isKept()) {
        Buffers.Text texts = Buffers.text(attribute.values);
        buffers.add(texts.offsets());
        buffers.add(texts.data());
      }
    }
    try (ArrowFileWriter writer =
        ArrowFileWriter.create(path, Schemas.attributes(names()), Map.of())) {
      writer.writeBatch(rows, buffers.toArray(MemorySegment[]::new));
    }
  }
}
