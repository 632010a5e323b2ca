package com.craftyverse.recsys.spark;

import java.util.Map;
import java.util.TreeMap;

/// The arguments of the job.
///
/// @param store the store: a directory, or the URI of one such as `s3://bucket`
/// @param key the key of the upload; null for a refit
/// @param refit the key of the manifest of the model to train again on all rows; null to train a new one
/// @param result the key to write the result to; null for standard output only
/// @param partitions number of partitions in shuffles and of blocks in ALS; 0 to let the job decide
/// @param evaluationUsers with about how many users a model is evaluated, if there are more
/// @param factors length of the rating model's vectors
/// @param iterations iterations of ALS for the rating model
/// @param regularization λ of ALS on the residuals of the ratings; 0 to let the job decide
/// @param choiceFactors further factors of the rating model, which come from the ranking model
/// @param rankingFactors length of the ranking model's vectors
/// @param rankingIterations iterations of implicit ALS
/// @param rankingRegularization λ of the ranking model; 0 to let the job decide
/// @param unobservedWeight α₀, the weight of pairs without a choice
record Arguments(
    String store,
    String key,
    String refit,
    String result,
    int partitions,
    int evaluationUsers,
    int factors,
    int iterations,
    double regularization,
    int choiceFactors,
    int rankingFactors,
    int rankingIterations,
    double rankingRegularization,
    double unobservedWeight) {
  static final String USAGE =
      """
      usage: SparkPipeline --store DIRECTORY|s3://BUCKET (--key raw/…|--refit models/…/manifest.json) [options]
        --key KEY                   trains a model from this upload: raw/FILE, raw/DATASET/FILE, raw/DATASET/
                                    or raw/DATASET/FOLDER/ (also as raw/DATASET/FOLDER/_SUCCESS)
        --refit KEY                 trains the evaluated model of this manifest again, on all rows
        --result KEY                also writes the result, a line of JSON, to this key
        --partitions N              partitions of shuffles and blocks of ALS (by the number of ratings)
        --evaluation-users N        users to evaluate the model with, about (1000000)
        --factors N                 factors of the rating model (50)
        --iterations N              iterations of the rating model (10)
        --regularization X          penalty of the rating model (by the size of the data)
        --choice-factors N          further factors of the rating model, from the ranking model (48)
        --ranking-factors N         factors of the ranking model (128)
        --ranking-iterations N      iterations of the ranking model (10)
        --ranking-regularization X  penalty of the ranking model (by the size of the data)
        --unobserved-weight X       weight of pairs without a rating in the ranking model (0.2)\
      """;

  /// Length of a vector, at most.
  static final int MAX_FACTORS = 512;

  /// The largest penalty, and weight of pairs without a rating.
  static final int MAX_PENALTY = 10;

  private static final int MAX_ITERATIONS = 100;
  private static final int MAX_PARTITIONS = 100_000;

  /// Parses a command line.
  ///
  /// @throws RefusedException naming the argument that is unknown, missing or out of range
  static Arguments parse(String... line) {
    Map<String, String> values = new TreeMap<>();
    for (int i = 0; i < line.length; i += 2) {
      String name = line[i];
      if (!name.startsWith("--")) {
        throw new RefusedException("expected an argument such as --store, found '" + name + "'");
      }
      if (i + 1 == line.length) {
        throw new RefusedException("argument " + name + ": its value is missing");
      }
      if (values.put(name.substring(2), line[i + 1]) != null) {
        throw new RefusedException("argument " + name + " is there twice");
      }
    }
    String store = values.remove("store");
    if (store == null) {
      throw new RefusedException(
          "argument --store is missing; expected a directory or s3://BUCKET");
    }
    String key = Formats.upload(key(values, "key", "raw/"));
    String refit = key(values, "refit", "models/");
    if ((key == null) == (refit == null)) {
      throw new RefusedException("expected --key or --refit, and not both");
    }
    Arguments arguments =
        new Arguments(
            store,
            key,
            refit,
            key(values, "result", ""),
            whole(values, "partitions", 0, 0, MAX_PARTITIONS),
            whole(values, "evaluation-users", 1_000_000, 1, Limits.MAX_USERS),
            whole(values, "factors", 50, 1, MAX_FACTORS),
            whole(values, "iterations", 10, 1, MAX_ITERATIONS),
            number(values, "regularization", 0),
            whole(values, "choice-factors", 48, 0, MAX_FACTORS),
            whole(values, "ranking-factors", 128, 1, MAX_FACTORS),
            whole(values, "ranking-iterations", 10, 1, MAX_ITERATIONS),
            number(values, "ranking-regularization", 0),
            number(values, "unobserved-weight", 0.2));
    if (!values.isEmpty()) {
      throw new RefusedException("unknown argument --" + values.keySet().iterator().next());
    }
    return arguments;
  }

  private static String key(Map<String, String> values, String name, String prefix) {
    String key = values.remove(name);
    if (key == null) {
      return null;
    }
    boolean valid = key.startsWith(prefix) && !key.startsWith("/") && !key.contains("//");
    for (String segment : key.split("/", -1)) {
      valid &= !segment.equals(".") && !segment.equals("..");
    }
    if (!valid) {
      throw new RefusedException(
          "argument --" + name + ": expected a key below '" + prefix + "', found '" + key + "'");
    }
    return key;
  }

  private static int whole(
      Map<String, String> values, String name, int byDefault, int min, int max) {
    String text = values.remove(name);
    if (text == null) {
      return byDefault;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw new RefusedException(
        "argument --"
            + name
            + ": expected a whole number from "
            + min
            + " to "
            + max
            + ", found '"
            + text
            + "'");
  }

  private static double number(Map<String, String> values, String name, double byDefault) {
    String text = values.remove(name);
    if (text == null) {
      return byDefault;
    }
    try {
      double value = Double.parseDouble(text);
      if (value > 0 && value <= MAX_PENALTY) {
        return value;
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw new RefusedException(
        "argument --"
            + name
            + ": expected a number above 0, at most "
            + MAX_PENALTY
            + ", found '"
            + text
            + "'");
  }
}
