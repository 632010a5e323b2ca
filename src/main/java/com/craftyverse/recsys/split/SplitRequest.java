package com.craftyverse.recsys.split;

import com.craftyverse.recsys.step.Limits;
import com.craftyverse.recsys.step.StepRequest;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

/// A request to split a dataset.
///
/// @param manifest the manifest of `ingest`
/// @param kind the kind of split: `temporal` (default), `random`, `kfold`, `given` or `leaveLastOut`
/// @param trainRatio of a temporal split: the share of the ratings, earliest first, to train on; default 0.75
/// @param testRatio of a temporal split: the next share, to test on, default 0.15; the rest is for
///     validation. Of a random split: the test set's share, default 0.2
/// @param folds of a k-fold split: the number of folds; default 5
/// @param fold of a k-fold split: the fold that is the test set, from 0; default 0
/// @param seed the random seed; default 42
/// @param test of a given split: the manifest of `ingest` for the test set; `manifest` is then the training
///     set's
/// @param by of a random split: `row` (default) takes `testRatio` of all ratings; `user` takes that share of
///     each user's ratings and leaves each user at least one to train on
@RecordBuilder
public record SplitRequest(
    @Limits(required = true) @Nullable String manifest,
    @Limits(
            oneOf = {"temporal", "random", "kfold", "given", "leaveLastOut"},
            byDefault = "\"temporal\"")
        @Nullable String kind,
    @Limits(
            min = 0,
            max = 1,
            bounds = Limits.Bounds.EXCLUSIVE,
            byDefault = "" + SplitParameters.Temporal.DEFAULT_TRAIN)
        @Nullable Double trainRatio,
    @Limits(min = 0, max = 1, bounds = Limits.Bounds.EXCLUSIVE) @Nullable Double testRatio,
    @Limits(
            min = 2,
            max = SplitParameters.KFold.MAX_FOLDS,
            byDefault = "" + SplitParameters.KFold.DEFAULT_FOLDS)
        @Nullable Integer folds,
    @Limits(min = 0, max = SplitParameters.KFold.MAX_FOLDS - 1, byDefault = "0")
        @Nullable Integer fold,
    @Limits(byDefault = "" + SplitParameters.DEFAULT_SEED) @Nullable Long seed,
    @Nullable String test,
    @Limits(
            oneOf = {SplitParameters.Random.BY_ROW, SplitParameters.Random.BY_USER},
            byDefault = "\"" + SplitParameters.Random.BY_ROW + "\"")
        @Nullable String by)
    implements StepRequest {

  /// Returns a request for a temporal split with the default ratios.
  public static SplitRequest of(String manifest) {
    return SplitRequestBuilder.builder().manifest(manifest).build();
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
