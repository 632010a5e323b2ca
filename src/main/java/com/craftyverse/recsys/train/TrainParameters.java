package com.craftyverse.recsys.train;

import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The hyperparameters of a model. The package documentation says where the defaults
/// come from. Those of a model of choices without ratings have model `ranking` and only zeros for the rating
/// model.
///
/// @param model `biased`, `dot` or `ranking`
/// @param factors k, the length of the vectors
/// @param epochs maximum number of passes over the ratings
/// @param learningRate of the factors in the first epoch
/// @param finalLearningRate of the factors in the last epoch
/// @param biasLearningRate of the biases in the first epoch; it decays like that of the factors
/// @param userRegularization weight of the L2 penalty of the user factors
/// @param itemRegularization weight of the L2 penalty of the item factors
/// @param biasRegularization weight of the L2 penalty of the biases
/// @param initialSpread standard deviation of the initial factors, times √k
/// @param patience epochs without improvement on the validation set before training stops
/// @param seed of the initial factors and the order of the ratings
/// @param ranking the hyperparameters of the ranking model; null without one
/// @param choiceFactors number of item factors that come from the ranking model, besides `factors`, see
///     [ChoiceFactors]; null to let validation decide
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
    @Nullable RankingParameters ranking,
    @Nullable Integer choiceFactors) {
  /// A model with mean, biases and factors.
  public static final String BIASED = "biased";

  /// A model of factors only.
  public static final String DOT = "dot";

  static final int DEFAULT_FACTORS = 50;
  static final int DEFAULT_EPOCHS = 20;
  static final int DEFAULT_PATIENCE = 5;
  static final long DEFAULT_SEED = 42;
  static final double DEFAULT_SPREAD = 0.25;
  static final int MAX_EPOCHS = 1000;
  static final int MAX_FACTORS = 512;
  static final int MAX_CHOICE_FACTORS = 64;

  private static final double DOT_LEARNING_RATE = 0.03;
  private static final double DOT_REGULARIZATION = 0.05;

  /// The number of ratings that the `biased` defaults refer to, and how they scale with it.
  private static final double BASE_RATINGS = 75_000;

  private static final double BASE_LEARNING_RATE = 0.05;
  private static final double LEARNING_RATE_EXPONENT = -0.14;
  private static final double BASE_REGULARIZATION = 0.09;
  private static final double REGULARIZATION_EXPONENT = -0.16;

  /// Learning rate and regularization of the biases, as fractions of those of the factors.
  private static final double BIAS_RATE = 0.5;

  private static final double BIAS_PENALTY = 0.3;

  /// Returns the parameters of a request, with defaults for the missing ones.
  ///
  /// @param ratings approximate number of training ratings, which determines the default
  ///     learning rate and regularization of `biased`
  /// @throws RequestException naming the field that is out of range
  public static TrainParameters of(TrainRequest request, long ratings) {
    String model = model(request.model());
    boolean biased = model.equals(BIASED);
    double learningRate =
        biased
            ? scaledBySize(BASE_LEARNING_RATE, LEARNING_RATE_EXPONENT, ratings)
            : DOT_LEARNING_RATE;
    double regularization =
        biased
            ? scaledBySize(BASE_REGULARIZATION, REGULARIZATION_EXPONENT, ratings)
            : DOT_REGULARIZATION;
    int epochs = intOrDefault("epochs", request.epochs(), DEFAULT_EPOCHS, MAX_EPOCHS);
    learningRate = doubleOrDefault("learningRate", request.learningRate(), learningRate, false, 1);
    regularization =
        doubleOrDefault("regularization", request.regularization(), regularization, true, 10);
    RankingParameters ranking = RankingParameters.of(request);
    return new TrainParameters(
        model,
        intOrDefault("factors", request.factors(), DEFAULT_FACTORS, MAX_FACTORS),
        epochs,
        learningRate,
        doubleOrDefault(
            "finalLearningRate", request.finalLearningRate(), learningRate / epochs, true, 1),
        biasParameter(
            "biasLearningRate", biased, request.biasLearningRate(), BIAS_RATE * learningRate, 1),
        doubleOrDefault(
            "userRegularization", request.userRegularization(), regularization, true, 10),
        doubleOrDefault(
            "itemRegularization", request.itemRegularization(), regularization, true, 10),
        biasParameter(
            "biasRegularization",
            biased,
            request.biasRegularization(),
            BIAS_PENALTY * regularization,
            10),
        doubleOrDefault("initialSpread", request.initialSpread(), DEFAULT_SPREAD, true, 10),
        intOrDefault("patience", request.patience(), DEFAULT_PATIENCE, MAX_EPOCHS),
        request.seed() == null ? DEFAULT_SEED : request.seed(),
        ranking,
        choiceFactors(request.choiceFactors(), biased, ranking));
  }

  /// Returns the parameters of a request for a model of choices without ratings, with defaults for the missing
  /// ones.
  ///
  /// @throws RequestException naming a field of the rating model, or the field that is out of range
  static TrainParameters ofChoices(TrainRequest request) {
    requireNoRatingModel("model", request.model());
    requireNoRatingModel("factors", request.factors());
    requireNoRatingModel("epochs", request.epochs());
    requireNoRatingModel("learningRate", request.learningRate());
    requireNoRatingModel("finalLearningRate", request.finalLearningRate());
    requireNoRatingModel("biasLearningRate", request.biasLearningRate());
    requireNoRatingModel("regularization", request.regularization());
    requireNoRatingModel("userRegularization", request.userRegularization());
    requireNoRatingModel("itemRegularization", request.itemRegularization());
    requireNoRatingModel("biasRegularization", request.biasRegularization());
    requireNoRatingModel("initialSpread", request.initialSpread());
    requireNoRatingModel("patience", request.patience());
    requireNoRatingModel("choiceFactors", request.choiceFactors());
    RankingParameters ranking = RankingParameters.of(request);
    if (ranking == null) {
      throw RequestException.invalid(
          "field 'ranking': this dataset has choices without ratings, so there is no model without"
              + " the ranking model; leave this field out");
    }
    return new ChoiceParameters(request.seed() == null ? DEFAULT_SEED : request.seed(), ranking)
        .parameters();
  }

  private static void requireNoRatingModel(String field, @Nullable Object value) {
    if (value != null) {
      throw RequestException.invalid(
          "field '"
              + field
              + "': this dataset has choices without ratings, so there is only a ranking model;"
              + " leave this field out");
    }
  }

  /// Returns the parameters as a model's manifest records them.
  Record recorded() {
    return ranking != null && !hasRatingModel() ? new ChoiceParameters(seed, ranking) : this;
  }

  /// Returns the parameters in a model's manifest.
  static TrainParameters of(Manifest model) {
    return ModelCard.RANKING.equals(model.parameters().get("model"))
        ? model.parameters(ChoiceParameters.class).parameters()
        : model.parameters(TrainParameters.class);
  }

  /// Returns whether there is a rating model; if not, there is only a ranking model.
  boolean hasRatingModel() {
    return !model.equals(ModelCard.RANKING);
  }

  private static @Nullable Integer choiceFactors(
      @Nullable Integer value, boolean biased, @Nullable RankingParameters ranking) {
    if (!biased || ranking == null) {
      if (value != null && value != 0) {
        throw RequestException.invalid(
            "field 'choiceFactors': they need a ranking model and a biased rating model; leave this"
                + " field out");
      }
      return 0;
    }
    int max = Math.min(MAX_CHOICE_FACTORS, ranking.factors());
    if (value != null && (value < 0 || value > max)) {
      throw RequestException.invalid(
          "field 'choiceFactors': expected a whole number from 0 to " + max + ", found " + value);
    }
    return value;
  }

  private static double biasParameter(
      String field, boolean biased, @Nullable Double value, double defaultValue, int max) {
    if (!biased && value != null) {
      throw RequestException.invalid(
          "field '" + field + "': a dot model has no biases; leave this field out");
    }
    return biased ? doubleOrDefault(field, value, defaultValue, true, max) : 0;
  }

  /// Returns `base · (ratings / 75,000) ^ exponent`, with at least 75,000 ratings,
  /// rounded to three decimals.
  private static double scaledBySize(double base, double exponent, long ratings) {
    double ratio = Math.max(1, ratings / BASE_RATINGS);
    return Math.round(base * StrictMath.pow(ratio, exponent) * 1_000) / 1_000.0;
  }

  /// Returns whether the model has a mean and biases.
  boolean biased() {
    return model.equals(BIASED);
  }

  /// Returns the layout of the rows: the learned factors, then those from the ranking model.
  RowLayout layout() {
    return new RowLayout(factors + fixedItemFactors());
  }

  /// Returns the number of item factors that come from the ranking model; 0 until that is decided.
  int fixedItemFactors() {
    return choiceFactors == null ? 0 : choiceFactors;
  }

  /// Returns the learning rate of the factors in an epoch; that of the biases is proportional.
  ///
  /// @param epoch its number, from 1
  double learningRate(int epoch) {
    double progress = epochs == 1 ? 0 : (epoch - 1) / (epochs - 1.0);
    return learningRate + progress * (finalLearningRate - learningRate);
  }

  /// Returns these parameters for a run that ends after the given epoch.
  ///
  /// @param epoch its number, from 1
  /// @param newRanking the parameters of the ranking model, λ and α₀ included
  /// @param newChoiceFactors number of item factors that come from the ranking model
  TrainParameters upToEpoch(
      int epoch, @Nullable RankingParameters newRanking, int newChoiceFactors) {
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
        newRanking,
        newChoiceFactors);
  }

  /// Returns these parameters with a number of item factors from the ranking model.
  TrainParameters withChoiceFactors(int number) {
    return new TrainParameters(
        model,
        factors,
        epochs,
        learningRate,
        finalLearningRate,
        biasLearningRate,
        userRegularization,
        itemRegularization,
        biasRegularization,
        initialSpread,
        patience,
        seed,
        ranking,
        number);
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

  /// Returns a whole number from 1 to `max`, or `defaultValue` if the field is missing.
  static int intOrDefault(String field, @Nullable Integer value, int defaultValue, int max) {
    if (value == null) {
      return defaultValue;
    }
    if (value < 1 || value > max) {
      throw RequestException.invalid(
          String.format(
              Locale.ROOT,
              "field '%s': expected a whole number from 1 to %d, found %d",
              field,
              max,
              value));
    }
    return value;
  }

  /// Returns a number up to `max`, or `defaultValue` if the field is missing.
  static double doubleOrDefault(
      String field, @Nullable Double value, double defaultValue, boolean allowZero, int max) {
    if (value == null) {
      return defaultValue;
    }
    // The negation also rejects NaN.
    if (!(allowZero ? value >= 0 : value > 0) || value > max) {
      throw RequestException.invalid(
          String.format(
              Locale.ROOT,
              "field '%s': expected a number %s 0 and at most %d, found %s",
              field,
              allowZero ? "of at least" : "above",
              max,
              value));
    }
    return value;
  }
}
