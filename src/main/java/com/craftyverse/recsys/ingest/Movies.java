package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.Schemas;
import com.craftyverse.recsys.storage.ObjectKeys;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The movies of an upload: `movieId,title,genres`, genres joined by `|`, the year in parentheses at
/// the end of the title.
final class Movies {
  private static final List<String> HEADER = List.of("movieId", "title", "genres");
  private static final String NO_GENRES = "(no genres listed)";
  private static final Pattern YEAR = Pattern.compile("\\((\\d{4})(?:[–-]\\d{0,4})?\\)\\s*$");

  private record Movie(int movieId, String title, List<String> genres, int year) {}

  private final List<Movie> movies = new ArrayList<>();

  /// No movies at all, for an upload without them.
  Movies() {}

  /// Reads `movies.csv`.
  ///
  /// @param file what errors call it
  /// @throws RequestException when it is not such a file; the message names line and field
  Movies(InputStream csv, String file) throws IOException {
    var decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    long line = 1;
    // The reader belongs to the caller's stream, which outlives it.
    CsvReader<CsvRecord> rows =
        CsvReader.builder()
            .detectBomHeader(false)
            .skipEmptyLines(true)
            .ofCsvRecord(new InputStreamReader(csv, decoder));
    try {
      boolean header = true;
      Set<Integer> seen = new HashSet<>();
      for (CsvRecord row : rows) {
        line = row.getStartingLineNumber();
        if (header) {
          requireHeader(row.getFields(), file);
          header = false;
        } else {
          Movie movie = movie(row, file);
          if (!seen.add(movie.movieId)) {
            throw RequestException.unprocessable(
                file + ", line " + line + ": movieId " + movie.movieId + " is there twice");
          }
          movies.add(movie);
        }
      }
      if (header) {
        throw RequestException.unprocessable(
            file + " is empty; the header " + String.join(",", HEADER) + " was expected");
      }
    } catch (CsvParseException e) {
      throw RequestException.unprocessable(file + ", after line " + line + ": " + e.getMessage());
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof CharacterCodingException) {
        throw RequestException.unprocessable(
            file + ", after line " + line + ": bytes that are not UTF-8");
      }
      throw e.getCause();
    }
  }

  int size() {
    return movies.size();
  }

  /// Writes `movies.arrow`.
  void write(Path path) throws IOException {
    int count = movies.size();
    int[] ids = movies.stream().mapToInt(Movie::movieId).toArray();
    int[] years = movies.stream().mapToInt(Movie::year).toArray();
    Buffers.Text titles = Buffers.text(movies.stream().map(Movie::title).toList());
    int[] genreOffsets = new int[count + 1];
    List<String> genres = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      genres.addAll(movies.get(i).genres);
      genreOffsets[i + 1] = genres.size();
    }
    Buffers.Text genreTexts = Buffers.text(genres);
    try (ArrowFileWriter writer = ArrowFileWriter.create(path, Schemas.MOVIES, Map.of())) {
      writer.writeBatch(
          count,
          Buffers.of(ids, count),
          titles.offsets(),
          titles.data(),
          Buffers.of(genreOffsets, count + 1),
          genreTexts.offsets(),
          genreTexts.data(),
          Buffers.of(years, count));
    }
  }

  private static void requireHeader(List<String> found, String file) {
    List<String> names = new ArrayList<>(found);
    if (!names.isEmpty() && names.getFirst().startsWith("\uFEFF")) {
      names.set(0, names.getFirst().substring(1));
    }
    if (!names.equals(HEADER)) {
      throw RequestException.unprocessable(
          file
              + ", line 1: the header is "
              + ObjectKeys.quote(String.join(",", names))
              + ", expected "
              + String.join(",", HEADER));
    }
  }

  private static Movie movie(CsvRecord row, String file) {
    String where = file + ", line " + row.getStartingLineNumber();
    if (row.getFieldCount() != HEADER.size()) {
      throw RequestException.unprocessable(
          where + ": " + row.getFieldCount() + " values, expected movieId, title and genres");
    }
    int id;
    try {
      id = Integer.parseUnsignedInt(row.getField(0));
    } catch (NumberFormatException e) {
      id = -1;
    }
    if (id < 0) {
      throw RequestException.unprocessable(
          where
              + ", column 1: movieId is "
              + ObjectKeys.quote(row.getField(0))
              + ", expected a whole number from 0 to 2147483647");
    }
    String title = row.getField(1).strip();
    String genreText = row.getField(2).strip();
    List<String> genres =
        genreText.isEmpty() || genreText.equals(NO_GENRES)
            ? List.of()
            : Arrays.stream(genreText.split("\\|")).filter(g -> !g.isBlank()).toList();
    Matcher year = YEAR.matcher(title);
    return new Movie(id, title, genres, year.find() ? Integer.parseInt(year.group(1)) : 0);
  }
}
