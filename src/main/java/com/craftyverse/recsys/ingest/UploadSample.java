package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.table.TableFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The columns of an upload's ratings file and its first values, as a dry run reports them: for a person who
/// checks what the columns mean, or has to say so because the header is unknown.
///
/// @param file the ratings file's name; in a zip, its path
/// @param delimiter the delimiter between its values
/// @param header whether its first line names the columns; otherwise they are numbered
/// @param columns its columns in the file's order, at most 50
/// @param findings what was found out about the file and why, a sentence each
public record UploadSample(
    String file,
    String delimiter,
    boolean header,
    List<SampledColumn> columns,
    List<String> findings) {
  private static final int MAX_ROWS = 3;
  private static final int MAX_COLUMNS = 50;
  private static final int MAX_TEXT_LENGTH = 60;

  /// A column.
  ///
  /// @param name its name, at most 60 characters
  /// @param role what it is taken for: `user`, `item`, `rating`, `timestamp`, `count` or `event`; null if it is not used
  /// @param examples its first values, at most three of at most 60 characters
  public record SampledColumn(
      String name, @JsonInclude(Include.NON_NULL) @Nullable String role, List<String> examples) {}

  /// Returns a sample of the ratings file; empty if the upload has no file that looks like a table.
  ///
  /// @param upload the uploaded file
  /// @param name its name
  /// @param format the expected format of the ratings
  static Optional<UploadSample> of(Path upload, String name, RatingsFormat format) {
    return of(Map.of(name, upload), name, format);
  }

  /// Samples the file with the expected format; without one, the largest that looks like a table.
  ///
  /// @param paths the uploaded files by their names
  static Optional<UploadSample> of(Map<String, Path> paths, String name, RatingsFormat format) {
    try (Archive archive = UploadFile.archive(paths, name);
        ArchiveTables tables = new ArchiveTables(archive, UploadFile.MAX_BYTES)) {
      List<? extends Archive.Entry> files =
          archive.entries().stream()
              .filter(entry -> !entry.isDirectory() && entry.unreadableReason() == null)
              .filter(
                  entry ->
                      format.entry() == null
                          || ArchiveEntries.isNamed(entry.name(), format.entry()))
              .sorted(Comparator.<Archive.Entry>comparingLong(Archive.Entry::size).reversed())
              .toList();
      Optional<UploadSample> largest = Optional.empty();
      for (Archive.Entry file : files) {
        byte[] start;
        try (InputStream input = tables.openText(file, file.name())) {
          boolean isText = tables.format(file) == TableFormat.TEXT;
          start = RatingsText.open(input, isText ? format.encoding() : "UTF-8").sample();
        }
        if (LayoutDetector.isRatingsByNames(start, start.length, format, false)) {
          return of(file.name(), start, format);
        }
        if (largest.isEmpty()) {
          largest = of(file.name(), start, format);
        }
      }
      return largest;
    } catch (IOException | RequestException e) {
      // Reading the whole upload reports the damage.
      return Optional.empty();
    }
  }

  private static Optional<UploadSample> of(String file, byte[] start, RatingsFormat format) {
    RatingsLayout layout;
    try {
      layout = LayoutDetector.detect(start, start.length, format, file);
    } catch (RequestException e) {
      return ofUnknown(file, start, format);
    }
    return of(file, start, layout.separator(), layout.header(), layout);
  }

  /// Shows the columns of a file without a known layout, with the delimiter that divides the first line most.
  private static Optional<UploadSample> ofUnknown(String file, byte[] start, RatingsFormat format) {
    String best = Objects.requireNonNullElse(format.delimiter(), ",");
    int most = 1;
    for (String delimiter :
        format.delimiter() == null ? SampledTable.DELIMITERS : List.of(format.delimiter())) {
      int columns = RatingsFormat.header(start, start.length, delimiter).size();
      if (columns > most && !delimiter.equals(RatingsLayout.BLANKS)) {
        best = delimiter;
        most = columns;
      }
    }
    return of(file, start, best, !Boolean.FALSE.equals(format.header()), null);
  }

  private static Optional<UploadSample> of(
      String file, byte[] start, String delimiter, boolean header, @Nullable RatingsLayout layout) {
    List<List<String>> rows = rows(start, delimiter);
    if (rows.isEmpty() || rows.getFirst().size() < 2 || isBinary(start)) {
      return Optional.empty();
    }
    List<SampledColumn> columns = new ArrayList<>();
    for (int i = 0; i < Math.min(rows.getFirst().size(), MAX_COLUMNS); i++) {
      int column = i;
      columns.add(
          new SampledColumn(
              header ? shortened(rows.getFirst().get(i)) : Integer.toString(i + 1),
              role(column, header ? rows.getFirst() : List.of(), layout),
              rows.stream()
                  .skip(header ? 1 : 0)
                  .limit(MAX_ROWS)
                  .filter(row -> column < row.size())
                  .map(row -> shortened(row.get(column)))
                  .toList()));
    }
    return Optional.of(
        new UploadSample(
            file, delimiter, header, columns, layout == null ? List.of() : layout.findings()));
  }

  /// Returns the first records.
  private static List<List<String>> rows(byte[] start, String delimiter) {
    CsvRecord csv = new CsvRecord(start, delimiter);
    List<List<String>> rows = new ArrayList<>();
    int at = RatingsFormat.afterByteOrderMark(start, start.length);
    while (rows.size() <= MAX_ROWS
        && at < start.length
        && csv.read(at, start.length) == CsvRecord.Outcome.COMPLETE) {
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

  /// @param names the names of the columns; none without a header
  private static @Nullable String role(
      int column, List<String> names, @Nullable RatingsLayout layout) {
    String byName = names.isEmpty() ? null : role(column, names);
    if (layout == null) {
      return byName;
    }
    String role = role(column, layout);
    // A layout leaves out kinds of events that have no weights.
    boolean isEvent = layout.rating() < 0 && ColumnRole.EVENT.toString().equals(byName);
    return role == null && isEvent ? byName : role;
  }

  private static @Nullable String role(int column, RatingsLayout layout) {
    return column == layout.user()
        ? "user"
        : column == layout.item()
            ? "item"
            : column == layout.rating()
                ? (layout.feedback() == Feedback.RATINGS ? "rating" : "count")
                : column == layout.timestamp()
                    ? "timestamp"
                    : column == layout.event() ? "event" : null;
  }

  /// Returns the role that the column's name means, if it is the only such column.
  private static @Nullable String role(int column, List<String> names) {
    for (ColumnRole role : ColumnRole.values()) {
      if (role.rank(names.get(column)) >= 0
          && names.stream().filter(name -> role.rank(name) >= 0).count() == 1) {
        return role.toString();
      }
    }
    return null;
  }

  private static String shortened(String text) {
    return text.length() <= MAX_TEXT_LENGTH ? text : text.substring(0, MAX_TEXT_LENGTH - 1) + "…";
  }
}
