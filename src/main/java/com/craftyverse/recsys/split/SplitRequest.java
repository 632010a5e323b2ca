package com.craftyverse.recsys.split;

import com.craftyverse.recsys.step.Request;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/// Asks for a dataset to be split.
///
/// @param manifest the manifest of `ingest`
/// @param kind how: `temporal`, which is the default, `random`, `kfold`, `given` or `leaveLastOut`
/// @param trainRatio of a temporal split: the share of the ratings, from the earliest on, to train on;
///     0.75 if not given
/// @param testRatio of a temporal split: the share after it to test on, 0.15 if not given, and what
///     remains is validation; of a random one: the test set's share, 0.2 if not given
/// @param folds of a k-fold split: how many; 5 if not given
/// @param fold of a k-fold split: which one is the test set, from 0; 0 if not given
/// @param seed of what is chosen at random; 42 if not given
/// @param test of a given split: the manifest of `ingest` for the test set, `manifest` being that of the
///     training set
/// @param by of a random split: `row`, which is the default, takes `testRatio` of all ratings; `user` takes
///     that share of each user's ratings, and leaves each user one at least to train on
@RecordBuilder
public record SplitRequest(
    @Nullable String manifest,
    @Nullable String kind,
    @Nullable Double trainRatio,
    @Nullable Double testRatio,
    @Nullable Integer folds,
    @Nullable Integer fold,
    @Nullable Long seed,
    @Nullable String test,
    @Nullable String by)
    implements Request {

  /// Returns a request for a temporal split with the default ratios.
  public static SplitRequest of(String manifest) {
    return SplitRequestBuilder.builder().manifest(manifest).build();
  }

  /// Returns a request for a temporal split.
  public static SplitRequest temporal(String manifest, double trainRatio, double testRatio) {
    return SplitRequestBuilder.builder()
        .manifest(manifest)
        .trainRatio(trainRatio)
        .testRatio(testRatio)
        .build();
  }

  /// Returns a request for one fold of a cross-validation.
  public static SplitRequest kfold(String manifest, int folds, int fold, long seed) {
    return SplitRequestBuilder.builder()
        .manifest(manifest)
        .kind("kfold")
        .folds(folds)
        .fold(fold)
        .seed(seed)
        .build();
  }

  /// Returns a request for a split that tests on a random share of each user's ratings.
  public static SplitRequest withinUsers(String manifest, double testRatio, long seed) {
    return SplitRequestBuilder.builder()
        .manifest(manifest)
        .kind("random")
        .by("user")
        .testRatio(testRatio)
        .seed(seed)
        .build();
  }
}
