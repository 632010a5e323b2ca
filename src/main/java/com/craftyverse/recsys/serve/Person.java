package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.model.History;
import com.craftyverse.recsys.model.ItemFactors;
import com.craftyverse.recsys.model.RatingFoldIn;
import com.craftyverse.recsys.step.ModelCard;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The user of a request as a model sees them: one that it knows, one that is folded in from ratings, or
/// one of whom there is nothing to go by.
final class Person {
  private final ServedModel model;
  private final int row;
  private final float base;
  private final float @Nullable [] vector;
  private final @Nullable History ratings;
  private final int ignoredRatings;

  private Person(
      ServedModel model,
      int row,
      float bias,
      float @Nullable [] vector,
      @Nullable History ratings,
      int ignoredRatings) {
    this.model = model;
    this.row = row;
    this.base = model.card().globalMean() + bias;
    this.vector = vector == null ? null : model.catalogue().factors().padded(vector);
    this.ratings = ratings;
    this.ignoredRatings = ignoredRatings;
  }

  /// The user with an id.
  static Person of(ServedModel model, int userId) throws IOException {
    int row = model.users().rowOf(userId);
    return row < 0
        ? new Person(model, row, 0, null, null, 0)
        : new Person(model, row, model.users().bias(row), model.users().vector(row), null, 0);
  }

  /// The user with ratings, and those that the model knows of them; of two of one movie, the new one
  /// counts.
  ///
  /// @param userId null for nobody that the model could know
  /// @param ratings that [Limits#ratings] found in order
  /// @throws RequestException when a rating is off the model's scale
  static Person of(ServedModel model, @Nullable Integer userId, List<Rating> ratings)
      throws IOException {
    int row = userId == null ? -1 : model.users().rowOf(userId);
    TreeMap<Integer, Float> all = new TreeMap<>();
    if (row >= 0) {
      History known = model.users().history(row);
      for (int i = 0; i < known.size(); i++) {
        all.put(known.items()[i], known.ratings()[i]);
      }
    }
    int ignored = add(model, ratings, all);
    if (all.isEmpty()) {
      return new Person(model, -1, 0, null, History.NONE, ignored);
    }
    History history = new History(new int[all.size()], new float[all.size()]);
    int i = 0;
    for (var each : all.entrySet()) {
      history.items()[i] = each.getKey();
      history.ratings()[i++] = each.getValue();
    }
    RatingFoldIn.Place place = model.foldIn().place(history);
    return new Person(model, row, place.bias(), place.vector(), history, ignored);
  }

  /// Adds the request's ratings to what is known; returns how many are of movies that are not.
  private static int add(ServedModel model, List<Rating> ratings, Map<Integer, Float> all) {
    int ignored = 0;
    for (int i = 0; i < ratings.size(); i++) {
      int movieId = Request.require("movieId", ratings.get(i).movieId());
      float rating = Request.require("rating", ratings.get(i).rating());
      requireOnScale("ratings[" + i + "]", rating, model.card());
      int item = model.catalogue().itemOf(movieId);
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

  /// Ratings of the request whose movies the model does not know.
  int ignoredRatings() {
    return ignoredRatings;
  }

  /// Where predictions for this user come from.
  Source source() {
    return vector == null ? Source.fallback : ratings == null ? Source.model : Source.foldIn;
  }

  /// The ratings that are known of the user.
  History history() throws IOException {
    if (ratings != null) {
      return ratings;
    }
    return row < 0 ? History.NONE : model.users().history(row);
  }

  /// How the user would rate a movie. What is not known of the pair is left out of the sum, which makes
  /// the prediction the mean, corrected by how the known side deviates from it.
  Prediction predict(@Nullable Integer userId, int movieId) {
    ModelCard card = model.card();
    int item = model.catalogue().itemOf(movieId);
    float rating;
    if (item >= 0 && vector != null) {
      rating = model.catalogue().factors().score(base, vector, item);
    } else if (card.isDot()) {
      rating = card.trainMean();
    } else {
      rating = item >= 0 ? base + model.catalogue().factors().bias(item) : base;
    }
    return new Prediction(
        userId,
        movieId,
        item < 0 ? null : model.catalogue().title(item),
        card.clip(rating),
        item < 0 ? Source.fallback : source(),
        reason(item >= 0));
  }

  /// Why a prediction is a fallback, null when it is not.
  private @Nullable String reason(boolean movieKnown) {
    boolean dot = model.card().isDot();
    if (vector != null) {
      return movieKnown
          ? null
          : "unknown movie: " + (dot ? "the mean of all ratings" : "the user's average");
    }
    String who = ratings == null ? "unknown user" : "no rating of a known movie";
    if (!movieKnown) {
      return who + " and unknown movie: the mean of all ratings";
    }
    return who + ": " + (dot ? "the mean of all ratings" : "the movie's average");
  }

  /// Why recommendations are a fallback, null when they are not.
  @Nullable String reason() {
    if (vector != null) {
      return null;
    }
    return (ratings == null ? "unknown user" : "no rating of a known movie")
        + (model.card().isDot() ? ": the most rated movies" : ": the movies' averages");
  }

  /// What all items are ranked by. The array is given back to [ItemFactors#release].
  float[] scores() {
    ItemFactors factors = model.catalogue().factors();
    float[] scores = factors.scores(base, vector);
    if (vector == null && model.card().isDot()) {
      for (int item = 0; item < scores.length; item++) {
        scores[item] = model.catalogue().ratings(item);
      }
    }
    return scores;
  }

  /// The rating that a score stands for.
  float rating(float score) {
    return model
        .card()
        .clip(vector == null && model.card().isDot() ? model.card().trainMean() : score);
  }
}
