package com.craftyverse.recsys.evaluate;

/// The starting point of a user's replay: a fold-in of all ratings of a profile. Not thread-safe.
final class ReplayedUser {
  private final LoadedModel model;
  private final SequentialFoldIn foldIn;
  private double[] rows = new double[0];
  private double[] targets = new double[0];

  ReplayedUser(LoadedModel model) {
    this.model = model;
    this.foldIn = model.newFoldIn();
  }

  /// Folds in a profile; the result accepts further ratings.
  SequentialFoldIn foldIn(Profile profile) {
    int size = model.equationSize();
    if (targets.length < profile.size()) {
      targets = new double[2 * profile.size()];
      rows = new double[targets.length * size];
    }
    for (int i = 0; i < profile.size(); i++) {
      int item = profile.item(i);
      model.copyEquationRow(item, rows, i * size);
      targets[i] = profile.rating(i) - model.itemAverage(item);
    }
    foldIn.reset();
    foldIn.addAll(rows, targets, profile.size());
    return foldIn;
  }
}
