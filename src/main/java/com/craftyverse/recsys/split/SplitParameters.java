package com.craftyverse.recsys.split;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The parameters of a split: one record for each kind.
sealed interface SplitParameters {
  long DEFAULT_SEED = 42;

  /// The name of random splits.
  String RANDOM = "random";

  /// The kinds that take times.
  List<String> TIMED = List.of("temporal", "leaveLastOut");

  /// Returns the kind's name in requests.
  String kind();

  /// Returns the parameters of a request.
  ///
  /// @throws RequestException if the kind is unknown, or a field is out of range or does not belong to the
  ///     kind
  static SplitParameters of(SplitRequest request) {
    return of(request, true);
  }

  /// Returns the parameters of a request.
  ///
  /// @param hasTimes whether the dataset has times; without them the default is a split within users
  static SplitParameters of(SplitRequest request, boolean hasTimes) {
    if (!hasTimes && request.kind() == null) {
      SplitRequest withinUsers =
          SplitRequestBuilder.builder(request)
              .kind(RANDOM)
              .by(Objects.requireNonNullElse(request.by(), Random.BY_USER))
              .build();
      return of(withinUsers);
    }
    if (!hasTimes && TIMED.contains(Objects.requireNonNull(request.kind()))) {
      throw RequestException.invalid(
          "field 'kind': the dataset has no times to split by; expected random, kfold or given,"
              + " found "
              + request.kind());
    }
    String kind = Objects.requireNonNullElse(request.kind(), "temporal");
    return switch (kind) {
      case "temporal" -> {
        requireOnly(request, kind, List.of("trainRatio", "testRatio"));
        yield new Temporal(
            kind,
            Objects.requireNonNullElse(request.trainRatio(), Temporal.DEFAULT_TRAIN),
            Objects.requireNonNullElse(request.testRatio(), Temporal.DEFAULT_TEST));
      }
      case RANDOM -> {
        requireOnly(request, kind, List.of("testRatio", "seed", "by"));
        yield new Random(
            kind,
            Objects.requireNonNullElse(request.testRatio(), Random.DEFAULT_TEST),
            seed(request),
            Objects.requireNonNullElse(request.by(), Random.BY_ROW));
      }
      case "kfold" -> {
        requireOnly(request, kind, List.of("folds", "fold", "seed"));
        yield new KFold(
            kind,
            Objects.requireNonNullElse(request.folds(), KFold.DEFAULT_FOLDS),
            Objects.requireNonNullElse(request.fold(), 0),
            seed(request));
      }
      case "given" -> {
        requireOnly(request, kind, List.of("test", "seed"));
        yield new Given(kind, seed(request));
      }
      case "leaveLastOut" -> {
        requireOnly(request, kind, List.of());
        yield new LeaveLastOut(kind);
      }
      default ->
          throw RequestException.invalid(
              "field 'kind': expected one of temporal, random, kfold, given, leaveLastOut, found "
                  + ObjectKeys.quote(kind));
    };
  }

  private static long seed(SplitRequest request) {
    return Objects.requireNonNullElse(request.seed(), DEFAULT_SEED);
  }

  private static void requireOnly(SplitRequest request, String kind, List<String> allowed) {
    List<String> present = new ArrayList<>();
    addIfPresent(present, "trainRatio", request.trainRatio());
    addIfPresent(present, "testRatio", request.testRatio());
    addIfPresent(present, "folds", request.folds());
    addIfPresent(present, "fold", request.fold());
    addIfPresent(present, "seed", request.seed());
    addIfPresent(present, "test", request.test());
    addIfPresent(present, "by", request.by());
    for (String field : present) {
      if (!allowed.contains(field)) {
        throw RequestException.invalid(
            "field '"
                + field
                + "' does not apply to a "
                + kind
                + " split, whose fields are: "
                + (allowed.isEmpty() ? "none" : String.join(", ", allowed)));
      }
    }
  }

  private static void addIfPresent(List<String> present, String field, @Nullable Object value) {
    if (value != null) {
      present.add(field);
    }
  }

  private static void requireShare(String field, double value) {
    if (!(value > 0 && value < 1)) {
      throw RequestException.invalid(
          "field '" + field + "': expected a number between 0 and 1, found " + value);
    }
  }

  /// A split by time.
  ///
  /// @param kind `temporal`
  /// @param trainRatio the share of the ratings, earliest first, that is the training set
  /// @param testRatio the next share, which is the test set; the rest is the validation set
  record Temporal(String kind, double trainRatio, double testRatio) implements SplitParameters {
    static final double DEFAULT_TRAIN = 0.75;
    private static final double DEFAULT_TEST = 0.15;

    public Temporal {
      requireShare("trainRatio", trainRatio);
      requireShare("testRatio", testRatio);
      if (!(sum(trainRatio, testRatio) < 1)) {
        throw RequestException.invalid(
            "fields 'trainRatio' and 'testRatio': "
                + trainRatio
                + " and "
                + testRatio
                + " leave nothing for validation; their sum must be below 1");
      }
    }

    /// Returns the end of the test set as a quantile. 0.75 and 0.15 give exactly 0.9.
    double testQuantile() {
      return sum(trainRatio, testRatio);
    }

    /// Adds two numbers as written in decimals, and rounds once.
    private static double sum(double a, double b) {
      return BigDecimal.valueOf(a).add(BigDecimal.valueOf(b)).doubleValue();
    }
  }

  /// A random split.
  ///
  /// @param kind `random`
  /// @param testRatio the test set's share of the ratings, or of each user's ratings
  /// @param seed the random seed
  /// @param by `row`: the share applies to all ratings; `user`: to each user's ratings
  record Random(String kind, double testRatio, long seed, String by) implements SplitParameters {
    static final String BY_ROW = "row";
    static final String BY_USER = "user";
    private static final double DEFAULT_TEST = 0.2;

    public Random {
      requireShare("testRatio", testRatio);
      if (!by.equals(BY_ROW) && !by.equals(BY_USER)) {
        throw RequestException.invalid(
            "field 'by': expected row or user, found " + ObjectKeys.quote(by));
      }
    }

    boolean isByUser() {
      return by.equals(BY_USER);
    }
  }

  /// One fold of a cross-validation. The folds together are all ratings.
  ///
  /// @param kind `kfold`
  /// @param folds the number of folds
  /// @param fold the fold that is the test set, from 0
  /// @param seed the random seed, the same for all folds of a cross-validation
  record KFold(String kind, int folds, int fold, long seed) implements SplitParameters {
    static final int DEFAULT_FOLDS = 5;
    static final int MAX_FOLDS = 1_000;

    public KFold {
      if (folds < 2 || folds > MAX_FOLDS) {
        throw RequestException.invalid(
            "field 'folds': expected 2 to " + MAX_FOLDS + ", found " + folds);
      }
      if (fold < 0 || fold >= folds) {
        throw RequestException.invalid(
            "field 'fold': expected 0 to " + (folds - 1) + ", found " + fold);
      }
    }
  }

  /// A split given as two datasets, one of which is the test set.
  ///
  /// @param kind `given`
  /// @param seed the random seed for the validation set
  record Given(String kind, long seed) implements SplitParameters {}

  /// A split that puts every user's latest rating into the test set and the one before it into the validation
  /// set.
  ///
  /// @param kind `leaveLastOut`
  record LeaveLastOut(String kind) implements SplitParameters {}
}
