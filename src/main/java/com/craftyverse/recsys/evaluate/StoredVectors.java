package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A look at the stored vectors of users, who get their answers from them. After a split by time, most users
/// of the test set are folded in, so errors and lists say nothing about these vectors.
///
/// @param users number of users, sampled evenly by index
/// @param ratings number of their training ratings
/// @param rmse RMSE of predictions from the stored vectors on these ratings; null without a rating model
/// @param baselineRmse RMSE of the biases on them; null without a rating model
/// @param matching share of these users whose stored ranking vector is more like the one that a fold-in of their
///     ratings gives than like that of another user: 1 if all fit, about 0.5 if users are mixed up, less if
///     vectors are negated; null without ranking vectors
record StoredVectors(
    int users,
    long ratings,
    @Nullable Double rmse,
    @Nullable Double baselineRmse,
    @Nullable Double matching) {
  private static final int MAX_USERS = 200;

  static StoredVectors of(SetEvaluator.Models models, WorkerPool workers) throws IOException {
    SetEvaluator.RatingPart rating = models.ratings();
    int count = models.catalog().card().users();
    int[] users =
        IntStream.range(0, Math.min(count, MAX_USERS))
            .map(i -> (int) ((long) i * count / Math.min(count, MAX_USERS)))
            .toArray();
    double squares = 0;
    double baselineSquares = 0;
    long ratings = 0;
    for (int user : users) {
      Profile profile = profile(models, user);
      for (int i = 0; rating != null && i < profile.size(); i++) {
        int item = profile.item(i);
        double error = profile.rating(i) - rating.model().predict(user, item);
        double ofBiases = profile.rating(i) - rating.baseline().predict(user, item);
        squares += error * error;
        baselineSquares += ofBiases * ofBiases;
      }
      ratings += profile.size();
    }
    return new StoredVectors(
        users.length,
        ratings,
        rating == null ? null : Math.sqrt(squares / Math.max(1, ratings)),
        rating == null ? null : Math.sqrt(baselineSquares / Math.max(1, ratings)),
        models.preferences() == null
            ? null
            : matching(models, models.preferences(), users, workers));
  }

  private static Profile profile(SetEvaluator.Models models, int user) throws IOException {
    Profile profile = new Profile();
    profile.reset(user);
    models.history().copyTo(profile, user);
    return profile;
  }

  private static double matching(
      SetEvaluator.Models models, RankingModel preferences, int[] users, WorkerPool workers)
      throws IOException {
    int stride = preferences.scorer().stride();
    float[][] stored = new float[users.length][stride];
    float[][] foldedIn = new float[users.length][stride];
    workers.run(
        users.length,
        (task, _) -> {
          workers.checkStopped();
          Profile profile = profile(models, users[task]);
          preferences.writeTrainedRow(profile, stored[task], 0);
          preferences.writeFoldedInRow(profile, foldedIn[task], 0);
        });
    int matching = 0;
    for (int i = 0; i < users.length; i++) {
      double own = cosine(stored[i], foldedIn[i]);
      double other = cosine(stored[i], foldedIn[(i + 1) % users.length]);
      matching += own > 0 && own >= other ? 1 : 0;
    }
    return (double) matching / users.length;
  }

  private static double cosine(float[] a, float[] b) {
    double dot = 0;
    double squareA = 0;
    double squareB = 0;
    for (int i = 0; i < a.length; i++) {
      dot += a[i] * b[i];
      squareA += a[i] * a[i];
      squareB += b[i] * b[i];
    }
    return squareA == 0 || squareB == 0 ? 0 : dot / Math.sqrt(squareA * squareB);
  }
}
