package com.craftyverse.recsys.train;

import org.jspecify.annotations.Nullable;

/// A mutable request; defaults are 8 factors, 6 epochs and 2 threads.
final class Asking {
  @Nullable String manifest;
  @Nullable String model;
  Integer factors = 8;
  Integer epochs = 6;
  @Nullable Double learningRate;
  @Nullable Double finalLearningRate;
  @Nullable Double biasLearningRate;
  @Nullable Double regularization;
  @Nullable Double userRegularization;
  @Nullable Double itemRegularization;
  @Nullable Double biasRegularization;
  @Nullable Double initialSpread;
  @Nullable Integer patience;
  @Nullable Long seed;

  /// Most tests need only the rating model.
  @Nullable Boolean ranking = false;

  @Nullable Integer rankingFactors;
  @Nullable Integer rankingEpochs;
  @Nullable Double rankingRegularization;
  @Nullable Double rankingUnobservedWeight;
  @Nullable String warmStart;
  @Nullable String pattern;
  @Nullable Double maxSeconds;
  Integer threads = 2;
  @Nullable String kernel;

  Asking(@Nullable String manifest) {
    this.manifest = manifest;
  }

  void set(String field, String value) {
    switch (field) {
      case "model" -> model = value;
      case "factors" -> factors = Integer.valueOf(value);
      case "epochs" -> epochs = Integer.valueOf(value);
      case "learningRate" -> learningRate = Double.valueOf(value);
      case "finalLearningRate" -> finalLearningRate = Double.valueOf(value);
      case "biasLearningRate" -> biasLearningRate = Double.valueOf(value);
      case "regularization" -> regularization = Double.valueOf(value);
      case "userRegularization" -> userRegularization = Double.valueOf(value);
      case "itemRegularization" -> itemRegularization = Double.valueOf(value);
      case "biasRegularization" -> biasRegularization = Double.valueOf(value);
      case "initialSpread" -> initialSpread = Double.valueOf(value);
      case "patience" -> patience = Integer.valueOf(value);
      case "rankingFactors" -> rankingFactors = Integer.valueOf(value);
      case "rankingEpochs" -> rankingEpochs = Integer.valueOf(value);
      case "rankingRegularization" -> rankingRegularization = Double.valueOf(value);
      case "rankingUnobservedWeight" -> rankingUnobservedWeight = Double.valueOf(value);
      case "maxSeconds" -> maxSeconds = Double.valueOf(value);
      case "threads" -> threads = Integer.valueOf(value);
      case "kernel" -> kernel = value;
      default -> throw new IllegalArgumentException(field);
    }
  }

  TrainRequest request() {
    return new TrainRequest(
        manifest,
        model,
        factors,
        epochs,
        learningRate,
        finalLearningRate,
        biasLearningRate,
        regularization,
        userRegularization,
        itemRegularization,
        biasRegularization,
        initialSpread,
        patience,
        seed,
        ranking,
        rankingFactors,
        rankingEpochs,
        rankingRegularization,
        rankingUnobservedWeight,
        warmStart,
        pattern,
        maxSeconds,
        threads,
        kernel);
  }
}
