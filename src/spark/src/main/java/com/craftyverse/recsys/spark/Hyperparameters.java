package com.craftyverse.recsys.spark;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;

/// What shapes a model, besides its data.
///
/// @param factors length of the rating model's vectors
/// @param iterations iterations of ALS for the rating model
/// @param regularization λ of ALS on the residuals; a vector's penalty is λ times its ratings. 0 until [#decided]
/// @param choiceFactors item factors of the rating model that come from the ranking model, besides `factors`
/// @param rankingFactors length of the ranking model's vectors
/// @param rankingIterations iterations of implicit ALS
/// @param rankingRegularization λ of the ranking model; 0 until [#decided]
/// @param unobservedWeight α₀, the weight of pairs without a choice
record Hyperparameters(
    int factors,
    int iterations,
    double regularization,
    int choiceFactors,
    int rankingFactors,
    int rankingIterations,
    double rankingRegularization,
    double unobservedWeight) {
  /// λ of the users' biases when a user is folded in.
  private static final double BIAS_REGULARIZATION = 0.03;

  private static final double MIN_REGULARIZATION = 0.08;
  private static final double MAX_REGULARIZATION = 0.15;

  /// Ratings an item up to which the rating model has the largest penalty.
  private static final double FEW_RATINGS = 10;

  /// Returns the parameters of a run: those of the command line, then those of the settings.
  ///
  /// @throws RefusedException if a setting is out of the range of its argument
  static Hyperparameters of(Arguments arguments, Settings settings) {
    return new Hyperparameters(
        whole(settings, "train.factors", arguments.factors(), 1),
        arguments.iterations(),
        arguments.regularization(),
        whole(settings, "train.choiceFactors", arguments.choiceFactors(), 0),
        whole(settings, "train.rankingFactors", arguments.rankingFactors(), 1),
        arguments.rankingIterations(),
        settings.positive(
            "train.rankingRegularization",
            arguments.rankingRegularization(),
            Arguments.MAX_PENALTY),
        settings.positive(
            "train.rankingUnobservedWeight", arguments.unobservedWeight(), Arguments.MAX_PENALTY));
  }

  private static int whole(Settings settings, String field, int byDefault, int min) {
    return (int) settings.whole(field, byDefault, min, Arguments.MAX_FACTORS);
  }

  /// Reads the parameters of a model's manifest.
  static Hyperparameters of(JsonNode json) {
    return new Hyperparameters(
        json.path("factors").asInt(),
        json.path("iterations").asInt(),
        json.path("regularization").asDouble(),
        json.path("choiceFactors").asInt(),
        json.path("rankingFactors").asInt(),
        json.path("rankingIterations").asInt(),
        json.path("rankingRegularization").asDouble(),
        json.path("rankingUnobservedWeight").asDouble());
  }

  /// Returns these parameters with the penalties that are not given.
  ///
  /// *Rating model*: 0.15 · √(10 / ratings per item), between 0.08 and 0.15. Items with few ratings need more.
  /// 0.08 is chosen on validation data by time: ml-latest-small, 10 ratings an item, 100,000 and 5 million
  /// generated ratings, 33 and 135. 0.15 is kept for few ratings because of the error on test ratings within
  /// users of ml-latest-small; no validation data decided that.
  ///
  /// *Ranking model*: ρ₀ ÷ α₀, from which the pipeline's search starts, with
  /// ρ₀ = 0.3 · √n · (√users + √items) / (users · items).
  Hyperparameters decided(Index index) {
    double users = index.userCount();
    double items = index.itemCount();
    double byItem = MAX_REGULARIZATION * Math.sqrt(FEW_RATINGS * items / index.rows());
    double rho =
        0.3 * Math.sqrt(index.rows()) * (Math.sqrt(users) + Math.sqrt(items)) / (users * items);
    return new Hyperparameters(
        factors,
        iterations,
        regularization > 0
            ? regularization
            : Math.max(MIN_REGULARIZATION, Math.min(MAX_REGULARIZATION, byItem)),
        choiceFactors,
        rankingFactors,
        rankingIterations,
        rankingRegularization > 0 ? rankingRegularization : rho / unobservedWeight,
        unobservedWeight);
  }

  /// Returns the parameters of a manifest. Readers take the penalties of a fold-in from it.
  Map<String, Object> json() {
    Map<String, Object> json = new TreeMap<>();
    json.put("model", "biased");
    json.put("engine", "spark");
    json.put("factors", factors);
    json.put("iterations", iterations);
    json.put("regularization", regularization);
    json.put("userRegularization", regularization);
    json.put("itemRegularization", regularization);
    json.put("biasRegularization", BIAS_REGULARIZATION);
    json.put("choiceFactors", choiceFactors);
    json.put("rankingFactors", rankingFactors);
    json.put("rankingIterations", rankingIterations);
    json.put("rankingRegularization", rankingRegularization);
    json.put("rankingUnobservedWeight", unobservedWeight);
    return json;
  }
}
