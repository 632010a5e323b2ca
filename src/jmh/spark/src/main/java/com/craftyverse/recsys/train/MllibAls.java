package com.craftyverse.recsys.train;

import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/// Implicit ALS of Spark MLlib, in this process, on the same choices as the project's solver.
///
/// User and item ids are places in [Choices]; the weight of a choice is its rating.
final class MllibAls implements AutoCloseable {
  private static final StructType SCHEMA =
      new StructType()
          .add("user", DataTypes.IntegerType, false)
          .add("item", DataTypes.IntegerType, false)
          .add("rating", DataTypes.FloatType, false);

  /// The input of the tasks. They run in this process, so nothing is copied.
  private static volatile Choices read;

  private final SparkSession session;
  private final JavaSparkContext context;
  private final int threads;
  private final int blocks;
  private final double regularization;
  private final double alpha;

  /// A model and its training time.
  ///
  /// @param seconds duration of the whole `fit`, from rows to the last factors
  /// @param users a row of `factors` floats for each user, by place
  /// @param items a row of `factors` floats for each item, by place
  record Fit(double seconds, float[] users, float[] items) {}

  /// @param blocks MLlib's `numBlocks`
  /// @param regularization MLlib's `regParam`
  /// @param alpha the confidence in a choice is 1 + alpha · weight
  MllibAls(int threads, int blocks, double regularization, double alpha) {
    this.threads = threads;
    this.blocks = blocks;
    this.regularization = regularization;
    this.alpha = alpha;
    this.session =
        SparkSession.builder()
            .appName("SparkComparison")
            .master("local[" + threads + "]")
            .config("spark.ui.enabled", false)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate();
    this.context = JavaSparkContext.fromSparkContext(session.sparkContext());
  }

  /// Trains a model. The same seed starts from the same factors.
  Fit fit(Choices choices, int factors, int iterations) {
    read = choices;
    Dataset<Row> ratings = session.createDataFrame(rows(), SCHEMA);
    ALS als =
        new ALS()
            .setImplicitPrefs(true)
            .setRank(factors)
            .setMaxIter(iterations)
            .setNumBlocks(blocks)
            .setRegParam(regularization)
            .setAlpha(alpha)
            .setSeed(42)
            .setUserCol("user")
            .setItemCol("item")
            .setRatingCol("rating");
    long start = System.nanoTime();
    ALSModel model = als.fit(ratings);
    double seconds = (System.nanoTime() - start) / 1e9;
    Fit fit =
        new Fit(
            seconds,
            factors(model.userFactors(), choices.users().length, factors),
            factors(model.itemFactors(), choices.items().length, factors));
    context.getPersistentRDDs().values().forEach(rdd -> rdd.unpersist(true));
    return fit;
  }

  private JavaRDD<Row> rows() {
    int slices = 4 * threads;
    return context
        .parallelize(IntStream.range(0, slices).boxed().toList(), slices)
        .flatMap(slice -> rows(slice, slices));
  }

  /// Returns the choices of each `slices`-th user.
  private static Iterator<Row> rows(int slice, int slices) {
    Choices.Rows rows = read.byUser();
    return IntStream.iterate(slice, user -> user < rows.rows(), user -> user + slices)
        .boxed()
        .flatMap(
            user ->
                IntStream.range(rows.start()[user], rows.start()[user + 1])
                    .mapToObj(at -> RowFactory.create(user, rows.index()[at], rows.weight(at))))
        .iterator();
  }

  /// @throws IllegalStateException unless each place has a row of `factors` floats
  private static float[] factors(Dataset<Row> table, int count, int factors) {
    float[] matrix = new float[Math.multiplyExact(count, factors)];
    int found = 0;
    for (Iterator<Row> rows = table.toLocalIterator(); rows.hasNext(); found++) {
      Row row = rows.next();
      List<Float> vector = row.getList(1);
      for (int i = 0; i < factors; i++) {
        matrix[row.getInt(0) * factors + i] = vector.get(i);
      }
    }
    if (found != count) {
      throw new IllegalStateException("MLlib returned " + found + " vectors, expected " + count);
    }
    return matrix;
  }

  @Override
  public void close() {
    session.stop();
  }
}
