package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.Schemas;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A converter from `links.csv` to `links.arrow`: the movies' ids in other databases.
final class Links {
  /// The maximum size of a links file in bytes. All links are held in memory.
  static final long MAX_BYTES = 64L << 20;

  /// The required columns of the CSV file.
  static final List<String> COLUMNS = List.of("movieId", "imdbId", "tmdbId");

  private final IdColumn movies;
  private final List<String> imdb = new ArrayList<>();
  private final List<Integer> tmdb = new ArrayList<>();

  private Links(IdType idType) {
    movies = new IdColumn(idType);
  }

  /// Converts `links.csv` to `links.arrow`.
  ///
  /// @param file the file's name in error messages
  /// @param idType the type of the items' ids
  /// @param path the file to write
  /// @return the number of rows
  /// @throws java.nio.charset.CharacterCodingException if the text is not valid in `charset`
  static long fromCsv(
      InputStream csv, Charset charset, String file, BadRows badRows, IdType idType, Path path)
      throws IOException {
    Links links = new Links(idType);
    new CsvTable(file, COLUMNS, badRows).readCsv(csv, charset, links::add);
    links.write(idType, path);
    return links.movies.size();
  }

  private void add(CsvRow row) {
    int other = row.text(2).isEmpty() ? 0 : row.number(2);
    movies.add(row, 0);
    imdb.add(row.text(1));
    tmdb.add(other);
  }

  private void write(IdType idType, Path path) throws IOException {
    int count = movies.size();
    Buffers.Text texts = Buffers.text(imdb);
    try (ArrowFileWriter writer = ArrowFileWriter.create(path, Schemas.links(idType), Map.of())) {
      writer.writeBatch(
          count,
          movies.buffersAnd(
              List.of(),
              texts.offsets(),
              texts.data(),
              Buffers.of(tmdb.stream().mapToInt(Integer::intValue).toArray(), count)));
    }
  }
}
