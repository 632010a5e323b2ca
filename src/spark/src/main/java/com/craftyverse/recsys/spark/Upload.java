package com.craftyverse.recsys.spark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.util.StringUtils;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/// An upload as a table: `user, item, rating, time, position`, a row for each rating. Positions ascend as the
/// rows do in the upload.
///
/// Text is read in splits by many tasks, a file in a zip or with gzip by one. A file of items beside the
/// ratings, such as `movies.csv`, is small and read by the driver.
///
/// @param layout how the ratings are written
/// @param rows the ratings
/// @param descriptions the items that the upload describes
/// @param bytes the size of the upload
/// @param badRows rows that were skipped
/// @param missing rows without a rating
record Upload(
    Layout layout, Dataset<Row> rows, Items descriptions, long bytes, long badRows, long missing) {
  private static final int SAMPLE_LINES = 5_000;
  private static final int POSITION_BITS = 40;
  private static final List<String> RATINGS = List.of("ratings.csv", "ratings.dat", "u.data");
  private static final List<String> ITEMS = List.of("movies.csv", "movies.dat");
  private static final List<String> TEXTS = List.of(".csv", ".tsv", ".txt", ".dat", ".data", ".gz");

  /// Returns the items that the upload describes, each once.
  List<Items.Item> items() {
    return descriptions.items();
  }

  /// Opens an upload.
  ///
  /// @throws RefusedException if its ratings cannot be read
  static Upload open(SparkSession spark, Store store, String key, Settings settings)
      throws IOException {
    List<FileStatus> files = store.files(key);
    long bytes = files.stream().mapToLong(FileStatus::getLen).sum();
    String prefix = key.endsWith("/") ? key : files.size() == 1 ? "" : key + "/";
    List<String> ratings = new ArrayList<>();
    String items = null;
    for (FileStatus file : files) {
      String name = file.getPath().getName();
      if (ITEMS.contains(name)) {
        items = prefix + name;
      } else if (!name.equals("settings.json")) {
        ratings.add(prefix.isEmpty() ? key : prefix + name);
      }
    }
    if (hasSet(ratings, "train") && hasSet(ratings, "test")) {
      throw new RefusedException(
          "'"
              + key
              + "' has a training and a test set; the Spark job splits by time or within users, so upload"
              + " one set of ratings");
    }
    if (ratings.isEmpty()) {
      throw new RefusedException("'" + key + "' has no file of ratings");
    }
    String first = ratings.get(0);
    String ending = first.substring(first.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    for (String each : ratings) {
      if (!each.toLowerCase(Locale.ROOT).endsWith(ending)) {
        throw new RefusedException(
            "the files of '" + key + "' have different endings: '" + first + "', '" + each + "'");
      }
    }
    if (ending.equals("parquet")) {
      return parquet(spark, store, ratings, items, bytes, settings);
    }
    if (ending.equals("zip")) {
      if (ratings.size() > 1) {
        throw new RefusedException("'" + key + "' has several zips, expected one");
      }
      return zip(spark, store, first, bytes, settings);
    }
    if (TEXTS.stream().noneMatch(first.toLowerCase(Locale.ROOT)::endsWith)) {
      throw new RefusedException(
          "'"
              + first
              + "': the Spark job reads .csv, .tsv, .txt, .dat, .data, each also with .gz,"
              + " .zip and .parquet");
    }
    Layout layout;
    try (BufferedReader reader = reader(text(store, first))) {
      layout = Layout.of(first, sample(reader), settings);
    }
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    String paths =
        ratings.stream()
            .map(each -> StringUtils.escapeString(store.path(each).toString()))
            .collect(Collectors.joining(","));
    JavaRDD<String> lines = context.textFile(paths);
    return table(
        spark, first, layout, lines, Items.read(store, items, layout.items()), bytes, settings);
  }

  /// Returns whether a file is named like one of the sets of a given split, `train.csv` for example.
  private static boolean hasSet(List<String> files, String set) {
    return files.stream().anyMatch(file -> baseName(file).replaceAll("\\..*", "").equals(set));
  }

  private static InputStream text(Store store, String key) throws IOException {
    InputStream file = store.open(key);
    return key.toLowerCase(Locale.ROOT).endsWith(".gz") ? new GZIPInputStream(file) : file;
  }

  private static BufferedReader reader(InputStream input) {
    return new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8), 1 << 16);
  }

  private static List<String> sample(BufferedReader reader) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = reader.readLine();
        line != null && lines.size() < SAMPLE_LINES;
        line = reader.readLine()) {
      lines.add(withoutByteOrderMark(line));
    }
    return lines;
  }

  private static String withoutByteOrderMark(String line) {
    return line.startsWith("\uFEFF") ? line.substring(1) : line;
  }

  private static Upload zip(
      SparkSession spark, Store store, String key, long bytes, Settings settings)
      throws IOException {
    String ratings = null;
    List<String> others = new ArrayList<>();
    try (ZipInputStream zip = new ZipInputStream(store.open(key))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String name = baseName(entry.getName());
        if (RATINGS.contains(name)) {
          ratings = entry.getName();
        } else if (TEXTS.stream().anyMatch(name::endsWith) && !ITEMS.contains(name)) {
          others.add(entry.getName());
        }
      }
    }
    if (ratings == null && others.size() == 1) {
      ratings = others.get(0);
    }
    if (ratings == null) {
      throw new RefusedException(
          "'" + key + "' has no " + String.join(", ", RATINGS) + ", nor a single file of text");
    }
    String entry = ratings;
    Layout layout;
    try (ZipInputStream zip = new ZipInputStream(store.open(key))) {
      enter(zip, entry);
      layout = Layout.of(entry, sample(reader(zip)), settings);
    }
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    JavaRDD<String> lines =
        context
            .parallelize(List.of(key), 1)
            .flatMap(
                upload -> {
                  ZipInputStream zip = new ZipInputStream(store.open(upload));
                  enter(zip, entry);
                  return new Lines(reader(zip));
                });
    return table(
        spark, entry, layout, lines, Items.readZip(store, key, layout.items()), bytes, settings);
  }

  static String baseName(String entry) {
    return entry.substring(entry.lastIndexOf('/') + 1);
  }

  private static void enter(ZipInputStream zip, String name) throws IOException {
    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      if (entry.getName().equals(name)) {
        return;
      }
    }
    throw new IOException(name + " is no longer in the zip");
  }

  /// The lines of a reader, which is closed after the last one.
  private static final class Lines implements Iterator<String> {
    private final BufferedReader reader;
    private String next;

    Lines(BufferedReader reader) throws IOException {
      this.reader = reader;
      this.next = reader.readLine();
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public String next() {
      if (next == null) {
        throw new NoSuchElementException();
      }
      String line = next;
      try {
        next = reader.readLine();
        if (next == null) {
          reader.close();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return line;
    }
  }

  private static DataType type(IdKind kind) {
    return kind == IdKind.UTF8 ? DataTypes.StringType : DataTypes.LongType;
  }

  private static Upload table(
      SparkSession spark,
      String file,
      Layout layout,
      JavaRDD<String> lines,
      Items items,
      long bytes,
      Settings settings) {
    boolean skip = settings.maxBadRows() > 0;
    List<Float> missing = settings.missing();
    Layout anyRating = missing.isEmpty() ? layout : layout.withScale(null);
    StructType schema =
        new StructType()
            .add("user", type(layout.users()), true)
            .add("item", type(layout.items()), true)
            .add("rating", DataTypes.FloatType, false)
            .add("time", DataTypes.LongType, false)
            .add("position", DataTypes.LongType, false)
            .add("problem", DataTypes.StringType, true);
    JavaRDD<Row> parsed =
        lines.mapPartitionsWithIndex(
            (partition, texts) ->
                new Parser(file, layout, anyRating, missing, skip, partition, texts),
            true);
    Dataset<Row> table = spark.createDataFrame(parsed, schema);
    long bad = 0;
    if (skip) {
      bad = table.filter("problem is not null and problem <> ''").count();
      if (bad > settings.maxBadRows()) {
        throw new RefusedException(
            file + ": " + bad + " rows are malformed; maxBadRows allows " + settings.maxBadRows());
      }
    }
    long withoutRating = missing.isEmpty() ? 0 : table.filter("problem = ''").count();
    Dataset<Row> rows = table.filter("problem is null").drop("problem");
    return new Upload(layout, rows, items, bytes, bad, withoutRating);
  }

  /// Parses the lines of a partition. A row without a rating has the problem ''.
  private static final class Parser implements Iterator<Row> {
    private final String file;
    private final Layout layout;
    private final Layout anyRating;
    private final List<Float> missing;
    private final boolean skip;
    private final long firstPosition;
    private final Iterator<String> lines;
    private long line;
    private Row next;

    Parser(
        String file,
        Layout layout,
        Layout anyRating,
        List<Float> missing,
        boolean skip,
        int partition,
        Iterator<String> lines) {
      this.file = file;
      this.layout = layout;
      this.anyRating = anyRating;
      this.missing = missing;
      this.skip = skip;
      this.firstPosition = (long) partition << POSITION_BITS;
      this.lines = lines;
      advance();
    }

    private void advance() {
      next = null;
      while (next == null && lines.hasNext()) {
        String text = withoutByteOrderMark(lines.next());
        line++;
        if (!text.isBlank() && !text.equals(layout.headerLine())) {
          next = row(text);
        }
      }
    }

    private Row row(String text) {
      Layout.Parsed parsed = anyRating.parse(text);
      String problem = parsed.problem();
      if (problem == null && missing.contains(parsed.rating())) {
        problem = "";
      } else if (problem == null && anyRating != layout) {
        parsed = layout.parse(text);
        problem = parsed.problem();
      }
      if (problem != null && !problem.isEmpty() && !skip) {
        throw new RefusedException(
            file
                + ", partition "
                + (firstPosition >> POSITION_BITS)
                + ", line "
                + line
                + ": "
                + problem);
      }
      return RowFactory.create(
          parsed.user(),
          parsed.item(),
          parsed.rating(),
          parsed.time(),
          firstPosition + line,
          problem);
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public Row next() {
      Row row = next;
      advance();
      return row;
    }
  }

  private static Upload parquet(
      SparkSession spark,
      Store store,
      List<String> keys,
      String itemsKey,
      long bytes,
      Settings settings)
      throws IOException {
    String[] paths = keys.stream().map(key -> store.path(key).toString()).toArray(String[]::new);
    Dataset<Row> table = spark.read().parquet(paths);
    String file = keys.get(0);
    List<String> names = List.of(table.columns());
    int[] positions = Layout.positions(file, names, true, settings);
    IdKind users = idKind(table, names.get(positions[Layout.USER]), "ids.user", settings);
    IdKind items = idKind(table, names.get(positions[Layout.ITEM]), "ids.item", settings);
    List<String> roles = new ArrayList<>();
    for (int position : positions) {
      roles.add(position < 0 ? null : names.get(position));
    }
    Layout.Time unit = Layout.Time.NONE;
    org.apache.spark.sql.Column time = functions.lit(0L);
    String timeName = roles.get(Layout.TIME);
    if (timeName != null) {
      DataType type = field(table, timeName).dataType();
      if (type.equals(DataTypes.TimestampType) || type.equals(DataTypes.DateType)) {
        unit = Layout.Time.DATE;
        time = functions.unix_timestamp(table.col(timeName).cast(DataTypes.TimestampType));
      } else {
        Row most = table.agg(functions.max(table.col(timeName).cast("double"))).first();
        unit = Layout.Time.ofSize(most.isNullAt(0) ? 0 : most.getDouble(0));
        time = table.col(timeName).cast("long");
        long perSecond = unit == Layout.Time.SECONDS ? 1 : unit.perSecond();
        time = functions.floor(time.divide(functions.lit(perSecond))).cast("long");
      }
    }
    Scale scale = Scale.declared(settings);
    org.apache.spark.sql.Column rating =
        table.col(roles.get(Layout.RATING)).cast(DataTypes.FloatType);
    Dataset<Row> rows =
        table.select(
            table.col(roles.get(Layout.USER)).cast(type(users)).as("user"),
            table.col(roles.get(Layout.ITEM)).cast(type(items)).as("item"),
            rating.as("rating"),
            time.as("time"),
            functions.monotonically_increasing_id().as("position"));
    long missing = 0;
    if (!settings.missing().isEmpty()) {
      Object[] values = settings.missing().toArray();
      missing = rows.filter(functions.col("rating").isin(values)).count();
      rows = rows.filter(functions.not(functions.col("rating").isin(values)));
    }
    String valid =
        "user is not null and item is not null and rating is not null and time >= 0"
            + " and not isnan(rating)"
            + (scale == null
                ? " and abs(rating) <= 1000000"
                : " and rating >= " + scale.min() + " and rating <= " + scale.max());
    long bad = rows.filter("not coalesce(" + valid + ", false)").count();
    if (bad > settings.maxBadRows()) {
      throw new RefusedException(
          file + ": " + bad + " rows lack a user, an item, a time or a rating on the scale");
    }
    Layout layout =
        new Layout(
            "parquet", "", "", roles, names.size(), positions, users, items, unit, false, scale);
    return new Upload(
        layout,
        bad == 0 ? rows : rows.filter(valid),
        Items.read(store, itemsKey, items),
        bytes,
        bad,
        missing);
  }

  private static StructField field(Dataset<Row> table, String name) {
    return table.schema().fields()[table.schema().fieldIndex(name)];
  }

  private static IdKind idKind(Dataset<Row> table, String name, String field, Settings settings) {
    if (settings.has(field)) {
      return IdKind.of(settings.text(field));
    }
    DataType type = field(table, name).dataType();
    if (type.equals(DataTypes.StringType)) {
      return IdKind.UTF8;
    }
    if (!type.equals(DataTypes.LongType)
        && !type.equals(DataTypes.IntegerType)
        && !type.equals(DataTypes.ShortType)) {
      throw new RefusedException(
          "column '"
              + name
              + "' has the type "
              + type.simpleString()
              + ", expected whole numbers or"
              + " texts");
    }
    Row range =
        table
            .agg(
                functions.min(table.col(name)).cast("long"),
                functions.max(table.col(name)).cast("long"))
            .first();
    return range.isNullAt(0) || (range.getLong(0) >= 0 && range.getLong(1) <= Integer.MAX_VALUE)
        ? IdKind.INT32
        : IdKind.INT64;
  }
}
