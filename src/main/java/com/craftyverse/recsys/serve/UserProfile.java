package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.model.History;
import com.craftyverse.recsys.model.ItemFactors;
import com.craftyverse.recsys.model.RankingFoldIn;
import com.craftyverse.recsys.model.RatingFoldIn;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The user of a request as a model sees them: known to the model, folded in from ratings, or unknown and
/// without ratings.
final class UserProfile {
  private final ServedModel model;

  /// The row of a user whom the model knows, else -1.
  private final int row;

  /// The user's ratings, known and sent, if the request has ratings; else null.
  private final @Nullable History ratings;

  private final int ignoredRatings;
  private @Nullable RatingEmbedding ratingEmbedding;
  private float @Nullable [] rankingVector;

  /// A user's position in the rating model.
  ///
  /// @param base the mean plus the user's bias
  /// @param vector the user's factors, padded
  private record RatingEmbedding(float base, float[] vector) {}

  private UserProfile(ServedModel model, int row, @Nullable History ratings, int ignoredRatings) {
    this.model = model;
    this.row = row;
    this.ratings = ratings;
    this.ignoredRatings = ignoredRatings;
  }

  /// Returns the user with an id, as the model writes it.
  static UserProfile of(ServedModel model, Id userId) {
    return new UserProfile(model, Math.max(-1, model.users().rowOf(userId)), null, 0);
  }

  /// Returns a user with the ratings of the request and those that the model knows. If both have a rating
  /// of an item, the request's counts; amounts of choices add up.
  ///
  /// @param userId as the model writes it; null for a user without an id
  /// @param ratings ratings that passed [RequestLimits#ratings]
  /// @throws RequestException if a rating is missing or off the model's scale, or is sent to a model of choices, or
  ///     an amount to a model of ratings
  static UserProfile of(ServedModel model, @Nullable Id userId, List<Rating> ratings)
      throws IOException {
    int row = userId == null ? -1 : Math.max(-1, model.users().rowOf(userId));
    TreeMap<Integer, Float> merged = new TreeMap<>();
    if (row >= 0) {
      History known = model.users().history(row);
      for (int i = 0; i < known.size(); i++) {
        merged.put(known.items()[i], known.ratings()[i]);
      }
    }
    int ignored = add(model, ratings, merged);
    History history = new History(new int[merged.size()], new float[merged.size()]);
    int i = 0;
    for (var entry : merged.entrySet()) {
      history.items()[i] = entry.getKey();
      history.ratings()[i++] = entry.getValue();
    }
    return new UserProfile(model, row, history, ignored);
  }

  /// Adds the request's ratings to the known ones and returns how many are of unknown items.
  private static int add(ServedModel model, List<Rating> ratings, Map<Integer, Float> merged) {
    int ignored = 0;
    for (int i = 0; i < ratings.size(); i++) {
      Id itemId = Request.require("itemId", ratings.get(i).itemId());
      float value = value("ratings[" + i + "]", ratings.get(i), model.card());
      int item = model.catalog().itemOf(model.catalog().convert("ratings", itemId));
      if (item < 0) {
        ignored++;
      } else {
        merged.merge(item, value, (known, sent) -> model.card().hasRatings() ? sent : known + sent);
      }
    }
    return ignored;
  }

  /// Returns the rating of an entry of the request, or the amount where the model learned from choices.
  private static float value(String field, Rating entry, ModelCard card) {
    if (card.hasRatings()) {
      if (entry.amount() != null) {
        throw RequestException.invalid(
            "field '"
                + field
                + ".amount': this dataset has ratings; leave 'amount' out and send a 'rating'");
      }
      float rating = Request.require(field + ".rating", entry.rating());
      requireOnScale(field, rating, card);
      return rating;
    }
    if (entry.rating() != null) {
      throw RequestException.invalid(
          "field '"
              + field
              + ".rating': this dataset has choices without ratings; leave 'rating' out, or send how"
              + " often the item was chosen as 'amount'");
    }
    float amount = entry.amount() == null ? 1 : entry.amount();
    if (!(amount > 0 && amount <= Float.MAX_VALUE)) {
      throw RequestException.invalid(
          "field '" + field + ".amount': expected a number above 0, found " + amount);
    }
    return amount;
  }

  private static void requireOnScale(String field, float rating, ModelCard card) {
    if (!card.ratingScale().contains(rating)) {
      throw RequestException.invalid(
          String.format(
              Locale.ROOT,
              "field '%s.rating': expected %s, the scale of the dataset, found %s",
              field,
              card.ratingScale().describe(),
              rating));
    }
  }

  /// Returns how many ratings of the request are of items that the model does not know.
  int ignoredRatings() {
    return ignoredRatings;
  }

  /// Returns whether there are any data on the user.
  boolean isKnown() {
    return ratings == null ? row >= 0 : ratings.size() > 0;
  }

  /// Returns where predictions for this user come from.
  Source source() {
    return !isKnown() ? Source.fallback : ratings == null ? Source.model : Source.foldIn;
  }

  /// Returns the user's ratings.
  History history() throws IOException {
    if (ratings != null) {
      return ratings;
    }
    return row < 0 ? History.NONE : model.users().history(row);
  }

  /// Reads the data that recommendations will need of the user, in parallel.
  ///
  /// @param ranking whether they need the ranking vector
  /// @param history whether they need the history
  void readAhead(boolean ranking, boolean history) throws IOException {
    if (ratings == null && row >= 0) {
      model.users().readAhead(row, ranking, history);
    }
  }

  /// Returns a known user's position in the rating model.
  private RatingEmbedding ratingEmbedding() throws IOException {
    RatingEmbedding embedding = ratingEmbedding;
    if (embedding == null) {
      ItemFactors factors = model.catalog().factors();
      float mean = model.card().globalMean();
      if (ratings == null) {
        embedding =
            new RatingEmbedding(
                mean + model.users().bias(row), factors.padded(model.users().vector(row)));
      } else {
        RatingFoldIn.UserEmbedding folded = model.foldIn().foldIn(ratings);
        embedding = new RatingEmbedding(mean + folded.bias(), factors.padded(folded.vector()));
      }
      ratingEmbedding = embedding;
    }
    return embedding;
  }

  /// Returns a known user's ranking vector, padded.
  ///
  /// @param equations the equations of the user's history, if already set up
  private float[] rankingVector(
      ItemFactors factors, RankingFoldIn foldIn, RankingFoldIn.@Nullable Equations equations)
      throws IOException {
    float[] vector = rankingVector;
    if (vector == null) {
      vector =
          factors.padded(
              ratings == null
                  ? model.users().rankingVector(row)
                  : equations == null ? foldIn.foldIn(ratings) : equations.solve());
      rankingVector = vector;
    }
    return vector;
  }

  /// Predicts how the user would rate an item. The sum omits the terms of an unknown user or item, which
  /// leaves the mean plus the bias of the known side.
  ///
  /// @param itemId as the model writes it
  Prediction predict(@Nullable Id userId, Id itemId) throws IOException {
    int item = model.catalog().itemOf(itemId);
    String title = item < 0 ? null : model.catalog().title(item);
    Source source = item < 0 ? Source.fallback : source();
    Float rating = rating(item);
    return rating == null
        ? Prediction.score(userId, itemId, title, score(item), source, scoreReason(item >= 0))
        : new Prediction(
            userId, itemId, title, rating, standardError(item), source, reason(item >= 0));
  }

  /// Returns the ranking model's score of an item; null if the user or the item is unknown.
  ///
  /// @param item negative for an unknown item
  private @Nullable Float score(int item) throws IOException {
    ItemFactors factors = model.catalog().rankingFactors();
    RankingFoldIn rankingFoldIn = model.rankingFoldIn();
    return item < 0 || !isKnown() || factors == null || rankingFoldIn == null
        ? null
        : factors.score(0, rankingVector(factors, rankingFoldIn, null), item);
  }

  /// Returns why there is no score, or null if there is one.
  private @Nullable String scoreReason(boolean itemKnown) {
    if (isKnown()) {
      return itemKnown ? null : "unknown item: no score";
    }
    return unknownReason() + (itemKnown ? "" : " and unknown item") + ": no score";
  }

  private @Nullable Float standardError(int item) {
    if (item < 0) {
      return null;
    }
    int known = ratings != null ? ratings.size() : row < 0 ? 0 : model.users().ratings(row);
    float error = model.users().standardErrors().of(known, model.catalog().ratings(item));
    return error > 0 ? error : null;
  }

  /// Predicts how the user would rate an item, clipped to the scale.
  ///
  /// @param item negative for an unknown item
  /// @return null if the model learned from choices without ratings
  @Nullable Float rating(int item) throws IOException {
    ModelCard card = model.card();
    if (!card.hasRatings()) {
      return null;
    }
    ItemFactors factors = model.catalog().factors();
    float rating;
    if (item >= 0 && isKnown()) {
      rating = factors.score(ratingEmbedding().base, ratingEmbedding().vector, item);
    } else if (card.isDot()) {
      rating = card.trainMean();
    } else {
      float base = isKnown() ? ratingEmbedding().base : card.globalMean();
      rating = item >= 0 ? base + factors.bias(item) : base;
    }
    return card.clip(rating);
  }

  /// Returns why a prediction is a fallback, or null if it is not.
  private @Nullable String reason(boolean itemKnown) {
    boolean dot = model.card().isDot();
    if (isKnown()) {
      return itemKnown
          ? null
          : "unknown item: " + (dot ? "the mean of all ratings" : "the user's average");
    }
    if (!itemKnown) {
      return unknownReason() + " and unknown item: the mean of all ratings";
    }
    return unknownReason() + ": " + (dot ? "the mean of all ratings" : "the item's average");
  }

  private String unknownReason() {
    return ratings == null
        ? "unknown user"
        : model.card().hasRatings() ? "no rating of a known item" : "no choice of a known item";
  }

  /// Returns why recommendations are by popularity, or null for a known user.
  ///
  /// @param period the period over which popularity is counted
  @Nullable String reason(Period period) {
    if (isKnown()) {
      return null;
    }
    return unknownReason()
        + (period == Period.recent ? ": what most users chose lately" : ": what most users chose");
  }

  /// Scores all items by predicted rating. Give the array back to [ItemFactors#release].
  float[] ratingScores() throws IOException {
    return model.catalog().factors().scores(ratingEmbedding().base, ratingEmbedding().vector);
  }

  /// Scores all items by preference. Give the array back to [ItemFactors#release].
  float[] preferenceScores(
      ItemFactors factors, RankingFoldIn foldIn, RankingFoldIn.@Nullable Equations equations)
      throws IOException {
    return factors.products(rankingVector(factors, foldIn, equations));
  }
}
