package com.craftyverse.recsys.spark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Serializable;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/// The items that MovieLens' `movies.csv` or `movies.dat` describes, the first row of each id. Rows
/// that cannot be used, repeated ids among them, are skipped.
///
/// @param items the items, in the file's order
/// @param skipped the number of skipped rows
/// @param examples what is wrong with the first of them
record Items(List<Item> items, long skipped, List<String> examples) {
  /// No items, for an upload without such a file.
  static final Items NONE = new Items(List.of(), 0, List.of());

  private static final System.Logger LOG = System.getLogger(Items.class.getName());
  private static final int MAX_BYTES = 64 << 20;
  private static final int EXAMPLES = 5;
  private static final Pattern YEAR = Pattern.compile("\\((\\d{4})(?:[–-]\\d{0,4})?\\)\\s*$");

  /// An item that the upload describes.
  ///
  /// @param id a `Long` or a `String`
  /// @param year 0 if unknown
  record Item(Object id, String title, List<String> genres, int year) implements Serializable {}

  /// Reads a file.
  ///
  /// @param key its key; null without one
  static Items read(Store store, String key, IdKind kind) throws IOException {
    if (key == null) {
      return NONE;
    }
    try (InputStream input = store.open(key)) {
      return parse(key, input, kind);
    }
  }

  /// Reads the file in a zip, if it has one.
  static Items readZip(Store store, String key, IdKind kind) throws IOException {
    try (ZipInputStream zip = new ZipInputStream(store.open(key))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String name = Upload.baseName(entry.getName());
        if (name.equals("movies.csv") || name.equals("movies.dat")) {
          return parse(entry.getName(), zip, kind);
        }
      }
      return NONE;
    }
  }

  private static Items parse(String file, InputStream input, IdKind kind) throws IOException {
    byte[] bytes = input.readNBytes(MAX_BYTES + 1);
    if (bytes.length > MAX_BYTES) {
      throw new RefusedException(file + " has more than " + MAX_BYTES + " bytes");
    }
    String delimiter = file.endsWith(".dat") ? "::" : ",";
    List<Item> items = new ArrayList<>();
    Set<Object> ids = new HashSet<>();
    long skipped = 0;
    List<String> examples = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new java.io.ByteArrayInputStream(bytes), StandardCharsets.UTF_8))) {
      boolean header = delimiter.equals(",");
      int line = 0;
      for (String text = reader.readLine(); text != null; text = reader.readLine()) {
        line++;
        if (text.isBlank() || (header && line == 1)) {
          continue;
        }
        List<String> values = Layout.split(text, delimiter);
        Object id = values == null ? null : kind.parse(values.get(0));
        if (id != null && values.size() > 1 && ids.add(id)) {
          items.add(item(id, values));
          continue;
        }
        skipped++;
        if (examples.size() < EXAMPLES) {
          examples.add(
              file
                  + ", line "
                  + line
                  + ": "
                  + (ids.contains(id)
                      ? "the id " + id + " occurs twice"
                      : "expected an id of type " + kind + " and a title"));
        }
      }
    }
    if (skipped > 0) {
      LOG.log(Level.WARNING, "{0}: skipped {1} rows of items; {2}", file, skipped, examples.get(0));
    }
    return new Items(List.copyOf(items), skipped, List.copyOf(examples));
  }

  private static Item item(Object id, List<String> values) {
    String title = values.get(1);
    String joined = values.size() > 2 ? values.get(2) : "";
    List<String> genres =
        joined.isEmpty() || joined.equals("(no genres listed)")
            ? List.of()
            : Arrays.stream(joined.split("\\|")).filter(genre -> !genre.isBlank()).toList();
    Matcher year = YEAR.matcher(title);
    return new Item(id, title, genres, year.find() ? Integer.parseInt(year.group(1)) : 0);
  }
}
