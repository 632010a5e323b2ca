package com.craftyverse.recsys.ingest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/// The columns of an upload's ratings file and its first values, as a dry run reports them: for a person who
/// checks what the columns mean, or has to say so because the header is unknown.
///
/// @param file the ratings file's name; in a zip, its path
/// @param delimiter the delimiter between its values
/// @param header whether its first line names the columns; otherwise they are numbered
/// @param columns its columns in the file's order, at most 50
public record UploadSample(
    String file, String delimiter, boolean header, List<SampledColumn> columns) {
  private static final int START_BYTES = 1 << 16;
  private static final int MAX_ROWS = 3;
  private static final int MAX_COLUMNS = 50;
  private static final int MAX_TEXT_LENGTH = 60;

  /// The delimiters that a file with an unknown header may have, the more usual ones first.
  private static final List<String> DELIMITERS = List.of(",", ";", "\t", "|");

  /// A column.
  ///
  /// @param name its name, at most 60 characters
  /// @param role what it is taken for: `user`, `item`, `rating` or `timestamp`; null if it is not used
  /// @param examples its first values, at most three of at most 60 characters
  public record SampledColumn(
      String name, @JsonInclude(Include.NON_NULL) @Nullable String role, List<String> examples) {}

  /// Returns a sample of the ratings file; empty if the upload has no file that looks like a table.
  ///
  /// @param upload the uploaded file
  /// @param name its name
  /// @param format the expected format of the ratings
  static Optional<UploadSample> of(Path upload, String name, RatingsFormat format) {
    try {
      byte[] start = firstBytes(upload);
      if (start.length > 1 && start[0] == 'P' && start[1] == 'K') {
        return ofZip(upload, name, format);
      }
      return of(name, start, format);
    } catch (IOException e) {
      // Reading the whole upload reports the damage.
      return Optional.empty();
    }
  }

  private static byte[] firstBytes(Path upload) throws IOException {
    byte[] start;
    try (InputStream input = Files.newInputStream(upload)) {
      start = input.readNBytes(START_BYTES);
    }
    if (start.length > 1 && start[0] == 0x1F && start[1] == (byte) 0x8B) {
      try (InputStream input = new GZIPInputStream(Files.newInputStream(upload))) {
        return input.readNBytes(START_BYTES);
      }
    }
    return start;
  }

  /// Samples the file with the expected format; without one, the largest that looks like a table.
  private static Optional<UploadSample> ofZip(Path upload, String name, RatingsFormat format)
      throws IOException {
    try (ZipArchive zip = ZipArchive.open(upload, name)) {
      List<ZipArchive.Entry> files =
          zip.entries().stream()
              .filter(entry -> !entry.isDirectory() && entry.unreadableReason() == null)
              .sorted(Comparator.comparingLong(ZipArchive.Entry::size).reversed())
              .toList();
      Optional<UploadSample> largest = Optional.empty();
      for (ZipArchive.Entry file : files) {
        byte[] start;
        try (InputStream input = zip.open(file)) {
          start = input.readNBytes(START_BYTES);
        }
        if (format.detect(start, start.length).isPresent()) {
          return of(file.name(), start, format);
        }
        if (largest.isEmpty()) {
          largest = of(file.name(), start, format);
        }
      }
      return largest;
    }
  }

  private static Optional<UploadSample> of(String file, byte[] start, RatingsFormat format) {
    Optional<RatingsLayout> layout = format.detect(start, start.length);
    String delimiter =
        layout.map(RatingsLayout::separator).orElseGet(() -> delimiter(start, format));
    boolean header = layout.map(RatingsLayout::header).orElse(true);
    List<List<String>> rows = rows(start, delimiter);
    if (rows.isEmpty() || rows.getFirst().size() < 2 || isBinary(start)) {
      return Optional.empty();
    }
    List<SampledColumn> columns = new ArrayList<>();
    for (int i = 0; i < Math.min(rows.getFirst().size(), MAX_COLUMNS); i++) {
      int column = i;
      columns.add(
          new SampledColumn(
              header ? shortened(rows.getFirst().get(i)) : "column " + (i + 1),
              header
                  ? role(rows.getFirst().get(i), format)
                  : layout.map(known -> role(column, known)).orElse(null),
              rows.stream()
                  .skip(header ? 1 : 0)
                  .limit(MAX_ROWS)
                  .filter(row -> column < row.size())
                  .map(row -> shortened(row.get(column)))
                  .toList()));
    }
    return Optional.of(new UploadSample(file, delimiter, header, columns));
  }

  /// Returns the expected delimiter if it separates the first line, else the one that separates it most.
  private static String delimiter(byte[] start, RatingsFormat format) {
    if (RatingsFormat.header(start, start.length, format.delimiter()).size() > 1) {
      return format.delimiter();
    }
    String best = format.delimiter();
    int most = 1;
    for (String delimiter : DELIMITERS) {
      int columns = RatingsFormat.header(start, start.length, delimiter).size();
      if (columns > most) {
        best = delimiter;
        most = columns;
      }
    }
    return best;
  }

  /// Returns the first records, without one that the end of the sample may have cut off.
  private static List<List<String>> rows(byte[] start, String delimiter) {
    CsvRecord csv = new CsvRecord(start, delimiter);
    List<List<String>> rows = new ArrayList<>();
    int at = RatingsFormat.afterByteOrderMark(start, start.length);
    while (rows.size() <= MAX_ROWS
        && at < start.length
        && csv.read(at, start.length) == CsvRecord.Outcome.COMPLETE
        && (csv.next() < start.length || start.length < START_BYTES)) {
      rows.add(csv.texts().stream().map(String::strip).toList());
      at = csv.next();
    }
    return rows;
  }

  private static boolean isBinary(byte[] start) {
    for (byte character : start) {
      if (character == 0) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable String role(String name, RatingsFormat format) {
    RatingsColumns expected =
        format.columns() == null ? RatingsColumns.MOVIELENS : format.columns();
    return name.equals(expected.user())
        ? "user"
        : name.equals(expected.item())
            ? "item"
            : name.equals(expected.rating())
                ? "rating"
                : name.equals(expected.timestamp()) ? "timestamp" : null;
  }

  private static @Nullable String role(int column, RatingsLayout layout) {
    return column == layout.user()
        ? "user"
        : column == layout.item()
            ? "item"
            : column == layout.rating()
                ? "rating"
                : column == layout.timestamp() ? "timestamp" : null;
  }

  private static String shortened(String text) {
    return text.length() <= MAX_TEXT_LENGTH ? text : text.substring(0, MAX_TEXT_LENGTH - 1) + "…";
  }
}
