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
import java.nio.ByteBuffer;
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
  /// The most bytes of a file of movies: all of them are held in memory.
  static final long MOST_BYTES = 64L << 20;

  /// The genres of `u.item`, in the order of its flags.
  private static final List<String> ITEM_GENRES =
      List.of(
          "unknown",
          "Action",
          "Adventure",
          "Animation",
          "Children's",
          "Comedy",
          "Crime",
          "Documentary",
          "Drama",
          "Fantasy",
          "Film-Noir",
          "Horror",
          "Musical",
          "Mystery",
          "Romance",
          "Sci-Fi",
          "Thriller",
          "War",
          "Western");

  private static final int ITEM_FIELDS_BEFORE_GENRES = 5;
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

  /// Reads `movies.dat`: `id::title::genres`.
  static Movies ofDat(InputStream dat, String file) throws IOException {
    return ofLines(
        dat,
        file,
        (line, where) -> {
          String[] fields = line.split("::", -1);
          if (fields.length != HEADER.size()) {
            throw RequestException.unprocessable(
                where + ": " + fields.length + " values, expected movieId, title and genres");
          }
          return movie(fields[0], fields[1], fields[2], where);
        });
  }

  /// Reads `u.item`: `id|title|date|date|url|` and a flag for each genre.
  static Movies ofItems(InputStream items, String file) throws IOException {
    return ofLines(
        items,
        file,
        (line, where) -> {
          String[] fields = line.split("\\|", -1);
          int expected = ITEM_FIELDS_BEFORE_GENRES + ITEM_GENRES.size();
          if (fields.length != expected) {
            throw RequestException.unprocessable(
                where + ": " + fields.length + " values, expected " + expected);
          }
          List<String> genres = new ArrayList<>();
          for (int i = 0; i < ITEM_GENRES.size(); i++) {
            if (fields[ITEM_FIELDS_BEFORE_GENRES + i].equals("1")) {
              genres.add(ITEM_GENRES.get(i));
            }
          }
          return movie(fields[0], fields[1], String.join("|", genres), where);
        });
  }

  private interface LineReader {
    Movie read(String line, String where);
  }

  /// Reads lines in UTF-8 or, where they are not that, in ISO-8859-1, as the older sets are.
  private static Movies ofLines(InputStream input, String file, LineReader reader)
      throws IOException {
    byte[] bytes = input.readAllBytes();
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      text = new String(bytes, StandardCharsets.ISO_8859_1);
    }
    Movies result = new Movies();
    Set<Integer> seen = new HashSet<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      String where = file + ", line " + number;
      if (!line.isBlank()) {
        Movie movie = reader.read(line, where);
        if (!seen.add(movie.movieId)) {
          throw RequestException.unprocessable(
              where + ": movieId " + movie.movieId + " is there twice");
        }
        result.movies.add(movie);
      }
    }
    return result;
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
    return movie(row.getField(0), row.getField(1), row.getField(2), where);
  }

  private static Movie movie(String idText, String titleText, String genreText, String where) {
    int id;
    try {
      id = Integer.parseUnsignedInt(idText);
    } catch (NumberFormatException e) {
      id = -1;
    }
    if (id < 0) {
      throw RequestException.unprocessable(
          where
              + ", column 1: movieId is "
              + ObjectKeys.quote(idText)
              + ", expected a whole number from 0 to 2147483647");
    }
    String title = titleText.strip();
    String joined = genreText.strip();
    List<String> genres =
        joined.isEmpty() || joined.equals(NO_GENRES)
            ? List.of()
            : Arrays.stream(joined.split("\\|")).filter(g -> !g.isBlank()).toList();
    Matcher year = YEAR.matcher(title);
    return new Movie(id, title, genres, year.find() ? Integer.parseInt(year.group(1)) : 0);
  }
}
