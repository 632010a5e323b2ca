package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StoreLayout;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The movies of an upload: `movieId,title,genres`. Genres are joined by `|`, or by commas in a table
/// without any `|` among them, and the title ends with the year in parentheses.
final class Movies {
  /// The maximum size of `movies.dat` and `u.item` in bytes, which are held in memory.
  static final long MAX_BYTES = 64L << 20;

  /// The maximum size of a table of items in bytes, most of which may be descriptions that are not kept.
  static final long MAX_TABLE_BYTES = 2L << 30;

  /// Most characters of titles and genres together, and what an item costs besides, which are held in memory.
  private static final long MAX_KEPT = 256L << 20;

  private static final int ITEM_COST = 64;

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

  private static final List<String> COLUMNS = List.of("movieId", "title", "genres");

  private static final int GENRES_COLUMN = 2;
  private static final int YEAR_COLUMN = 3;
  private static final int FIRST_ATTRIBUTE = 4;

  /// Normalized names of a column with titles, the better ones first.
  private static final List<String> TITLES =
      List.of(
          "title",
          "name",
          "movietitle",
          "booktitle",
          "producttitle",
          "itemtitle",
          "productname",
          "itemname",
          "trackname",
          "artistname",
          "originaltitle");

  private static final List<String> GENRES = List.of("genres", "genre", "categories", "category");

  private static final List<String> YEARS =
      List.of(
          "year", "releaseyear", "publicationyear", "yearofpublication", "originalpublicationyear");

  /// Normalized names of a column with dates, whose year counts if there is no column of years.
  private static final List<String> DATES =
      List.of(
          "releasedate",
          "publicationdate",
          "publisheddate",
          "publishdate",
          "datepublished",
          "published",
          "firstairdate",
          "date");

  private static final String NO_GENRES = "(no genres listed)";
  private static final int MIN_YEAR = 1000;
  private static final int MAX_YEAR = 2999;
  private static final Pattern YEAR = Pattern.compile("\\((\\d{4})(?:[–-]\\d{0,4})?\\)\\s*$");

  /// A date with the year first or last.
  private static final Pattern DATE =
      Pattern.compile("([12]\\d{3})(?=\\D).*|(?:.*\\D)([12]\\d{3})");

  private static final Pattern COMMA = Pattern.compile(",");
  private static final Pattern COMPACT_DATE =
      Pattern.compile("([12]\\d{3})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])");

  /// Seconds since 1970; of fewer digits they could be days, as in spreadsheets.
  private static final Pattern SECONDS = Pattern.compile("-?\\d{8,11}");

  private record Movie(String title, List<String> genres, int year) {
    Movie withGenresDividedAtCommas() {
      return new Movie(
          title,
          genres.stream()
              .flatMap(COMMA::splitAsStream)
              .map(String::strip)
              .filter(genre -> !genre.isEmpty())
              .toList(),
          year);
    }
  }

  private final IdType idType;
  private final IdColumn ids;
  private final List<Movie> movies = new ArrayList<>();
  private final Attributes attributes = new Attributes();
  private boolean hasDates;
  private long kept;
  private final Set<Object> seen = new HashSet<>();

  /// Creates an empty set of movies, for an upload without them.
  ///
  /// @param idType the type of the items' ids
  Movies(IdType idType) {
    this.idType = idType;
    this.ids = new IdColumn(idType);
  }

  /// Returns whether these are the column names of a file of items: an id and a title, but no rating.
  static boolean isHeader(List<String> header) {
    return itemColumn(header, "") != null
        && first(header, TITLES) != null
        && header.stream()
            .noneMatch(
                name -> ColumnRole.USER.rank(name) >= 0 || ColumnRole.RATING.rank(name) == 0);
  }

  private static @Nullable String itemColumn(List<String> header, String preferred) {
    if (header.contains(preferred)) {
      return preferred;
    }
    return header.stream()
        .filter(name -> ColumnRole.ITEM.rank(name) == 0 || ColumnRole.normalize(name).equals("id"))
        .findFirst()
        .orElse(null);
  }

  private static @Nullable String first(List<String> header, List<String> normalized) {
    for (String wanted : normalized) {
      for (String name : header) {
        if (ColumnRole.normalize(name).equals(wanted)) {
          return name;
        }
      }
    }
    return null;
  }

  /// Returns the columns to read from a CSV file: id, title, genres, year; MovieLens' names for those that it
  /// lacks. The others follow, those with dates among them.
  private List<String> columns(List<String> header, String itemColumn) {
    String year = first(header, YEARS);
    String date = year == null ? first(header, DATES) : null;
    hasDates = date != null;
    List<String> columns =
        new ArrayList<>(
            List.of(
                Objects.requireNonNullElse(itemColumn(header, itemColumn), "movieId"),
                Objects.requireNonNullElse(first(header, TITLES), "title"),
                Objects.requireNonNullElse(first(header, GENRES), "genres"),
                year != null ? year : Objects.requireNonNullElse(date, "year")));
    columns.addAll(
        attributes.addColumns(
            header.stream().filter(name -> !columns.contains(name) || name.equals(date)).toList()));
    return List.copyOf(columns);
  }

  /// Reads `movies.csv` or another table of items. Only ids and titles are required.
  ///
  /// @param layout the layout of the ratings, whose item column is preferred
  /// @param file the file's name in error messages
  /// @throws com.craftyverse.recsys.step.RequestException if it is not such a file; the message names line and column
  /// @throws java.nio.charset.CharacterCodingException if the text is not valid in `charset`
  static Movies fromCsv(
      InputStream csv, Charset charset, String file, BadRows badRows, RatingsLayout layout)
      throws IOException {
    Movies movies = new Movies(layout.itemIdType());
    new CsvTable(file, header -> movies.columns(header, layout.names().item()), 2, badRows)
        .readCsv(csv, charset, movies::add);
    if (movies.movies.stream().allMatch(movie -> movie.genres.size() <= 1)) {
      movies.movies.replaceAll(Movie::withGenresDividedAtCommas);
    }
    return movies;
  }

  /// Reads `movies.dat`: `id::title::genres`.
  static Movies fromDat(
      InputStream dat, Charset charset, String file, BadRows badRows, RatingsLayout layout)
      throws IOException {
    Movies movies = new Movies(layout.itemIdType());
    new CsvTable(file, COLUMNS, badRows)
        .readLines(dat, charset, 2, line -> line.split("::", -1), movies::add);
    return movies;
  }

  /// Reads `u.item`: `id|title|date|date|url|` and one flag per genre.
  static Movies fromItemFile(
      InputStream items, Charset charset, String file, BadRows badRows, RatingsLayout layout)
      throws IOException {
    Movies movies = new Movies(layout.itemIdType());
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
              movies.add(row, genres, 0);
            });
    return movies;
  }

  private void add(CsvRow row) {
    String joined = row.text(GENRES_COLUMN);
    add(
        row,
        joined.isEmpty() || joined.equals(NO_GENRES)
            ? List.of()
            : Arrays.stream(joined.split("\\|")).filter(g -> !g.isBlank()).toList(),
        row.hasColumn(YEAR_COLUMN) ? year(row.text(YEAR_COLUMN)) : 0);
  }

  private void add(CsvRow row, List<String> genres, int year) {
    Object id =
        switch (idType) {
          case INT32 -> row.number(0);
          case INT64 -> row.longId(0);
          case UTF8 -> row.textId(0);
        };
    String title = row.text(1);
    kept += ITEM_COST + title.length() + genres.stream().mapToLong(String::length).sum();
    if (kept > MAX_KEPT) {
      throw row.problem(
          1,
          "the items so far are too many to be held in memory: "
              + movies.size()
              + ", with their titles and genres");
    }
    if (!seen.add(id)) {
      throw row.problem(0, row.columnName(0) + " " + id + " occurs twice");
    }
    Matcher inTitle = YEAR.matcher(title);
    ids.add(row, 0);
    movies.add(
        new Movie(title, genres, inTitle.find() ? Integer.parseInt(inTitle.group(1)) : year));
    attributes.add(row, FIRST_ATTRIBUTE);
  }

  /// Returns the year of a value, 0 if it has none: `1995`, `1995-10-30`, `30/10/1995`, and in a column
  /// of dates also `19951030` and seconds since 1970, as Parquet's times are read.
  private int year(String text) {
    long number = Decimal.parseWholeNumber(text, MAX_YEAR);
    if (number >= MIN_YEAR) {
      return (int) number;
    }
    Matcher compact = COMPACT_DATE.matcher(text);
    if (hasDates && compact.matches()) {
      return Integer.parseInt(compact.group(1));
    }
    if (hasDates && SECONDS.matcher(text).matches()) {
      return LocalDate.ofEpochDay(Math.floorDiv(Long.parseLong(text), 86_400L)).getYear();
    }
    Matcher date = DATE.matcher(text);
    return date.matches()
        ? Integer.parseInt(date.group(1) == null ? date.group(2) : date.group(1))
        : 0;
  }

  /// Adds the items of an earlier version that this set does not have.
  ///
  /// @param path its `items.arrow`
  /// @param earlierAttributes its `attributes.arrow`, if it has one
  void addEarlier(Path path, Optional<Path> earlierAttributes) throws IOException {
    List<Integer> added = new ArrayList<>();
    long rows;
    try (ArrowFile file = ArrowFile.open(path, StoreLayout.ITEMS)) {
      rows = file.rows();
      for (RecordBatch batch : file.batches()) {
        String[] titles = batch.texts("title");
        List<String> genres = List.of(batch.texts("genres.item"));
        IntColumn genreOffsets = batch.offsets("genres");
        IntColumn years = batch.ints("year");
        String[] texts = idType == IdType.UTF8 ? batch.texts(Schemas.ITEM_ID) : new String[0];
        for (int i = 0; i < batch.rows(); i++) {
          Object id =
              switch (idType) {
                case INT32 -> batch.ints(Schemas.ITEM_ID).get(i);
                case INT64 -> batch.longs(Schemas.ITEM_ID).get(i);
                case UTF8 -> texts[i];
              };
          if (seen.add(id)) {
            added.add((int) batch.firstRow() + i);
            ids.add(id);
            movies.add(
                new Movie(
                    titles[i],
                    genres.subList(genreOffsets.get(i), genreOffsets.get(i + 1)),
                    years.get(i)));
          }
        }
      }
    }
    if (earlierAttributes.isEmpty()) {
      added.forEach(_ -> attributes.addNone());
      return;
    }
    try (ArrowFile file = ArrowFile.open(earlierAttributes.get(), StoreLayout.ATTRIBUTES)) {
      if (file.rows() != rows) {
        throw file.malformed(file.rows() + " rows, but there are " + rows + " items");
      }
      attributes.addEarlier(file, added);
    }
  }

  int size() {
    return movies.size();
  }

  /// Returns the other columns.
  Attributes attributes() {
    return attributes;
  }

  /// Writes `items.arrow`.
  void write(Path path) throws IOException {
    int count = movies.size();
    int[] years = movies.stream().mapToInt(Movie::year).toArray();
    Buffers.Text titles = Buffers.text(movies.stream().map(Movie::title).toList());
    int[] genreOffsets = new int[count + 1];
    List<String> genres = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      genres.addAll(movies.get(i).genres);
      genreOffsets[i + 1] = genres.size();
    }
    Buffers.Text genreTexts = Buffers.text(genres);
    try (ArrowFileWriter writer = ArrowFileWriter.create(path, Schemas.items(idType), Map.of())) {
      writer.writeBatch(
          count,
          ids.buffersAnd(
              List.of(),
              titles.offsets(),
              titles.data(),
              Buffers.of(genreOffsets, count + 1),
              genreTexts.offsets(),
              genreTexts.data(),
              Buffers.of(years, count)));
    }
  }
}
