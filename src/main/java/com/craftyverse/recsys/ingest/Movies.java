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
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The movies of an upload: `movieId,title,genres`. Genres are joined by `|`, and the title ends with the
/// year in parentheses.
final class Movies {
  /// The maximum size of a movies file in bytes. All movies are held in memory.
  static final long MAX_BYTES = 64L << 20;

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

  private static final List<String> ITEM_COLUMNS_BEFORE_GENRES =
      List.of("movieId", "title", "release date", "video release date", "URL");

  private static final List<String> ITEM_COLUMNS =
      Stream.concat(ITEM_COLUMNS_BEFORE_GENRES.stream(), ITEM_GENRES.stream()).toList();

  /// The required columns of a CSV file.
  static final List<String> REQUIRED = List.of("movieId", "title");

  private static final List<String> COLUMNS = List.of("movieId", "title", "genres");

  private static final String NO_GENRES = "(no genres listed)";
  private static final Pattern YEAR = Pattern.compile("\\((\\d{4})(?:[–-]\\d{0,4})?\\)\\s*$");

  private record Movie(int movieId, String title, List<String> genres, int year) {}

  private final List<Movie> movies = new ArrayList<>();
  private final Set<Integer> seen = new HashSet<>();

  /// Creates an empty set of movies, for an upload without them.
  Movies() {}

  /// Reads `movies.csv`. Its genres column is optional.
  ///
  /// @param file the file's name in error messages
  /// @throws RequestException if it is not such a file; the message names line and column
  /// @throws java.nio.charset.CharacterCodingException if the text is not valid in `charset`
  static Movies fromCsv(InputStream csv, Charset charset, String file, BadRows badRows)
      throws IOException {
    Movies movies = new Movies();
    new CsvTable(file, COLUMNS, Set.of("genres"), badRows).readCsv(csv, charset, movies::add);
    return movies;
  }

  /// Reads `movies.dat`: `id::title::genres`.
  static Movies fromDat(InputStream dat, Charset charset, String file, BadRows badRows)
      throws IOException {
    Movies movies = new Movies();
    new CsvTable(file, COLUMNS, badRows)
        .readLines(dat, charset, 2, line -> line.split("::", -1), movies::add);
    return movies;
  }

  /// Reads `u.item`: `id|title|date|date|url|` and one flag per genre.
  static Movies fromItemFile(InputStream items, Charset charset, String file, BadRows badRows)
      throws IOException {
    Movies movies = new Movies();
    new CsvTable(file, ITEM_COLUMNS, badRows)
        .readLines(
            items,
            charset,
            1,
            line -> line.split("\\|", -1),
            row -> {
              List<String> genres = new ArrayList<>();
              for (int i = 0; i < ITEM_GENRES.size(); i++) {
                if (row.text(ITEM_COLUMNS_BEFORE_GENRES.size() + i).equals("1")) {
                  genres.add(ITEM_GENRES.get(i));
                }
              }
              movies.add(row, genres);
            });
    return movies;
  }

  private void add(CsvRow row) {
    String joined = row.text(2);
    add(
        row,
        joined.isEmpty() || joined.equals(NO_GENRES)
            ? List.of()
            : Arrays.stream(joined.split("\\|")).filter(g -> !g.isBlank()).toList());
  }

  private void add(CsvRow row, List<String> genres) {
    int id = row.id(0);
    if (!seen.add(id)) {
      throw row.problem(0, "movieId " + id + " occurs twice");
    }
    String title = row.text(1);
    Matcher year = YEAR.matcher(title);
    movies.add(new Movie(id, title, genres, year.find() ? Integer.parseInt(year.group(1)) : 0));
  }

  int size() {
    return movies.size();
  }

  /// Writes `items.arrow`.
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
    try (ArrowFileWriter writer = ArrowFileWriter.create(path, Schemas.ITEMS, Map.of())) {
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
}
