package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.evaluate.Bootstrap.RmsePair;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Sums of errors over predicted ratings: of all, of each user, and by bands. Each task of a replay has its
/// own sums, which are added in the order of the tasks, so that the number of threads does not change the
/// result.
final class RatingErrors {
  // Columns of a user's sums.
  private static final int RATINGS = 0;
  private static final int MODEL = 1;
  private static final int GLOBAL_MEAN = 2;
  private static final int ITEM_MEAN = 3;
  private static final int BIASES = 4;

  /// Ratings that the published model predicted as well, with the errors of both models.
  private static final int COMPARED = 5;

  private static final int COMPARED_MODEL = 6;
  private static final int COMPARED_PUBLISHED = 7;
  private static final int COLUMNS = 8;

  private static final int CALIBRATION_BINS = 10;

  private static final List<RmsePair> BASELINES =
      List.of(
          new RmsePair(RATINGS, MODEL, GLOBAL_MEAN),
          new RmsePair(RATINGS, MODEL, ITEM_MEAN),
          new RmsePair(RATINGS, MODEL, BIASES));

  private static final RmsePair PUBLISHED =
      new RmsePair(COMPARED, COMPARED_MODEL, COMPARED_PUBLISHED);

  private final LoadedModel model;
  private final BiasBaseline baseline;
  private final Periods periods;
  private final double[] total = new double[COLUMNS];
  private final List<float[]> users = new ArrayList<>();
  private final List<UserErrors> userErrors = new ArrayList<>();
  private double absoluteErrors;

  /// Per band: ratings, squared errors of the model, squared errors of the biases.
  private final double[][] activity = new double[Bands.ACTIVITY.count()][3];

  private final double[][] popularity = new double[Bands.POPULARITY.count()][3];
  private final double[][] time;

  /// Per bin: ratings, their predictions, their values.
  private final double[][] calibration = new double[CALIBRATION_BINS][3];

  /// @param periods the periods to divide by; may be none
  RatingErrors(LoadedModel model, BiasBaseline baseline, Periods periods) {
    this.model = model;
    this.baseline = baseline;
    this.periods = periods;
    this.time = new double[periods.count()][3];
  }

  /// A predicted rating.
  ///
  /// @param item the item's index; -1 if it is unknown
  /// @param known number of ratings known of the user
  /// @param rating the true rating
  /// @param predicted the model's prediction, clipped to the scale
  /// @param biases the prediction of the biases, clipped to the scale
  /// @param time when it was rated, in epoch seconds
  record Prediction(int item, int known, float rating, float predicted, float biases, long time) {}

  /// A user's sums.
  static final class UserSums {
    private final double[] sums = new double[COLUMNS];
    private final @Nullable UserErrors errors;

    /// @param errors collects the user's errors; null for one who is not in the model's uncertainty
    UserSums(@Nullable UserErrors errors) {
      this.errors = errors;
    }
  }

  /// Adds a prediction to the sums, and to those of its user.
  void add(Prediction row, UserSums user) {
    double error = row.rating - row.predicted;
    double ofBiases = row.rating - row.biases;
    double ofMean = row.rating - baseline.mean();
    double ofItemMean = row.rating - baseline.itemMean(row.item);
    double squared = error * error;
    double squaredOfBiases = ofBiases * ofBiases;
    absoluteErrors += Math.abs(error);
    add(RATINGS, 1, user);
    add(MODEL, squared, user);
    add(BIASES, squaredOfBiases, user);
    add(GLOBAL_MEAN, ofMean * ofMean, user);
    add(ITEM_MEAN, ofItemMean * ofItemMean, user);
    add(activity[Bands.ACTIVITY.of(row.known)], squared, squaredOfBiases);
    int ratings = row.item < 0 ? 0 : model.itemRatings()[row.item];
    add(popularity[Bands.POPULARITY.of(ratings)], squared, squaredOfBiases);
    if (user.errors != null && row.item >= 0) {
      user.errors.add(error, row.known, ratings, model.card().ratingScale());
    }
    int period = periods.of(row.time);
    if (period >= 0) {
      add(time[period], squared, squaredOfBiases);
    }
    int bin = (int) (model.card().ratingScale().position(row.predicted) * CALIBRATION_BINS);
    add(calibration[Math.min(bin, CALIBRATION_BINS - 1)], row.predicted, row.rating);
  }

  private void add(int column, double value, UserSums user) {
    total[column] += value;
    user.sums[column] += value;
  }

  private static void add(double[] band, double first, double second) {
    band[0]++;
    band[1] += first;
    band[2] += second;
  }

  /// Adds the errors of the model and of the published one on the same rating.
  void addPublished(double error, double publishedError, UserSums user) {
    add(COMPARED, 1, user);
    add(COMPARED_MODEL, error * error, user);
    add(COMPARED_PUBLISHED, publishedError * publishedError, user);
  }

  /// Adds a user whose ratings have all been added. One without ratings does not count.
  void endUser(UserSums user) {
    if (user.sums[RATINGS] > 0) {
      float[] row = new float[COLUMNS];
      for (int column = 0; column < COLUMNS; column++) {
        row[column] = (float) user.sums[column];
      }
      users.add(row);
      if (user.errors != null) {
        userErrors.add(user.errors);
      }
    }
  }

  /// Adds the sums of a later task.
  void add(RatingErrors other) {
    add(total, other.total);
    users.addAll(other.users);
    userErrors.addAll(other.userErrors);
    absoluteErrors += other.absoluteErrors;
    add(activity, other.activity);
    add(popularity, other.popularity);
    add(time, other.time);
    add(calibration, other.calibration);
  }

  private static void add(double[][] bands, double[][] others) {
    for (int band = 0; band < bands.length; band++) {
      add(bands[band], others[band]);
    }
  }

  private static void add(double[] sums, double[] others) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += others[i];
    }
  }

  /// Returns the figures without details.
  ///
  /// @param knownUsers number of users
  /// @return null without predictions
  @Nullable RatingFigures figures(int knownUsers) {
    return users.isEmpty() ? null : figures(knownUsers, null);
  }

  /// Returns the figures.
  ///
  /// @param knownUsers number of users
  /// @param seed of the intervals
  /// @return null without predictions
  @Nullable RatingFigures figures(int knownUsers, long seed, WorkerPool workers)
      throws IOException {
    return users.isEmpty() ? null : figures(knownUsers, detail(seed, workers));
  }

  private RatingFigures figures(int knownUsers, @Nullable RatingDetail detail) {
    double ratings = total[RATINGS];
    return new RatingFigures(
        (long) ratings,
        knownUsers,
        Math.sqrt(total[MODEL] / ratings),
        absoluteErrors / ratings,
        Math.sqrt(total[BIASES] / ratings),
        Math.sqrt(total[GLOBAL_MEAN] / ratings),
        Math.sqrt(total[ITEM_MEAN] / ratings),
        total[MODEL] < total[BIASES],
        detail);
  }

  private RatingDetail detail(long seed, WorkerPool workers) throws IOException {
    Interval[] differences = Bootstrap.rmseDifferences(rows(), BASELINES, seed, workers);
    Map<String, Interval> byName = new LinkedHashMap<>();
    byName.put("globalMean", differences[0]);
    byName.put("itemMean", differences[1]);
    byName.put("biases", differences[2]);
    return new RatingDetail(
        byName,
        bands(activity, Bands.ACTIVITY::label),
        bands(popularity, Bands.POPULARITY::label),
        bands(time, periods::label),
        bins());
  }

  /// Returns the errors of each user.
  List<UserErrors> userErrors() {
    return userErrors;
  }

  /// Returns the number of users with ratings.
  int users() {
    return users.size();
  }

  /// Returns the comparison with the published model; null if it predicted none of the ratings.
  PublishedFigures.@Nullable Ratings published(long seed, WorkerPool workers) throws IOException {
    double ratings = total[COMPARED];
    if (ratings == 0) {
      return null;
    }
    int compared = 0;
    for (float[] row : users) {
      compared += row[COMPARED] > 0 ? 1 : 0;
    }
    return new PublishedFigures.Ratings(
        (long) ratings,
        compared,
        Math.sqrt(total[COMPARED_MODEL] / ratings),
        Math.sqrt(total[COMPARED_PUBLISHED] / ratings),
        Bootstrap.rmseDifferences(rows(), List.of(PUBLISHED), seed, workers)[0]);
  }

  private float[][] rows() {
    return users.toArray(new float[0][]);
  }

  private static List<RatingBand> bands(double[][] sums, IntFunction<String> label) {
    List<RatingBand> bands = new ArrayList<>();
    for (int band = 0; band < sums.length; band++) {
      double ratings = sums[band][0];
      if (ratings > 0) {
        bands.add(
            new RatingBand(
                label.apply(band),
                (long) ratings,
                Math.sqrt(sums[band][1] / ratings),
                Math.sqrt(sums[band][2] / ratings)));
      }
    }
    return bands;
  }

  private List<CalibrationBin> bins() {
    RatingScale scale = model.card().ratingScale();
    double width = (scale.max() - scale.min()) / CALIBRATION_BINS;
    List<CalibrationBin> bins = new ArrayList<>();
    for (int bin = 0; bin < CALIBRATION_BINS; bin++) {
      double ratings = calibration[bin][0];
      if (ratings > 0) {
        bins.add(
            new CalibrationBin(
                scale.min() + bin * width,
                scale.min() + (bin + 1) * width,
                (long) ratings,
                calibration[bin][1] / ratings,
                calibration[bin][2] / ratings));
      }
    }
    return bins;
  }
}
