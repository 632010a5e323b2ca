package com.craftyverse.recsys.spark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/// Reads MovieLens' files of items: `movies.csv`, or `movies.dat`.
final class Items {
  private static final int MAX_BYTES = 64 << 20;
  private static final Pattern YEAR = Pattern.compile("\\((\\d{4})(?:[–-]\\d{0,4})?\\)\\s*$");

  private Items() {}

  /// An item that the upload describes.
  ///
  /// @param id a `Long` or a `String`
  /// @param year 0 if unknown
  record Item(Object id, String title, List<String> genres, int year) implements Serializable {}

  /// Reads a file.
  ///
  /// @param key its key; null without one
  static List<Item> read(Store store, String key, IdKind kind) throws IOException {
    if (key == null) {
      return List.of();
    }
    try (InputStream input = store.open(key)) {
      return parse(key, input, kind);
    }
  }

  /// Reads the file in a zip, if it has one.
  static List<Item> readZip(Store store, String key, IdKind kind) throws IOException {
    try (ZipInputStream zip = new ZipInputStream(store.open(key))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String name = Upload.baseName(entry.getName());
        if (name.equals("movies.csv") || name.equals("movies.dat")) {
          return parse(entry.getName(), zip, kind);
        }
      }
      return List.of();
    }
  }

  private static List<Item> parse(String file, InputStream input, IdKind kind) throws IOException {
    byte[] bytes = input.readNBytes(MAX_BYTES + 1);
    if (bytes.length > MAX_BYTES) {
      throw new RefusedException(file + " has more than " + MAX_BYTES + " bytes");
    }
    String delimiter = file.endsWith(".dat") ? "::" : ",";
    List<Item> items = new ArrayList<>();
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
        if (values == null || values.size() < 2 || id == null) {
          throw new RefusedException(
              file + ", line " + line + ": expected an id of type " + kind + " and a title");
        }
        items.add(item(id, values));
      }
    }
    return items;
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
