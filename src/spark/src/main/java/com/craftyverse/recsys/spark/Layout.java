package com.craftyverse.recsys.spark;

import java.io.Serializable;
import java.text.Normalizer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The layout of a ratings file: what separates values, and what the columns mean. Tasks parse rows with it.
///
/// @param name the layout's name in the manifest
/// @param headerLine the first line if it names the columns, else null
/// @param names the names of user, item, rating and time; the last is null without times
/// @param columns the number of values in a row
/// @param positions the positions of user, item, rating and time in a row; the last is -1 without times
/// @param time how times are written
/// @param scale the ratings that a row may have; null for any
record Layout(
    String name,
    String delimiter,
    String headerLine,
    List<String> names,
    int columns,
    int[] positions,
    IdKind users,
    IdKind items,
    Time time,
    boolean decimalComma,
    Scale scale)
    implements Serializable {
  static final int USER = 0;
  static final int ITEM = 1;
  static final int RATING = 2;
  static final int TIME = 3;

  static final List<String> MOVIELENS = List.of("userId", "movieId", "rating", "timestamp");

  private static final List<String> DELIMITERS = List.of("::", ",", "\t", ";", "|");

  /// The largest rating without a scale.
  static final double MAX_RATING = 1_000_000;

  /// Normalized names of the columns, the better ones first.
  private static final List<List<String>> NAMES =
      List.of(
          List.of(
              "userid",
              "customerid",
              "reviewerid",
              "accountid",
              "memberid",
              "visitorid",
              "clientid",
              "profileid",
              "personid",
              "uid",
              "user",
              "username",
              "customer",
              "reviewer",
              "account",
              "member",
              "visitor",
              "client",
              "profile",
              "person"),
          List.of(
              "itemid",
              "movieid",
              "filmid",
              "productid",
              "asin",
              "isbn",
              "bookid",
              "trackid",
              "songid",
              "artistid",
              "sku",
              "articleid",
              "showid",
              "animeid",
              "gameid",
              "appid",
              "businessid",
              "contentid",
              "videoid",
              "iid",
              "item",
              "movie",
              "film",
              "product",
              "book",
              "track",
              "song",
              "artist",
              "article",
              "show",
              "game",
              "video"),
          List.of(
              "rating",
              "stars",
              "score",
              "overall",
              "bookrating",
              "userrating",
              "movierating",
              "itemrating",
              "ratingvalue",
              "ratings",
              "star",
              "rate",
              "grade",
              "points",
              "value"),
          List.of(
              "timestamp",
              "unixreviewtime",
              "ratingtimestamp",
              "unixtimestamp",
              "epoch",
              "ts",
              "time",
              "date",
              "datetime",
              "createdat",
              "created",
              "ratedat",
              "ratingdate",
              "reviewtime",
              "reviewdate",
              "eventtime",
              "day"));

  /// How times are written.
  enum Time {
    NONE(0),
    SECONDS(1),
    MILLISECONDS(1_000),
    MICROSECONDS(1_000_000),
    NANOSECONDS(1_000_000_000),
    DATE(0);

    /// Seconds above this are the year 5138, or another unit.
    static final double LATEST = 1e11;

    private final long perSecond;

    Time(long perSecond) {
      this.perSecond = perSecond;
    }

    /// Returns the number of units in a second; 0 if times are no numbers.
    long perSecond() {
      return perSecond;
    }

    /// Returns the format whose numbers have the size of one.
    static Time ofSize(double number) {
      return number <= LATEST
          ? SECONDS
          : number <= LATEST * 1e3
              ? MILLISECONDS
              : number <= LATEST * 1e6 ? MICROSECONDS : NANOSECONDS;
    }

    /// Returns the format that the settings declare; null without one.
    static Time declared(Settings settings) {
      String declared = settings.text("time");
      if (declared == null) {
        return null;
      }
      for (Time each : values()) {
        if (each != NONE && each.toString().equals(declared)) {
          return each;
        }
      }
      throw new RefusedException(
          "settings.json: field 'time': expected seconds, milliseconds, microseconds, nanoseconds or"
              + " date, found '"
              + declared
              + "'");
    }

    /// Returns the format of a value.
    static Time of(String value) {
      try {
        return ofSize(Double.parseDouble(value));
      } catch (NumberFormatException e) {
        return DATE;
      }
    }

    /// Returns the time in epoch seconds, rounded down; -1 for another value.
    long parse(String value) {
      try {
        long seconds =
            switch (this) {
              case NONE -> 0;
              case DATE -> date(value.strip().replace('/', '-'));
              default ->
                  (value.indexOf('.') < 0
                          ? Long.parseLong(value)
                          : (long) Double.parseDouble(value))
                      / perSecond;
            };
        return seconds <= LATEST ? seconds : -1;
      } catch (NumberFormatException | DateTimeParseException e) {
        return -1;
      }
    }

    private static long date(String value) {
      if (value.length() <= 10) {
        return LocalDate.parse(value).atStartOfDay(ZoneOffset.UTC).toEpochSecond();
      }
      String text = value.replace(' ', 'T');
      if (text.endsWith("Z")) {
        return Instant.parse(text).getEpochSecond();
      }
      return text.lastIndexOf('+') > 10 || text.lastIndexOf('-') > 10
          ? OffsetDateTime.parse(text).toEpochSecond()
          : LocalDateTime.parse(text).toEpochSecond(ZoneOffset.UTC);
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Recognises the layout of a file.
  ///
  /// @param file the file's name in messages
  /// @param lines the file's first lines
  /// @throws RefusedException if the columns cannot be told
  static Layout of(String file, List<String> lines, Settings settings) {
    if (lines.isEmpty()) {
      throw new RefusedException(file + " is empty");
    }
    String first = lines.get(0);
    String delimiter = settings.text("delimiter");
    if (delimiter == null) {
      delimiter =
          DELIMITERS.stream()
              .max(Comparator.comparingInt(each -> width(first, each)))
              .orElseThrow();
    }
    List<String> values = split(first, delimiter);
    if (values == null) {
      throw new RefusedException(file + ", line 1: a quoted value does not end in its line");
    }
    boolean header =
        settings.has("header")
            ? settings.node("header").asBoolean()
            : find(values, USER) >= 0 && find(values, ITEM) >= 0
                || settings.has("columns") && values.contains(settings.text("columns.user"));
    List<String> columns = header ? values : numbered(values.size());
    int[] positions = positions(file, columns, header, settings);
    List<String> names = new ArrayList<>();
    for (int position : positions) {
      names.add(position < 0 ? null : columns.get(position));
    }
    List<List<String>> sample = new ArrayList<>();
    for (String line : lines.subList(header ? 1 : 0, lines.size())) {
      List<String> row = split(line, delimiter);
      if (row != null && row.size() == columns.size()) {
        sample.add(row);
      }
    }
    if (sample.isEmpty()) {
      throw new RefusedException(file + " has no rows below its header");
    }
    boolean movieLens =
        names.equals(MOVIELENS) || (!header && isMovieLens(delimiter, sample.get(0)));
    boolean comma =
        settings.has("decimal")
            ? settings.text("decimal").equals(",")
            : sample.stream().anyMatch(row -> row.get(positions[RATING]).matches("-?\\d+,\\d+"));
    Time time = positions[TIME] < 0 ? Time.NONE : Time.declared(settings);
    if (time == null) {
      time = Time.of(sample.get(0).get(positions[TIME]));
    }
    Scale declared = Scale.declared(settings);
    movieLens &=
        sample.stream()
            .allMatch(row -> Scale.STARS.contains(rating(row.get(positions[RATING]), comma)));
    return new Layout(
        movieLens ? movieLensName(delimiter) : delimiter.equals("\t") ? "tsv" : "csv",
        delimiter,
        header ? first : null,
        names,
        columns.size(),
        positions,
        ids("ids.user", settings, sample, positions[USER]),
        ids("ids.item", settings, sample, positions[ITEM]),
        time,
        comma,
        declared != null ? declared : movieLens ? Scale.STARS : null);
  }

  private static int width(String line, String delimiter) {
    List<String> values = split(line, delimiter);
    return values == null ? 0 : values.size();
  }

  private static boolean isMovieLens(String delimiter, List<String> row) {
    return (delimiter.equals("::") || delimiter.equals("\t")) && row.size() == 4;
  }

  private static String movieLensName(String delimiter) {
    return switch (delimiter) {
      case "::" -> "ratings.dat";
      case "\t" -> "u.data";
      default -> "ratings.csv";
    };
  }

  /// Returns the roles' positions by the names that people give such columns.
  static int[] positions(String file, List<String> columns, boolean header, Settings settings) {
    int[] positions = new int[4];
    List<String> roles = List.of("user", "item", "rating", "timestamp");
    boolean declared = settings.has("columns");
    for (int role = 0; role < positions.length; role++) {
      String name = declared ? settings.text("columns." + roles.get(role)) : null;
      if (declared && name == null && role < TIME) {
        throw new RefusedException(
            "settings.json: field 'columns." + roles.get(role) + "' is missing");
      }
      positions[role] =
          name != null
              ? columns.indexOf(name)
              : declared ? -1 : header ? find(columns, role) : role < columns.size() ? role : -1;
      if (positions[role] < 0 && (role < TIME || name != null)) {
        throw new RefusedException(
            file
                + " has no column of "
                + (role == RATING ? "ratings" : roles.get(role) + "s")
                + (name == null ? "" : " '" + name + "'")
                + " among "
                + String.join(", ", columns)
                + (role == RATING && name == null
                    ? "; the Spark job does not train from choices yet"
                    : "; name the columns in settings.json"));
      }
    }
    return positions;
  }

  private static int find(List<String> columns, int role) {
    int best = -1;
    int rank = Integer.MAX_VALUE;
    for (int i = 0; i < columns.size(); i++) {
      int found = NAMES.get(role).indexOf(normalize(columns.get(i)));
      if (found >= 0 && found < rank) {
        best = i;
        rank = found;
      }
    }
    return best;
  }

  static String normalize(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFKD)
        .replaceAll("[^\\p{L}\\p{N}]", "")
        .toLowerCase(Locale.ROOT);
  }

  private static List<String> numbered(int count) {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      names.add(String.valueOf(i));
    }
    return names;
  }

  private static IdKind ids(
      String field, Settings settings, List<List<String>> sample, int position) {
    if (settings.has(field)) {
      return IdKind.of(settings.text(field));
    }
    IdKind widest = IdKind.INT32;
    for (List<String> row : sample) {
      IdKind kind = IdKind.narrowest(row.get(position));
      widest = kind.compareTo(widest) > 0 ? kind : widest;
    }
    return widest;
  }

  private static double rating(String text, boolean comma) {
    try {
      return Double.parseDouble(comma ? text.replace(',', '.') : text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /// A row of ratings.
  ///
  /// @param user a `Long` or a `String`
  /// @param item the same
  /// @param problem what is wrong with the row; null if nothing is
  record Parsed(Object user, Object item, float rating, long time, String problem)
      implements Serializable {
    private static Parsed bad(String problem) {
      return new Parsed(null, null, 0, 0, problem);
    }
  }

  /// Parses a line. Problems never show the id of a user.
  Parsed parse(String line) {
    List<String> values = split(line, delimiter);
    if (values == null) {
      return Parsed.bad("a quoted value does not end in its line");
    }
    if (values.size() != columns) {
      return Parsed.bad("a row has " + values.size() + " values, expected " + columns);
    }
    Object user = users.parse(values.get(positions[USER]));
    if (user == null) {
      return Parsed.bad(
          label(USER) + " is not " + users + widerType("user", users, values.get(positions[USER])));
    }
    Object item = items.parse(values.get(positions[ITEM]));
    if (item == null) {
      return Parsed.bad(
          label(ITEM)
              + " is not "
              + items
              + ": '"
              + values.get(positions[ITEM])
              + "'"
              + widerType("item", items, values.get(positions[ITEM])));
    }
    String text = values.get(positions[RATING]);
    double rating = rating(text, decimalComma);
    if (!(scale == null ? Math.abs(rating) <= MAX_RATING : scale.contains(rating))) {
      return Parsed.bad(
          label(RATING) + " is '" + text + "', expected " + (scale == null ? "a number" : scale));
    }
    long time = positions[TIME] < 0 ? 0 : this.time.parse(values.get(positions[TIME]));
    if (time < 0) {
      return Parsed.bad(
          label(TIME)
              + " is '"
              + values.get(positions[TIME])
              + "', expected a time in "
              + this.time);
    }
    return new Parsed(user, item, (float) rating, time, null);
  }

  /// Returns the setting with which a type would have an id, as the end of a sentence. The type
  /// comes from the first lines unless it is declared.
  private static String widerType(String role, IdKind kind, String id) {
    IdKind wider = IdKind.narrowest(id);
    return wider.parse(id) == null || wider.compareTo(kind) <= 0
        ? ""
        : "; settings.json: \"ids\": {\"" + role + "\": \"" + wider + "\"}";
  }

  /// Returns the layout with another scale.
  Layout withScale(Scale other) {
    return new Layout(
        name,
        delimiter,
        headerLine,
        names,
        columns,
        positions,
        users,
        items,
        time,
        decimalComma,
        other);
  }

  private String label(int role) {
    return headerLine == null ? "column " + (positions[role] + 1) : names.get(role);
  }

  /// Splits a line into values without the blanks around them. A quoted value may contain
  /// delimiters and doubled quotes. Returns null if a quote does not end.
  static List<String> split(String line, String delimiter) {
    List<String> values = new ArrayList<>(4);
    int at = 0;
    while (true) {
      int begin = at;
      while (begin < line.length() && line.charAt(begin) == ' ') {
        begin++;
      }
      if (begin < line.length() && line.charAt(begin) == '"') {
        StringBuilder value = new StringBuilder();
        int i = begin + 1;
        while (true) {
          int quote = line.indexOf('"', i);
          if (quote < 0) {
            return null;
          }
          value.append(line, i, quote);
          i = quote + 1;
          if (i < line.length() && line.charAt(i) == '"') {
            value.append('"');
            i++;
          } else {
            break;
          }
        }
        values.add(value.toString());
        int next = line.indexOf(delimiter, i);
        if (next < 0) {
          return values;
        }
        at = next + delimiter.length();
      } else {
        int next = line.indexOf(delimiter, at);
        values.add((next < 0 ? line.substring(at) : line.substring(at, next)).strip());
        if (next < 0) {
          return values;
        }
        at = next + delimiter.length();
      }
    }
  }

  /// Returns the part of a manifest that says how the file was read.
  Map<String, Object> json() {
    Map<String, Object> columnNames = new java.util.TreeMap<>();
    columnNames.put("user", names.get(USER));
    columnNames.put("item", names.get(ITEM));
    columnNames.put("rating", names.get(RATING));
    if (names.get(TIME) != null) {
      columnNames.put("timestamp", names.get(TIME));
    }
    return Map.of(
        "encoding",
        "UTF-8",
        "delimiter",
        delimiter,
        "header",
        headerLine != null,
        "columns",
        columnNames,
        "userIdType",
        users.toString(),
        "itemIdType",
        items.toString(),
        "time",
        time.toString(),
        "decimalComma",
        decimalComma);
  }
}
