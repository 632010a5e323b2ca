package com.craftyverse.recsys.spark;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/// A trained model.
///
/// @param parameters what shaped it
/// @param unit the unit of the rating model's penalties, in ratings
/// @param biases mean and biases of the rating model
/// @param choices the rating model's factors that come from the ranking model
/// @param rating the rating model's vectors
/// @param ranking the ranking model's vectors
/// @param gram the Gram matrix of the items' ranking vectors, row by row
/// @param ratingSeconds duration of training the rating model
/// @param rankingSeconds duration of training the ranking model
record Model(
    Hyperparameters parameters,
    double unit,
    Biases biases,
    ChoiceFactors choices,
    Factors rating,
    Factors ranking,
    double[] gram,
    double ratingSeconds,
    double rankingSeconds) {
  /// Trains both models on an index.
  ///
  /// @param blocks the number of blocks of users and of items in ALS
  static Model train(
      SparkSession spark, Index index, Scale scale, Hyperparameters parameters, int blocks) {
    long start = System.nanoTime();
    Factors ranking = Factors.ofChoices(spark, index, scale, parameters, blocks);
    ranking.materialize();
    double[] gram = ranking.gram(parameters.rankingFactors());
    long between = System.nanoTime();
    Biases biases = Biases.fit(JavaSparkContext.fromSparkContext(spark.sparkContext()), index);
    double unit = index.unit();
    ChoiceFactors choices = ChoiceFactors.of(index, ranking, gram, parameters, unit);
    Factors rating = Factors.ofRatings(spark, index, biases, choices, parameters, unit, blocks);
    rating.materialize();
    return new Model(
        parameters,
        unit,
        biases,
        choices,
        rating,
        ranking,
        gram,
        (System.nanoTime() - between) / 1e9,
        (between - start) / 1e9);
  }

  /// Returns the length of the rating model's vectors: learned factors, then choice factors.
  int ratingFactors() {
    return parameters.factors() + choices.count();
  }
}
