package com.craftyverse.recsys.spark;

import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF3;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/// A split of the ratings into training, test and validation sets: by time, or at random within users. Both
/// are exactly those of the pipeline.
///
/// @param parameters what determines it, as in the manifest of the pipeline's split
/// @param thresholds the ends of the training and test sets in epoch seconds; null for a random split
/// @param rows the ratings with the column `set`: 0 for training, 1 for test, 2 for validation
/// @param sizes the number of rows of each set
record Split(Map<String, Object> parameters, double[] thresholds, Dataset<Row> rows, long[] sizes) {
  static final int TRAIN = 0;
  static final int TEST = 1;
  static final int VALIDATION = 2;

  private static final String[] SETS = {"training", "test", "validation"};

  /// Splits the ratings `user, item, rating, time, position`.
  ///
  /// @throws RefusedException if a set would be empty, or this job does not split so
  static Split of(Dataset<Row> ratings, boolean hasTimes, Settings settings) {
    String kind = settings.text("split.kind");
    if (kind == null) {
      kind = hasTimes ? "temporal" : "random";
    }
    return switch (kind) {
      case "temporal" -> temporal(ratings, hasTimes, settings);
      case "random" -> withinUsers(ratings, settings);
      default ->
          throw new RefusedException(
              "settings.json: field 'split.kind': the Spark job splits by time (temporal) or within"
                  + " users (random, by user), found '"
                  + kind
                  + "'");
    };
  }

  private static Split temporal(Dataset<Row> ratings, boolean hasTimes, Settings settings) {
    if (!hasTimes) {
      throw new RefusedException("settings.json: field 'split.kind': the upload has no times");
    }
    double train = settings.number("split.trainRatio", 0.75);
    double test = settings.number("split.testRatio", 0.15);
    double end = BigDecimal.valueOf(train).add(BigDecimal.valueOf(test)).doubleValue();
    if (!(train > 0 && test > 0 && end < 1)) {
      throw new RefusedException(
          "settings.json: fields 'split.trainRatio' and 'split.testRatio': expected numbers above 0"
              + " with a sum below 1, found "
              + train
              + " and "
              + test);
    }
    double[] thresholds = Quantile.of(ratings, "time", train, end);
    Column time = functions.col("time");
    Column set =
        functions
            .when(time.leq(thresholds[0]), TRAIN)
            .when(time.leq(thresholds[1]), TEST)
            .otherwise(VALIDATION);
    Map<String, Object> parameters = new TreeMap<>();
    parameters.put("kind", "temporal");
    parameters.put("trainRatio", train);
    parameters.put("testRatio", test);
    return of(parameters, thresholds, ratings.withColumn("set", set));
  }

  private static Split withinUsers(Dataset<Row> ratings, Settings settings) {
    String by = settings.text("split.by");
    if (by == null && settings.has("split.kind")) {
      throw new RefusedException(
          "settings.json: field 'split.by' is missing, so a random split is by row; the Spark job"
              + " splits at random within users: \"split\": {\"kind\": \"random\", \"by\": \"user\"}");
    }
    if (by != null && !by.equals("user")) {
      throw new RefusedException(
          "settings.json: field 'split.by': the Spark job splits at random within users (user),"
              + " found '"
              + by
              + "'");
    }
    double testRatio = settings.number("split.testRatio", 0.2);
    if (!(testRatio > 0 && testRatio < 1)) {
      throw new RefusedException(
          "settings.json: field 'split.testRatio': expected a number between 0 and 1, found "
              + testRatio);
    }
    long seed = settings.whole("split.seed", 42, Long.MIN_VALUE, Long.MAX_VALUE);
    WindowSpec user = Window.partitionBy("user");
    Column place = functions.row_number().over(user.orderBy("position"));
    Column count = functions.count(functions.lit(1)).over(user);
    long mixed = Permutation.mix(seed);
    Column set =
        functions
            .udf(
                (UDF3<Integer, Integer, Long, Integer>)
                    (code, number, rows) ->
                        draw(code, number - 1, rows.intValue(), testRatio, mixed),
                DataTypes.IntegerType)
            .apply(functions.col("user"), place, count);
    Map<String, Object> parameters = new TreeMap<>();
    parameters.put("kind", "random");
    parameters.put("by", "user");
    parameters.put("testRatio", testRatio);
    parameters.put("seed", seed);
    return of(parameters, null, ratings.withColumn("set", set));
  }

  /// Returns the set of a user's rating.
  ///
  /// @param number the place of the rating among the user's in the upload, from 0
  /// @param rows the number of the user's ratings
  private static int draw(int user, int number, int rows, double testRatio, long seed) {
    long test = rows < 2 ? 0 : Math.max(1, Math.min(rows - 1, Math.round(testRatio * rows)));
    long validation = Math.min((rows - test + 5) / 10, rows - test - 1);
    long place = new Permutation(rows, seed ^ user).apply(number);
    return place < test ? TEST : place < test + validation ? VALIDATION : TRAIN;
  }

  private static Split of(Map<String, Object> parameters, double[] thresholds, Dataset<Row> rows) {
    long[] sizes = new long[SETS.length];
    for (Row row : rows.groupBy("set").count().collectAsList()) {
      sizes[row.getInt(0)] = row.getLong(1);
    }
    for (int set = 0; set < sizes.length; set++) {
      if (sizes[set] == 0) {
        throw new RefusedException(
            "the "
                + SETS[set]
                + " set would be empty; the dataset has too few ratings or too many equal times");
      }
    }
    return new Split(parameters, thresholds, rows, sizes);
  }

  /// Returns the rows of a set.
  Dataset<Row> set(int number) {
    return rows.filter(functions.col("set").equalTo(number)).drop("set");
  }

  long ratings() {
    return sizes[TRAIN] + sizes[TEST] + sizes[VALIDATION];
  }

  /// Returns the figures of the manifest.
  Map<String, Object> figures() {
    Map<String, Object> figures = new TreeMap<>();
    if (thresholds != null) {
      figures.put("trainThreshold", thresholds[0]);
      figures.put("testThreshold", thresholds[1]);
    }
    figures.put("ratings", ratings());
    figures.put("trainRows", sizes[TRAIN]);
    figures.put("testRows", sizes[TEST]);
    figures.put("validationRows", sizes[VALIDATION]);
    return figures;
  }
}
