package com.craftyverse.recsys.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.execution.datasources.SchemaColumnConvertNotSupportedException;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;

/// Parquet files with ratings.
///
/// Columns have numbers or texts, times also dates and timestamps; those without a zone are in UTC.
/// Whole numbers may be floating-point, as pandas writes columns with gaps.
final class ParquetUpload {
  private static final String NANOSECONDS_AS_NUMBERS = "spark.sql.legacy.parquet.nanosAsLong";
  private static final long SECONDS_PER_DAY = 86_400;

  private final SparkSession spark;
  private final Store store;
  private final List<String> keys;
  private final Settings settings;

  ParquetUpload(SparkSession spark, Store store, List<String> keys, Settings settings) {
    this.spark = spark;
    this.store = store;
    this.keys = keys;
    this.settings = settings;
  }

  /// Reads the files.
  ///
  /// @param itemsKey the file of items; null without one
  /// @throws RefusedException if a file is damaged, or a column has a type that this job does not
  ///     read
  Upload open(String itemsKey, long bytes) throws IOException {
    try {
      return read(itemsKey, bytes);
    } catch (Exception e) {
      RefusedException refused = RefusedException.causeOf(e);
      throw refused != null ? refused : damaged(e);
    }
  }

  private RuntimeException damaged(Exception failure) throws IOException {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      String message = String.valueOf(each.getMessage());
      if (each instanceof AnalysisException
          || each instanceof SchemaColumnConvertNotSupportedException
          || each.getClass().getName().startsWith("org.apache.parquet.")
          || message.contains("is not a Parquet file")) {
        String key =
            keys.stream()
                .filter(file -> keys.size() == 1 || message.contains(encodedName(file)))
                .findFirst()
                .orElse(keys.get(0).substring(0, keys.get(0).lastIndexOf('/') + 1));
        return Upload.damaged(key, "Parquet", each);
      }
    }
    if (failure instanceof IOException e) {
      throw e;
    }
    return failure instanceof RuntimeException e ? e : new IllegalStateException(failure);
  }

  /// Returns a file's name as in a URI, which is how Spark writes it.
  private String encodedName(String key) {
    return Upload.baseName(store.path(key).toUri().getRawPath());
  }

  /// A column of the files.
  private record Field(String name, Column column, DataType type) {
    RefusedException unexpected(String file, String expected) {
      return new RefusedException(
          file
              + ": column '"
              + name
              + "' has the type "
              + type.simpleString()
              + ", expected "
              + expected);
    }
  }

  private Upload read(String itemsKey, long bytes) throws IOException {
    // pandas writes nanoseconds, which Spark has no type for
    spark.conf().set(NANOSECONDS_AS_NUMBERS, true);
    Dataset<Row> table =
        spark
            .read()
            .option("__globPaths__", false) // a name is no pattern
            .parquet(keys.stream().map(key -> store.path(key).toString()).toArray(String[]::new));
    List<String> names = List.of(table.columns());
    int[] positions = Layout.positions(keys.get(0), names, true, settings);
    List<String> roles = new ArrayList<>();
    List<Field> fields = new ArrayList<>();
    for (int position : positions) {
      String name = position < 0 ? null : names.get(position);
      roles.add(name);
      fields.add(
          name == null
              ? null
              : new Field(
                  name,
                  table.col("`" + name.replace("`", "``") + "`"),
                  table.schema().fields()[position].dataType()));
    }
    Field timeField = fields.get(Layout.TIME);
    Row range = range(table, fields);
    IdKind users = idKind(fields.get(Layout.USER), "ids.user", range, 0);
    IdKind items = idKind(fields.get(Layout.ITEM), "ids.item", range, 2);
    Layout.Time unit = timeField == null ? Layout.Time.NONE : unit(timeField, range);
    Scale scale = Scale.declared(settings);
    Dataset<Row> rows =
        table.select(
            id(fields.get(Layout.USER), users).as("user"),
            id(fields.get(Layout.ITEM), items).as("item"),
            rating(fields.get(Layout.RATING), scale).as("value"),
            (timeField == null ? lit(0L) : time(timeField, unit)).as("time"),
            position().as("position"));
    Column isMissing = lit(false);
    if (!settings.missing().isEmpty()) {
      Column rating = col("value").cast(DataTypes.FloatType);
      isMissing = functions.coalesce(rating.isin(settings.missing().toArray()), lit(false));
    }
    Column isOnScale =
        scale == null
            ? functions.abs(col("value")).leq(Layout.MAX_RATING)
            : functions
                .udf((UDF1<Double, Boolean>) scale::contains, DataTypes.BooleanType)
                .apply(col("value"));
    List<Column> faults =
        List.of(
            col("user").isNull(),
            col("item").isNull(),
            when(col("value").isNull(), true).otherwise(functions.not(isOnScale)),
            functions.not(
                functions.coalesce(col("time").between(0, Layout.Time.LATEST), lit(false))));
    Column isBad = lit(false);
    for (Column fault : faults) {
      isBad = isBad.or(fault);
    }
    isBad = isBad.and(functions.not(isMissing));
    List<Column> counts = new ArrayList<>();
    counts.add(functions.count_if(isBad));
    counts.add(functions.min(when(isBad, col("position"))));
    for (Column fault : faults) {
      counts.add(functions.count_if(fault.and(functions.not(isMissing))));
    }
    Row found = rows.agg(functions.count_if(isMissing), counts.toArray(Column[]::new)).first();
    long missing = found.getLong(0);
    long bad = found.getLong(1);
    if (bad > settings.maxBadRows()) {
      List<String> expected =
          List.of(
              users.toString(),
              items.toString(),
              scale == null ? "a number" : scale.toString(),
              "a time in " + unit);
      throw refused(found, roles, expected);
    }
    if (bad + missing > 0) {
      rows = rows.filter(functions.not(isBad.or(isMissing)));
    }
    return new Upload(
        new Layout(
            "parquet", "", "", roles, names.size(), positions, users, items, unit, false, scale),
        rows.select(
            col("user"),
            col("item"),
            col("value").cast(DataTypes.FloatType).as("rating"),
            col("time"),
            col("position")),
        Items.read(store, itemsKey, items),
        bytes,
        bad,
        missing);
  }

  /// Returns the refusal of malformed rows.
  ///
  /// @param found the number of rows without a rating, of malformed rows, the position of the first
  ///     of those, and the faults of each role
  private RefusedException refused(Row found, List<String> roles, List<String> expected) {
    List<String> faults = new ArrayList<>();
    for (int role = 0; role < roles.size(); role++) {
      long count = found.getLong(3 + role);
      if (count > 0) {
        faults.add("'" + roles.get(role) + "' is not " + expected.get(role) + " in " + count);
      }
    }
    long position = found.getLong(2);
    return new RefusedException(
        keys.get(Upload.file(position))
            + ", row "
            + (Upload.place(position) + 1)
            + " is the first of "
            + found.getLong(1)
            + " malformed rows: "
            + String.join(", ", faults)
            + (settings.maxBadRows() > 0 ? "; maxBadRows allows " + settings.maxBadRows() : ""));
  }

  /// Returns the smallest and largest user, item and time, as far as they are numbers and the types
  /// of ids or the unit of times depend on them, and the first time that is a text.
  private static Row range(Dataset<Row> table, List<Field> fields) {
    List<Column> columns = new ArrayList<>();
    for (int role : new int[] {Layout.USER, Layout.ITEM}) {
      Field field = fields.get(role);
      Column id = field.type instanceof NumericType ? field.column.cast("long") : lit(null);
      columns.add(functions.min(id));
      columns.add(functions.max(id));
    }
    Field time = fields.get(Layout.TIME);
    boolean isNumber = time != null && time.type instanceof NumericType;
    boolean isText = time != null && time.type.equals(DataTypes.StringType);
    columns.add(functions.max(isNumber ? time.column.cast("double") : lit(null)));
    columns.add(functions.first(isText ? time.column : lit(null), true));
    return table
        .agg(columns.get(0), columns.subList(1, columns.size()).toArray(Column[]::new))
        .first();
  }

  private IdKind idKind(Field field, String setting, Row range, int at) {
    boolean isText = field.type.equals(DataTypes.StringType);
    if (!isText && !(field.type instanceof NumericType)) {
      throw field.unexpected(keys.get(0), "whole numbers or texts");
    }
    if (settings.has(setting)) {
      return IdKind.of(settings.text(setting));
    }
    if (isText) {
      return IdKind.UTF8;
    }
    boolean isNarrow =
        range.isNullAt(at)
            || (range.getLong(at) >= 0 && range.getLong(at + 1) <= Integer.MAX_VALUE);
    return isNarrow ? IdKind.INT32 : IdKind.INT64;
  }

  /// Returns the ids; null for those that the type does not have.
  private static Column id(Field field, IdKind kind) {
    if (field.type.equals(DataTypes.StringType)) {
      return kind == IdKind.UTF8
          ? when(functions.octet_length(field.column).between(1, IdKind.MAX_BYTES), field.column)
          : functions
              .udf((UDF1<String, Long>) text -> number(kind, text), DataTypes.LongType)
              .apply(field.column);
    }
    Column whole = field.column.cast(DataTypes.LongType);
    Column valid = whole.equalTo(field.column);
    if (kind == IdKind.INT32) {
      valid = valid.and(whole.between(0, Integer.MAX_VALUE));
    }
    return when(valid, whole.cast(kind.type()));
  }

  private static Long number(IdKind kind, String text) {
    return text == null ? null : (Long) kind.parse(text.strip());
  }

  /// Returns the ratings. If a scale is declared, 32-bit ones become the numbers that they are
  /// written as: 4.9, and not the nearest 64-bit number to a 32-bit one, is on a scale up to 4.9.
  private Column rating(Field field, Scale scale) {
    boolean isText = field.type.equals(DataTypes.StringType);
    if (!isText && !(field.type instanceof NumericType)) {
      throw field.unexpected(keys.get(0), "numbers");
    }
    boolean hasComma = isText && ",".equals(settings.text("decimal"));
    Column rating = hasComma ? functions.translate(field.column, ",", ".") : field.column;
    return (field.type.equals(DataTypes.FloatType) && scale != null
            ? rating.cast("string")
            : rating)
        .cast(DataTypes.DoubleType);
  }

  private Layout.Time unit(Field field, Row range) {
    Layout.Time declared = Layout.Time.declared(settings);
    if (field.type.equals(DataTypes.TimestampType)
        || field.type.equals(DataTypes.TimestampNTZType)
        || field.type.equals(DataTypes.DateType)) {
      return Layout.Time.DATE;
    }
    if (field.type.equals(DataTypes.StringType)) {
      return declared != null
          ? declared
          : range.isNullAt(5) ? Layout.Time.DATE : Layout.Time.of(range.getString(5));
    }
    if (!(field.type instanceof NumericType) || declared == Layout.Time.DATE) {
      throw field.unexpected(keys.get(0), "times, dates, numbers or texts");
    }
    return declared != null
        ? declared
        : Layout.Time.ofSize(range.isNullAt(4) ? 0 : range.getDouble(4));
  }

  /// Returns the times in epoch seconds; null for none.
  private static Column time(Field field, Layout.Time unit) {
    if (field.type.equals(DataTypes.DateType)) {
      return functions.unix_date(field.column).cast("long").multiply(SECONDS_PER_DAY);
    }
    if (field.type.equals(DataTypes.StringType)) {
      return functions
          .udf(
              (UDF1<String, Long>) text -> text == null ? null : unit.parse(text.strip()),
              DataTypes.LongType)
          .apply(field.column);
    }
    if (unit == Layout.Time.DATE) {
      return field.column.cast(DataTypes.TimestampType).cast(DataTypes.LongType);
    }
    // not divide, which makes doubles, with too few digits for nanoseconds
    return functions.call_function(
        "div", field.column.cast(DataTypes.LongType), lit(unit.perSecond()));
  }

  private Column position() {
    Column row = col("_metadata.row_index");
    if (keys.size() == 1) {
      return row;
    }
    Map<String, Integer> files = new HashMap<>();
    for (String key : keys) {
      files.put(encodedName(key), files.size());
    }
    return functions
        .udf(
            (UDF2<String, Long, Long>) (name, index) -> Upload.position(files.get(name), index),
            DataTypes.LongType)
        .apply(col("_metadata.file_name"), row);
  }
}
