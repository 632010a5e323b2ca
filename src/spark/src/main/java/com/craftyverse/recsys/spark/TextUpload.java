package com.craftyverse.recsys.spark;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapred.FileInputFormat;
import org.apache.hadoop.mapred.FileSplit;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapred.TextInputFormat;
import org.apache.spark.api.java.JavaHadoopRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/// Files of text with ratings: plain ones, which many tasks read in splits, ones with gzip, or one
/// in a zip, of which a task reads each.
///
/// @param store where the files are
/// @param keys the files, or the zip
/// @param entry the file in the zip; null without a zip
/// @param isWhole whether a task reads a whole file. Positions then have the numbers of lines, else
///     the offsets of bytes.
record TextUpload(Store store, List<String> keys, String entry, boolean isWhole)
    implements Serializable {
  private static final int SAMPLE_LINES = 5_000;

  /// Lines are counted up to this offset of a file; further on, places are offsets.
  private static final long COUNTED_BYTES = 64 << 20;

  private record Line(long at, String text) {}

  /// Reads plain files, or files with gzip.
  static Upload open(
      SparkSession spark,
      Store store,
      List<String> keys,
      String itemsKey,
      long bytes,
      Settings settings)
      throws IOException {
    boolean isWhole = Upload.isNamed(keys.get(0), ".gz");
    TextUpload text = new TextUpload(store, keys, null, isWhole);
    Layout layout = text.layout(settings);
    return text.table(spark, layout, Items.read(store, itemsKey, layout.items()), bytes, settings);
  }

  /// Reads the file of ratings in a zip.
  static Upload openZip(SparkSession spark, Store store, String key, long bytes, Settings settings)
      throws IOException {
    try {
      TextUpload text = new TextUpload(store, List.of(key), entry(store, key), true);
      Layout layout = text.layout(settings);
      return text.table(spark, layout, Items.readZip(store, key, layout.items()), bytes, settings);
    } catch (ZipException | EOFException e) {
      throw Upload.damaged(key, "a zip", e);
    }
  }

  private static String entry(Store store, String key) throws IOException {
    String ratings = null;
    List<String> others = new ArrayList<>();
    boolean isEmpty = true;
    try (ZipInputStream zip = new ZipInputStream(store.open(key))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        isEmpty = false;
        String name = Upload.baseName(entry.getName());
        if (Upload.RATINGS.contains(name)) {
          ratings = entry.getName();
        } else if (Upload.isText(name) && !Upload.ITEMS.contains(name) && !Upload.isAside(name)) {
          others.add(entry.getName());
        }
      }
    }
    if (isEmpty) {
      throw Upload.damaged(key, "a zip", new ZipException("it has no files"));
    }
    if (ratings == null && others.size() == 1) {
      ratings = others.get(0);
    }
    if (ratings == null) {
      throw new RefusedException(
          "'"
              + key
              + "' has no "
              + String.join(", ", Upload.RATINGS)
              + ", nor a single file of text");
    }
    return ratings;
  }

  /// Returns the layout of the first file that has rows below a header.
  private Layout layout(Settings settings) throws IOException {
    String file = name(0);
    List<String> lines = List.of();
    for (int i = 0; i < keys.size() && lines.size() < 2; i++) {
      List<String> sample = sample(i);
      if (sample.size() > lines.size()) {
        file = name(i);
        lines = sample;
      }
    }
    return Layout.of(file, lines, settings);
  }

  private List<String> sample(int file) throws IOException {
    List<String> lines = new ArrayList<>();
    try (BufferedReader reader = reader(file)) {
      for (String line = reader.readLine();
          line != null && lines.size() < SAMPLE_LINES;
          line = reader.readLine()) {
        if (!line.isBlank()) {
          lines.add(withoutByteOrderMark(line));
        }
      }
    } catch (ZipException | EOFException e) {
      throw damaged(file, e);
    }
    return lines;
  }

  private static String withoutByteOrderMark(String line) {
    return line.startsWith("\uFEFF") ? line.substring(1) : line;
  }

  private String name(int file) {
    return entry == null ? keys.get(file) : entry;
  }

  private RefusedException damaged(int file, IOException e) {
    return Upload.damaged(keys.get(file), entry == null ? "gzip" : "a zip", e);
  }

  private BufferedReader reader(int file) throws IOException {
    return new BufferedReader(new InputStreamReader(bytes(file), StandardCharsets.UTF_8), 1 << 16);
  }

  private InputStream bytes(int file) throws IOException {
    InputStream input = store.open(keys.get(file));
    if (entry == null) {
      return isWhole ? new GZIPInputStream(input, 1 << 16) : input;
    }
    ZipInputStream zip = new ZipInputStream(input);
    for (ZipEntry each = zip.getNextEntry(); each != null; each = zip.getNextEntry()) {
      if (each.getName().equals(entry)) {
        return zip;
      }
    }
    throw new IOException(entry + " is no longer in the zip");
  }

  private Upload table(
      SparkSession spark, Layout layout, Items items, long bytes, Settings settings) {
    boolean skip = settings.maxBadRows() > 0;
    List<Float> missing = settings.missing();
    StructType schema =
        new StructType()
            .add("user", layout.users().type(), true)
            .add("item", layout.items().type(), true)
            .add("rating", DataTypes.FloatType, false)
            .add("time", DataTypes.LongType, false)
            .add("position", DataTypes.LongType, false)
            .add("problem", DataTypes.StringType, true);
    Rows rows = new Rows(this, layout, missing, skip);
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Dataset<Row> table =
        spark.createDataFrame(isWhole ? whole(context, rows) : splits(context, rows), schema);
    long bad = 0;
    long withoutRating = 0;
    if (skip || !missing.isEmpty()) {
      Row counts =
          table
              .agg(
                  functions.expr("count_if(problem <> '')"),
                  functions.expr("count_if(problem = '')"),
                  functions.expr("min(if(problem <> '', struct(position, problem), null))"))
              .first();
      bad = counts.getLong(0);
      withoutRating = counts.getLong(1);
      if (bad > settings.maxBadRows()) {
        Row first = counts.getStruct(2);
        throw new RefusedException(
            place(first.getLong(0))
                + ": "
                + first.getString(1)
                + "; it is the first of "
                + bad
                + " malformed rows, maxBadRows allows "
                + settings.maxBadRows());
      }
    }
    return new Upload(
        layout, table.filter("problem is null").drop("problem"), items, bytes, bad, withoutRating);
  }

  private JavaRDD<Row> splits(JavaSparkContext context, Rows rows) {
    JobConf job = new JobConf(context.hadoopConfiguration());
    FileInputFormat.setInputPaths(
        job, keys.stream().map(key -> literal(store.path(key))).toArray(Path[]::new));
    List<String> names = keys.stream().map(Upload::baseName).toList();
    JavaHadoopRDD<LongWritable, Text> lines =
        (JavaHadoopRDD<LongWritable, Text>)
            context.hadoopRDD(
                job,
                TextInputFormat.class,
                LongWritable.class,
                Text.class,
                context.defaultMinPartitions());
    return lines.mapPartitionsWithInputSplit(
        (split, texts) -> {
          int file = names.indexOf(((FileSplit) split).getPath().getName());
          return rows.of(
              file,
              new Iterator<>() {
                @Override
                public boolean hasNext() {
                  return texts.hasNext();
                }

                @Override
                public Line next() {
                  scala.Tuple2<LongWritable, Text> line = texts.next();
                  return new Line(line._1.get(), line._2.toString());
                }
              });
        },
        true);
  }

  /// Returns a path that Hadoop does not take for a pattern.
  private static Path literal(Path path) {
    return new Path(path.toString().replaceAll("[\\\\\\[\\]{}*?]", "\\\\$0"));
  }

  private JavaRDD<Row> whole(JavaSparkContext context, Rows rows) {
    return context
        .parallelize(IntStream.range(0, keys.size()).boxed().toList(), keys.size())
        .flatMap(file -> rows.of(file, new Lines(this, file)));
  }

  /// Returns the file and the line, or else the offset, of a row.
  String place(long position) {
    int file = Upload.file(position);
    long at = Upload.place(position);
    if (isWhole) {
      return name(file) + ", line " + at;
    }
    if (at > COUNTED_BYTES) {
      return name(file) + ", byte " + at;
    }
    try (InputStream input = new BufferedInputStream(bytes(file), 1 << 16)) {
      long line = 1;
      int last = 0;
      for (long i = 0; i < at; i++) {
        int next = input.read();
        line += next == '\r' || (next == '\n' && last != '\r') ? 1 : 0;
        last = next;
      }
      return name(file) + ", line " + line;
    } catch (IOException e) {
      return name(file) + ", byte " + at;
    }
  }

  /// The lines of a file that a task reads alone, which is closed after the last one.
  private static final class Lines implements Iterator<Line> {
    private final TextUpload upload;
    private final int file;
    private BufferedReader reader;
    private long number;
    private String next;

    Lines(TextUpload upload, int file) {
      this.upload = upload;
      this.file = file;
      advance();
    }

    private void advance() {
      try {
        if (reader == null) {
          reader = upload.reader(file);
        }
        next = reader.readLine();
        if (next == null) {
          reader.close();
        }
      } catch (ZipException | EOFException e) {
        throw upload.damaged(file, e);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public Line next() {
      if (next == null) {
        throw new NoSuchElementException();
      }
      Line line = new Line(++number, next);
      advance();
      return line;
    }
  }

  /// What makes rows of lines.
  ///
  /// @param missing the ratings that stand for none
  /// @param skip whether malformed rows become ones with a problem
  private record Rows(TextUpload upload, Layout layout, List<Float> missing, boolean skip)
      implements Serializable {
    Iterator<Row> of(int file, Iterator<Line> lines) {
      return new Parser(this, file, lines);
    }
  }

  /// Parses the lines of a file or of a split of one. A row without a rating has the problem ''.
  private static final class Parser implements Iterator<Row> {
    private final Rows rows;
    private final Layout layout;
    private final Layout anyRating;
    private final int file;
    private final Iterator<Line> lines;
    private Row next;

    Parser(Rows rows, int file, Iterator<Line> lines) {
      this.rows = rows;
      this.layout = rows.layout;
      this.anyRating = rows.missing.isEmpty() ? layout : layout.withScale(null);
      this.file = file;
      this.lines = lines;
      advance();
    }

    private void advance() {
      next = null;
      while (next == null && lines.hasNext()) {
        Line line = lines.next();
        String text = withoutByteOrderMark(line.text);
        if (!text.isBlank() && !text.equals(layout.headerLine())) {
          next = row(text, Upload.position(file, line.at));
        }
      }
    }

    private Row row(String text, long position) {
      Layout.Parsed parsed = anyRating.parse(text);
      String problem = parsed.problem();
      if (problem == null && rows.missing.contains(parsed.rating())) {
        problem = "";
      } else if (problem == null && anyRating != layout) {
        parsed = layout.parse(text);
        problem = parsed.problem();
      }
      if (problem != null && !problem.isEmpty() && !rows.skip) {
        throw new RefusedException(rows.upload.place(position) + ": " + problem);
      }
      return RowFactory.create(
          parsed.user(), parsed.item(), parsed.rating(), parsed.time(), position, problem);
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
}
