package com.craftyverse.recsys.evaluate;

import org.jspecify.annotations.Nullable;

/// A replay of one user after the other: a fold-in of all ratings of a profile, which then predicts and
/// accepts further ratings. Not thread-safe.
final class ReplayedUser {
  private final LoadedModel model;
  private final int @Nullable [] indices;
  private final SequentialFoldIn foldIn;
  private final double[] row;
  private double[] rows = new double[0];
  private double[] targets = new double[0];

  /// @param indices the model's index of each item of the evaluated model, -1 if it does not know it; null if
  ///     it is the evaluated model
  ReplayedUser(LoadedModel model, int @Nullable [] indices) {
    this.model = model;
    this.indices = indices;
    this.foldIn = model.newFoldIn();
    this.row = new double[model.equationSize()];
  }

  /// Returns whether the model knows an item.
  boolean knows(int item) {
    return indexOf(item) >= 0;
  }

  private int indexOf(int item) {
    return indices == null ? item : indices[item];
  }

  /// Starts a user with the ratings of a profile.
  void start(Profile profile) {
    int size = model.equationSize();
    if (targets.length < profile.size()) {
      targets = new double[2 * profile.size()];
      rows = new double[targets.length * size];
    }
    int count = 0;
    for (int i = 0; i < profile.size(); i++) {
      int item = indexOf(profile.item(i));
      if (item >= 0) {
        model.copyEquationRow(item, rows, count * size);
        targets[count++] = profile.rating(i) - model.itemAverage(item);
      }
    }
    foldIn.reset();
    foldIn.addAll(rows, targets, count);
  }

  /// Predicts the user's rating of an item that the model knows, clipped to its scale.
  float predict(int item) {
    if (foldIn.size() == 0 && model.card().isDot()) {
      return model.card().clip(model.card().trainMean());
    }
    int index = indexOf(item);
    model.copyEquationRow(index, row, 0);
    double offset = foldIn.size() == 0 ? 0 : foldIn.predict(row);
    return model.card().clip((float) (model.itemAverage(index) + offset));
  }

  /// Adds a rating of the user, of an item that the model knows.
  void add(int item, float rating) {
    int index = indexOf(item);
    model.copyEquationRow(index, row, 0);
    foldIn.add(row, rating - model.itemAverage(index));
  }

  /// Returns the number of ratings known of the user.
  int size() {
    return foldIn.size();
  }
}
