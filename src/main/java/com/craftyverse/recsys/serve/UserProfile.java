package com.craftyverse.recsys.serve;

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

/// The user of a request, as a model sees them: a user it knows, one folded in from ratings, or an unknown
/// user without any ratings.
final class UserProfile {
  private final ServedModel model;

  /// The row of a user whom the model knows, -1 for others.
  private final int row;

  /// All that is known of a user who sent ratings; null for one who did not.
  private final @Nullable History ratings;

  private final int ignoredRatings;
  private @Nullable Place place;
  private float @Nullable [] preference;

  /// Where the rating model has a user.
  ///
  /// @param base the mean and the user's bias
  /// @param vector the user's factors, padded
  private record Place(float base, float[] vector) {}

  private UserProfile(ServedModel model, int row, @Nullable History ratings, int ignoredRatings) {
    this.model = model;
    this.row = row;
    this.ratings = ratings;
    this.ignoredRatings = ignoredRatings;
  }

  /// The user with an id.
  static UserProfile of(ServedModel model, int userId) {
    return new UserProfile(model, Math.max(-1, model.users().rowOf(userId)), null, 0);
  }

  /// The user with ratings, and those that the model knows of them; of two of one item, the new one
  /// counts.
  ///
  /// @param userId null for nobody that the model could know
  /// @param ratings that [RequestLimits#ratings] found in order
  /// @throws RequestException when a rating is off the model's scale
  static UserProfile of(ServedModel model, @Nullable Integer userId, List<Rating> ratings)
      throws IOException {
    int row = userId == null ? -1 : Math.max(-1, model.users().rowOf(userId));
    TreeMap<Integer, Float> all = new TreeMap<>();
    if (row >= 0) {
      History known = model.users().history(row);
      for (int i = 0; i < known.size(); i++) {
        all.put(known.items()[i], known.ratings()[i]);
      }
    }
    int ignored = add(model, ratings, all);
    History history = new History(new int[all.size()], new float[all.size()]);
    int i = 0;
    for (var each : all.entrySet()) {
      history.items()[i] = each.getKey();
      history.ratings()[i++] = each.getValue();
    }
    return new UserProfile(model, row, history, ignored);
  }

  /// Adds the request's ratings to what is known; returns how many are of items that are not.
  private static int add(ServedModel model, List<Rating> ratings, Map<Integer, Float> all) {
    int ignored = 0;
    for (int i = 0; i < ratings.size(); i++) {
      int itemId = Request.require("itemId", ratings.get(i).itemId());
      float rating = Request.require("rating", ratings.get(i).rating());
      requireOnScale("ratings[" + i + "]", rating, model.card());
      int item = model.catalogue().itemOf(itemId);
      if (item < 0) {
        ignored++;
      } else {
        all.put(item, rating);
      }
    }
    return ignored;
  }

  private static void requireOnScale(String field, float rating, ModelCard card) {
    if (!card.scale().has(rating)) {
      throw RequestException.invalid(
          String.format(
              Locale.ROOT,
              "field '%s.rating': expected %s, the scale of the dataset, found %s",
              field,
              card.scale().describe(),
              rating));
    }
  }

  /// Ratings of the request whose items the model does not know.
  int ignoredRatings() {
    return ignoredRatings;
  }

  /// Whether there is anything to go by.
  boolean isKnown() {
    return ratings == null ? row >= 0 : ratings.size() > 0;
  }

  /// Where predictions for this user come from.
  Source source() {
    return !isKnown() ? Source.fallback : ratings == null ? Source.model : Source.foldIn;
  }

  /// The ratings that are known of the user.
  History history() throws IOException {
    if (ratings != null) {
      return ratings;
    }
    return row < 0 ? History.NONE : model.users().history(row);
  }

  /// Reads what recommendations will need of the user, all at once.
  ///
  /// @param ranking whether the ranking vector is
  /// @param history whether the history is
  void readAhead(boolean ranking, boolean history) throws IOException {
    if (ratings == null && row >= 0) {
      model.users().readAhead(row, ranking, history);
    }
  }

  /// Where the rating model has the user, of whom something is known.
  private Place place() throws IOException {
    Place known = place;
    if (known == null) {
      ItemFactors factors = model.catalogue().factors();
      float mean = model.card().globalMean();
      if (ratings == null) {
        known =
            new Place(mean + model.users().bias(row), factors.padded(model.users().vector(row)));
      } else {
        RatingFoldIn.UserEmbedding folded = model.foldIn().place(ratings);
        known = new Place(mean + folded.bias(), factors.padded(folded.vector()));
      }
      place = known;
    }
    return known;
  }

  /// Where a ranking model has the user, of whom something is known, padded.
  ///
  /// @param equations those of the user's history, if they are at hand
  private float[] preference(
      ItemFactors factors, RankingFoldIn foldIn, RankingFoldIn.@Nullable Equations equations)
      throws IOException {
    float[] known = preference;
    if (known == null) {
      known =
          factors.padded(
              ratings == null
                  ? model.users().rankingVector(row)
                  : equations == null ? foldIn.place(ratings) : equations.place());
      preference = known;
    }
    return known;
  }

  /// How the user would rate an item. What is not known of the pair is left out of the sum, which makes
  /// the prediction the mean, corrected by how the known side deviates from it.
  Prediction predict(@Nullable Integer userId, int itemId) throws IOException {
    int item = model.catalogue().itemOf(itemId);
    return new Prediction(
        userId,
        itemId,
        item < 0 ? null : model.catalogue().title(item),
        rating(item),
        item < 0 ? Source.fallback : source(),
        reason(item >= 0));
  }

  /// How the user would rate an item, within the scale.
  ///
  /// @param item negative for one that the model does not know
  float rating(int item) throws IOException {
    ModelCard card = model.card();
    ItemFactors factors = model.catalogue().factors();
    float rating;
    if (item >= 0 && isKnown()) {
      rating = factors.score(place().base, place().vector, item);
    } else if (card.isDot()) {
      rating = card.trainMean();
    } else {
      float base = isKnown() ? place().base : card.globalMean();
      rating = item >= 0 ? base + factors.bias(item) : base;
    }
    return card.clip(rating);
  }

  /// Why a prediction is a fallback, null when it is not.
  private @Nullable String reason(boolean itemKnown) {
    boolean dot = model.card().isDot();
    if (isKnown()) {
      return itemKnown
          ? null
          : "unknown item: " + (dot ? "the mean of all ratings" : "the user's average");
    }
    if (!itemKnown) {
      return whyUnknown() + " and unknown item: the mean of all ratings";
    }
    return whyUnknown() + ": " + (dot ? "the mean of all ratings" : "the item's average");
  }

  private String whyUnknown() {
    return ratings == null ? "unknown user" : "no rating of a known item";
  }

  /// Why recommendations are what is popular, null when something is known of the user.
  ///
  /// @param period the time that popularity is counted in
  @Nullable String reason(Period period) {
    if (isKnown()) {
      return null;
    }
    return whyUnknown()
        + (period == Period.recent ? ": what most users chose lately" : ": what most users chose");
  }

  /// What all items are ranked by, by rating. The array is given back to [ItemFactors#release].
  float[] ratingScores() throws IOException {
    return model.catalogue().factors().scores(place().base, place().vector);
  }

  /// What all items are ranked by, by preference. The array is given back to [ItemFactors#release].
  float[] preferenceScores(
      ItemFactors factors, RankingFoldIn foldIn, RankingFoldIn.@Nullable Equations equations)
      throws IOException {
    return factors.products(preference(factors, foldIn, equations));
  }
}
