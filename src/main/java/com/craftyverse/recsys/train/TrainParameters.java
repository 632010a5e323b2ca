package com.craftyverse.recsys.train;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// All that shapes a model besides the ratings. The package's documentation says where the defaults
/// come from.
///
/// @param model `biased` or `dot`
/// @param factors k, the length of the vectors
/// @param epochs passes over the ratings, at most
/// @param learningRate of the factors in the first epoch
/// @param finalLearningRate of the factors in the last epoch
/// @param biasLearningRate of the biases in the first epoch; it falls as that of the factors
/// @param userRegularization weight of the L2 penalty of the users' factors
/// @param itemRegularization weight of the L2 penalty of the items' factors
/// @param biasRegularization weight of the L2 penalty of the biases
/// @param initialSpread standard deviation of the initial factors, times √k
/// @param patience epochs without improvement on the validation set that end the run
/// @param seed of the initial factors and of the order of the ratings
/// @param ranking what shapes the ranking model; nothing when it is left out
public record TrainParameters(
    String model,
    int factors,
    int epochs,
    double learningRate,
    double finalLearningRate,
    double biasLearningRate,
    double userRegularization,
    double itemRegularization,
    double biasRegularization,
    double initialSpread,
    int patience,
    long seed,
    @Nullable RankingParameters ranking) {
  /// A model with mean, biases and factors.
  public static final String BIASED = "biased";

  /// A model of factors alone.
  public static final String DOT = "dot";

  private static final int DEFAULT_FACTORS = 50;
  private static final int DEFAULT_EPOCHS = 20;
  private static final int DEFAULT_PATIENCE = 5;
  private static final long DEFAULT_SEED = 42;
  private static final double DEFAULT_SPREAD = 0.25;
  private static final int MOST_EPOCHS = 1000;

  private static final double DOT_LEARNING_RATE = 0.03;
  private static final double DOT_REGULARIZATION = 0.05;

  /// The size of set that the defaults of `biased` are given for, and how they fall with it.
  private static final double BASE_RATINGS = 75_000;

  private static final double BASE_LEARNING_RATE = 0.05;
  private static final double LEARNING_RATE_EXPONENT = -0.14;
  private static final double BASE_REGULARIZATION = 0.09;
  private static final double REGULARIZATION_EXPONENT = -0.16;

  /// Rate and penalty of the biases, as parts of those of the factors.
  private static final double BIAS_RATE = 0.5;

  private static final double BIAS_PENALTY = 0.3;

  /// The parameters that a request asks for, with defaults for the rest.
  ///
  /// @param ratings about how many ratings there are to learn from, which decides on the default
  ///     learning rate and regularization of `biased`
  /// @throws RequestException naming the field that is out of its range
  public static TrainParameters of(TrainRequest request, long ratings) {
    String model = model(request.model());
    boolean biased = model.equals(BIASED);
    double learningRate =
        biased ? bySize(BASE_LEARNING_RATE, LEARNING_RATE_EXPONENT, ratings) : DOT_LEARNING_RATE;
    double regularization =
        biased ? bySize(BASE_REGULARIZATION, REGULARIZATION_EXPONENT, ratings) : DOT_REGULARIZATION;
    int epochs = whole("epochs", request.epochs(), DEFAULT_EPOCHS, MOST_EPOCHS);
    learningRate = real("learningRate", request.learningRate(), learningRate, false, 1);
    regularization = real("regularization", request.regularization(), regularization, true, 10);
    return new TrainParameters(
        model,
        whole("factors", request.factors(), DEFAULT_FACTORS, 512),
        epochs,
        learningRate,
        real("finalLearningRate", request.finalLearningRate(), learningRate / epochs, true, 1),
        ofBiases(
            "biasLearningRate", biased, request.biasLearningRate(), BIAS_RATE * learningRate, 1),
        real("userRegularization", request.userRegularization(), regularization, true, 10),
        real("itemRegularization", request.itemRegularization(), regularization, true, 10),
        ofBiases(
            "biasRegularization",
            biased,
            request.biasRegularization(),
            BIAS_PENALTY * regularization,
            10),
        real("initialSpread", request.initialSpread(), DEFAULT_SPREAD, true, 10),
        whole("patience", request.patience(), DEFAULT_PATIENCE, MOST_EPOCHS),
        request.seed() == null ? DEFAULT_SEED : request.seed(),
        RankingParameters.of(request));
  }

  private static double ofBiases(
      String field, boolean biased, @Nullable Double value, double standard, int highest) {
    if (!biased && value != null) {
      throw RequestException.invalid(
          "field '" + field + "': a model of the kind dot has no biases");
    }
    return biased ? real(field, value, standard, true, highest) : 0;
  }

  /// `base · (ratings / 75,000) ^ exponent`, as if there were never fewer ratings than that,
  /// rounded to three decimals.
  private static double bySize(double base, double exponent, long ratings) {
    double times = Math.max(1, ratings / BASE_RATINGS);
    return Math.round(base * StrictMath.pow(times, exponent) * 1_000) / 1_000.0;
  }

  /// Whether the model has a mean and biases.
  boolean biased() {
    return model.equals(BIASED);
  }

  /// The learning rate of the factors in an epoch; that of the biases is in proportion.
  ///
  /// @param epoch its number, from 1
  double learningRate(int epoch) {
    double passed = epochs == 1 ? 0 : (epoch - 1) / (epochs - 1.0);
    return learningRate + passed * (finalLearningRate - learningRate);
  }

  /// The same run as far as one of its epochs.
  ///
  /// @param epoch its number, from 1
  /// @param found the ranking model's parameters with nothing left to find
  TrainParameters until(int epoch, @Nullable RankingParameters found) {
    return new TrainParameters(
        model,
        factors,
        epoch,
        learningRate,
        learningRate(epoch),
        biasLearningRate,
        userRegularization,
        itemRegularization,
        biasRegularization,
        initialSpread,
        patience,
        seed,
        found);
  }

  private static String model(@Nullable String model) {
    return switch (model) {
      case null -> BIASED;
      case BIASED, DOT -> model;
      default ->
          throw RequestException.invalid(
              "field 'model': expected biased or dot, found " + ObjectKeys.quote(model));
    };
  }

  /// A whole number from 1 to `highest`.
  static int whole(String field, @Nullable Integer value, int standard, int highest) {
    if (value == null) {
      return standard;
    }
    if (value < 1 || value > highest) {
      throw RequestException.invalid(
          String.format(
              Locale.ROOT,
              "field '%s': expected a whole number from 1 to %d, found %d",
              field,
              highest,
              value));
    }
    return value;
  }

  /// A number from 0, or above 0, to `highest`.
  static double real(
      String field, @Nullable Double value, double standard, boolean zeroAllowed, int highest) {
    if (value == null) {
      return standard;
    }
    // Written so that NaN is refused.
    if (!(zeroAllowed ? value >= 0 : value > 0) || value > highest) {
      throw RequestException.invalid(
          String.format(
              Locale.ROOT,
              "field '%s': expected a number %s 0 and at most %d, found %s",
              field,
              zeroAllowed ? "of at least" : "above",
              highest,
              value));
    }
    return value;
  }
}
