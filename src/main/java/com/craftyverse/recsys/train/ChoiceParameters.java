package com.craftyverse.recsys.train;

import com.craftyverse.recsys.format.ModelCard;

/// The hyperparameters of a model of choices without ratings, as its manifest records them: it has none of a
/// rating model.
///
/// @param model `ranking`
/// @param seed of the initial vectors and the held-out choices
/// @param ranking the hyperparameters of the ranking model
record ChoiceParameters(String model, long seed, RankingParameters ranking) {
  ChoiceParameters(long seed, RankingParameters ranking) {
    this(ModelCard.RANKING, seed, ranking);
  }

  /// Returns them as a run takes them.
  TrainParameters parameters() {
    return new TrainParameters(model, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, seed, ranking, 0);
  }
}
