package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.StandardErrors;
import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Finds the standard errors of [Uncertainty], and judges them on other users.
final class UncertaintyFit {
  private static final double LEVEL = 0.8;

  /// Least evidence of a band.
  private static final int MIN_RATINGS = 200;

  private static final int MIN_USERS = 10;

  private final long[] ratings = new long[UserErrors.BANDS];
  private final int[] users = new int[UserErrors.BANDS];
  private final int[][] histograms = new int[UserErrors.BANDS][UserErrors.BINS];

  private UncertaintyFit(Stream<UserErrors> errors) {
    int[] lastUser = new int[UserErrors.BANDS];
    int[] user = new int[1];
    errors.forEach(
        each -> {
          user[0]++;
          for (int i = 0; i < each.size(); i++) {
            int band = each.band(i);
            ratings[band]++;
            histograms[band][each.bin(i)]++;
            if (lastUser[band] != user[0]) {
              lastUser[band] = user[0];
              users[band]++;
            }
          }
        });
  }

  /// Returns the uncertainty of a model's predictions.
  ///
  /// @param validation the errors on the validation set
  /// @param test the errors on the test set
  /// @param seed of the interval
  /// @return null if no band has enough evidence
  static @Nullable Uncertainty of(
      List<UserErrors> validation,
      List<UserErrors> test,
      RatingScale scale,
      long seed,
      WorkerPool workers)
      throws IOException {
    UncertaintyFit all = new UncertaintyFit(Stream.concat(validation.stream(), test.stream()));
    List<UncertaintyBand> bands = all.bands(scale.max() - scale.min());
    if (bands.isEmpty()) {
      return null;
    }
    int[][] covered = new int[2][];
    for (int half = 0; half < 2; half++) {
      int other = 1 - half;
      covered[half] =
          new UncertaintyFit(
                  Stream.concat(validation.stream(), test.stream())
                      .filter(user -> user.half() == other))
              .coveredBins();
    }
    List<float[]> rows = new ArrayList<>();
    long judged = 0;
    for (UserErrors user : test) {
      float[] row = judge(user, covered[user.half()]);
      if (row[0] > 0) {
        rows.add(row);
        judged += (long) row[0];
      }
    }
    return new Uncertainty(
        LEVEL,
        rows.isEmpty() ? null : Bootstrap.ratio(rows.toArray(new float[0][]), seed, workers),
        judged,
        rows.size(),
        bands);
  }

  /// Returns how many errors can be judged, and how many of them the intervals cover.
  private static float[] judge(UserErrors user, int[] coveredBins) {
    float[] row = new float[2];
    for (int i = 0; i < user.size(); i++) {
      int bins = coveredBins[user.band(i)];
      if (bins > 0) {
        row[0]++;
        row[1] += user.bin(i) < bins ? 1 : 0;
      }
    }
    return row;
  }

  /// Returns, for each band, how many bins its interval covers; 0 without enough evidence.
  private int[] coveredBins() {
    int[] bins = new int[UserErrors.BANDS];
    for (int band = 0; band < bins.length; band++) {
      if (ratings[band] >= MIN_RATINGS && users[band] >= MIN_USERS) {
        long sum = 0;
        while (sum < LEVEL * ratings[band]) {
          sum += histograms[band][bins[band]++];
        }
      }
    }
    return bins;
  }

  private List<UncertaintyBand> bands(double range) {
    int[] bins = coveredBins();
    List<UncertaintyBand> bands = new ArrayList<>();
    for (int known = 0; known < Bands.ACTIVITY.count(); known++) {
      for (int popular = 0; popular < Bands.POPULARITY.count(); popular++) {
        int band = known * Bands.POPULARITY.count() + popular;
        if (bins[band] > 0) {
          bands.add(
              new UncertaintyBand(
                  Bands.ACTIVITY.from(known),
                  Bands.ACTIVITY.to(known),
                  Bands.POPULARITY.from(popular),
                  Bands.POPULARITY.to(popular),
                  ratings[band],
                  users[band],
                  bins[band] * range / UserErrors.BINS / StandardErrors.HALF_WIDTH));
        }
      }
    }
    return bands;
  }
}
