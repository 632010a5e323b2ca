package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.step.RequestException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A writer for `tags.arrow`: the tags that users gave movies, with times.
final class Tags implements AutoCloseable {
  /// The maximum size of a `tags.dat` in bytes. It is held in memory.
  static final long MAX_DAT_BYTES = 64L << 20;

  private static final int BATCH_ROWS = 1 << 15;

  /// The required columns of the CSV file.
  static final List<String> COLUMNS = List.of("userId", "movieId", "tag", "timestamp");

  private final ArrowFileWriter writer;
  private final IdColumn users;
  private final IdColumn movies;
  private final List<String> tags = new ArrayList<>();
  private final long[] timestamps = new long[BATCH_ROWS];
  private long rows;

  private Tags(Path path, RatingsLayout layout) throws IOException {
    users = new IdColumn(layout.userIdType());
    movies = new IdColumn(layout.itemIdType());
    writer =
        ArrowFileWriter.create(
            path, Schemas.tags(layout.userIdType(), layout.itemIdType()), Map.of());
  }

  /// Converts `tags.csv` to `tags.arrow`.
  ///
  /// @param file the file's name in error messages
  /// @param layout the layout of the ratings, which has the types of the ids
  /// @param path the file to write
  /// @return the number of rows
  /// @throws java.nio.charset.CharacterCodingException if the text is not valid in `charset`
  static long fromCsv(
      InputStream csv,
      Charset charset,
      String file,
      BadRows badRows,
      RatingsLayout layout,
      Path path)
      throws IOException {
    try (Tags tags = new Tags(path, layout)) {
      new CsvTable(file, COLUMNS, badRows).readCsv(csv, charset, tags::add);
      return tags.rows;
    }
  }

  /// Converts `tags.dat`: `userId::movieId::tag::timestamp`, where the tag may contain colons.
  static long fromDat(
      InputStream dat,
      Charset charset,
      String file,
      BadRows badRows,
      RatingsLayout layout,
      Path path)
      throws IOException {
    try (Tags tags = new Tags(path, layout)) {
      new CsvTable(file, COLUMNS, badRows).readLines(dat, charset, 2, Tags::fields, tags::add);
      return tags.rows;
    }
  }

  static String[] fields(String line) {
    String[] start = line.split("::", 3);
    int end = start.length < 3 ? -1 : start[2].lastIndexOf("::");
    return end < 0
        ? start
        : new String[] {
          start[0], start[1], start[2].substring(0, end), start[2].substring(end + 2)
        };
  }

  private void add(CsvRow row) throws IOException {
    int next = tags.size();
    try {
      users.add(row, 0);
      movies.add(row, 1);
      timestamps[next] = row.seconds(3);
    } catch (RequestException e) {
      users.truncate(next);
      movies.truncate(next);
      throw e;
    }
    tags.add(row.text(2));
    rows++;
    if (tags.size() == BATCH_ROWS) {
      flush();
    }
  }

  private void flush() throws IOException {
    int count = tags.size();
    if (count > 0) {
      Buffers.Text texts = Buffers.text(tags);
      writer.writeBatch(
          count,
          users.buffersAnd(
              movies.buffers(), texts.offsets(), texts.data(), Buffers.of(timestamps, count)));
      tags.clear();
      users.truncate(0);
      movies.truncate(0);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      flush();
    } finally {
      writer.close();
    }
  }
}
