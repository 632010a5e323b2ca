package com.craftyverse.recsys.spark;

import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.recommendation.ALS;
import org.apache.spark.ml.recommendation.ALSModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/// The vectors of a model, by MLlib's ALS.
///
/// *Rating model*: ALS on the residuals of mean, biases and choice factors.
///
/// *Ranking model*: implicit ALS with the pipeline's weights w of a choice, from 0.1 for the lowest rating to 1
/// for the highest. The pipeline minimizes, over the choices and over all pairs,
///
/// ```
/// Σ w (1 − p·q)² + α₀ Σ (p·q)² + λ Σ (Σw + α₀·n) |x|²
/// ```
///
/// MLlib's objective, divided by α = 1/α₀, has the same first two terms but for a target of 1 + α₀/w in place of
/// 1. Its penalty counts a row's choices alone; λ′ = λ·(w̄/α₀ + users·items/choices) makes both equal for a row
/// with an average number of choices, on both sides.
///
/// @param users `id, features`
/// @param items `id, features`
record Factors(Dataset<Row> users, Dataset<Row> items) {
  private static final long SEED = 42;
  private static final double MIN_WEIGHT = 0.1;

  private static final StructType TRIPLES =
      new StructType()
          .add("user", DataTypes.IntegerType, false)
          .add("item", DataTypes.IntegerType, false)
          .add("rating", DataTypes.FloatType, false);

  /// Trains the vectors of a rating model.
  ///
  /// @param unit the unit of the penalty, in ratings: for errors in ratings, λ |p|² becomes λ · unit · |p|²
  static Factors ofRatings(
      SparkSession spark,
      Index index,
      Biases biases,
      ChoiceFactors choices,
      Hyperparameters parameters,
      double unit,
      int blocks) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<Biases> fitted = context.broadcast(biases);
    Broadcast<ChoiceFactors> fixed = context.broadcast(choices);
    JavaRDD<Row> rows =
        index
            .ratings()
            .flatMap(
                user -> {
                  double[] residuals = fitted.value().residuals(user);
                  float[] weights = fixed.value().user(user, residuals);
                  fixed.value().subtract(user, weights, residuals);
                  return IntStream.range(0, user.count())
                      .mapToObj(
                          i ->
                              RowFactory.create(user.user(), user.items()[i], (float) residuals[i]))
                      .iterator();
                });
    ALS als =
        als(blocks)
            .setRank(parameters.factors())
            .setMaxIter(parameters.iterations())
            .setRegParam(parameters.regularization() * unit);
    return fit(als, spark.createDataFrame(rows, TRIPLES));
  }

  /// Trains the vectors of a ranking model.
  ///
  /// @param scale the scale of the ratings
  static Factors ofChoices(
      SparkSession spark, Index index, Scale scale, Hyperparameters parameters, int blocks) {
    JavaRDD<Row> weights =
        index
            .ratings()
            .flatMap(
                user ->
                    IntStream.range(0, user.count())
                        .mapToObj(
                            i ->
                                RowFactory.create(
                                    user.user(), user.items()[i], weight(user.ratings()[i], scale)))
                        .iterator());
    double meanWeight =
        index
                .ratings()
                .mapToDouble(
                    user -> {
                      double sum = 0;
                      for (float rating : user.ratings()) {
                        sum += weight(rating, scale);
                      }
                      return sum;
                    })
                .sum()
            / index.rows();
    double pairsPerChoice = (double) index.userCount() * index.itemCount() / index.rows();
    double alpha0 = parameters.unobservedWeight();
    ALS als =
        als(blocks)
            .setImplicitPrefs(true)
            .setRank(parameters.rankingFactors())
            .setMaxIter(parameters.rankingIterations())
            .setAlpha(1 / alpha0)
            .setRegParam(
                parameters.rankingRegularization() * (meanWeight / alpha0 + pairsPerChoice));
    return fit(als, spark.createDataFrame(weights, TRIPLES));
  }

  /// Returns the weight of a choice, as the pipeline's ranking model has it.
  static float weight(float rating, Scale scale) {
    float lowest = (float) scale.min();
    float highest = (float) scale.max();
    if (!(highest > lowest)) {
      return 1;
    }
    double position = ((double) rating - lowest) / ((double) highest - lowest);
    return (float) (MIN_WEIGHT + (1 - MIN_WEIGHT) * Math.max(0, Math.min(1, position)));
  }

  private static ALS als(int blocks) {
    return new ALS()
        .setNumUserBlocks(blocks)
        .setNumItemBlocks(blocks)
        .setSeed(SEED)
        .setUserCol("user")
        .setItemCol("item")
        .setRatingCol("rating");
  }

  private static Factors fit(ALS als, Dataset<Row> ratings) {
    ALSModel model = als.fit(ratings);
    return new Factors(
        model.userFactors().persist(StorageLevel.MEMORY_AND_DISK()),
        model.itemFactors().persist(StorageLevel.MEMORY_AND_DISK()));
  }

  /// Computes the vectors, which Spark would do when they are first used.
  void materialize() {
    users.count();
    items.count();
  }

  /// Returns the Gram matrix of the items' vectors, row by row.
  double[] gram(int factors) {
    return items
        .javaRDD()
        .treeAggregate(
            new double[factors * factors],
            (gram, row) -> {
              java.util.List<Float> vector = row.getList(1);
              double[] values = vector.stream().mapToDouble(Float::doubleValue).toArray();
              for (int f = 0; f < factors; f++) {
                for (int g = 0; g < factors; g++) {
                  gram[f * factors + g] += values[f] * values[g];
                }
              }
              return gram;
            },
            (a, b) -> {
              for (int i = 0; i < a.length; i++) {
                a[i] += b[i];
              }
              return a;
            });
  }
}
