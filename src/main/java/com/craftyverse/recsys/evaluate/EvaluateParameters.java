package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The parameters that determine an evaluation, besides the model and its data.
///
/// @param rankBy `preference` or `rating`
/// @param likedFrom the lowest rating that counts as liked; null for choices
/// @param users largest number of users in the ranking evaluation; null for all
/// @param seed of the bootstrap and of the sample of users
/// @param rmseMargin how much higher the RMSE may be, as a share of the other; null for choices
/// @param ndcgMargin how much lower the NDCG@10 may be
record EvaluateParameters(
    String rankBy,
    @Nullable Double likedFrom,
    @Nullable Integer users,
    long seed,
    @Nullable Double rmseMargin,
    double ndcgMargin) {
  static final String PREFERENCE = "preference";
  static final String RATING = "rating";
  private static final double LIKED_SHARE_OF_SCALE = 0.7;
  static final long DEFAULT_SEED = 42;
  static final double DEFAULT_MARGIN = 0.005;

  /// Returns the parameters of a request, with defaults filled in.
  ///
  /// @throws RequestException if a field does not fit the model or is out of range; the message names it
  static EvaluateParameters of(EvaluateRequest request, ModelCard card) {
    boolean ranks = card.ranking() != null;
    String rankBy = Objects.requireNonNullElse(request.rankBy(), ranks ? PREFERENCE : RATING);
    if (!rankBy.equals(PREFERENCE) && !rankBy.equals(RATING)) {
      throw RequestException.invalid(
          "field 'rankBy': expected preference or rating, found " + ObjectKeys.quote(rankBy));
    }
    if (rankBy.equals(PREFERENCE) && !ranks) {
      throw RequestException.invalid(
          "field 'rankBy': the model " + card.modelId() + " has no ranking model; use rating");
    }
    if (!card.hasRatings()) {
      requireNoRatings("likedFrom", request.likedFrom());
      requireNoRatings("rmseMargin", request.rmseMargin());
      if (rankBy.equals(RATING)) {
        throw RequestException.invalid(
            "field 'rankBy': the model "
                + card.modelId()
                + " learned from choices without ratings; use preference");
      }
    }
    if (request.users() != null && request.users() < 1) {
      throw RequestException.invalid(
          "field 'users': expected a whole number of at least 1, found " + request.users());
    }
    return new EvaluateParameters(
        rankBy,
        card.hasRatings() ? likedFrom(request, card.ratingScale()) : null,
        request.users(),
        Objects.requireNonNullElse(request.seed(), DEFAULT_SEED),
        card.hasRatings() ? margin("rmseMargin", request.rmseMargin()) : null,
        margin("ndcgMargin", request.ndcgMargin()));
  }

  private static void requireNoRatings(String field, @Nullable Double value) {
    if (value != null) {
      throw RequestException.invalid(
          "field '" + field + "': this dataset has choices without ratings; leave this field out");
    }
  }

  private static double likedFrom(EvaluateRequest request, RatingScale scale) {
    double low = scale.min();
    double high = scale.max();
    double likedFrom =
        Objects.requireNonNullElse(request.likedFrom(), low + LIKED_SHARE_OF_SCALE * (high - low));
    if (!(likedFrom >= low && likedFrom <= high)) {
      throw RequestException.invalid(
          String.format(
              Locale.ROOT,
              "field 'likedFrom': expected a rating from %s to %s, the scale of the dataset, found"
                  + " %s",
              low,
              high,
              likedFrom));
    }
    return likedFrom;
  }

  private static double margin(String field, @Nullable Double margin) {
    double value = Objects.requireNonNullElse(margin, DEFAULT_MARGIN);
    if (!(value >= 0 && value <= 1)) {
      throw RequestException.invalid(
          "field '" + field + "': expected a number from 0 to 1, found " + value);
    }
    return value;
  }

  /// Returns whether a request sets no parameters.
  static boolean areDefault(EvaluateRequest request) {
    return request.rankBy() == null
        && request.likedFrom() == null
        && request.users() == null
        && request.seed() == null
        && request.rmseMargin() == null
        && request.ndcgMargin() == null;
  }
}
