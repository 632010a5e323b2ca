package com.craftyverse.recsys.format;

import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.storage.ObjectStore;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A model's `model.json`: everything a reader needs before it opens the factors.
///
/// The predicted rating is `globalMean + bias(user) + bias(item) + vector(user) · vector(item)`, clipped to
/// the scale. In models of kind `dot`, mean and biases are zero. A model of choices without ratings, of kind
/// `ranking`, predicts none; it has ranking vectors only.
///
/// @param formatVersion the version of the model's files
/// @param model the kind, `biased`, `dot` or `ranking`
/// @param dataset the dataset that the model was trained on
/// @param modelId the model's id, also the name of its directory
/// @param factors k, the length of the vectors; 0 without a rating model
/// @param choiceFactors how many values at the end of an item's vector come from the ranking model
/// @param globalMean μ, the mean of the training ratings; 0 for `dot` and `ranking`
/// @param trainMean the mean of the training ratings; 0 for `ranking`
/// @param scale the scale of the ratings; null for choices
/// @param unit the training unit, in ratings. Learning rates and penalties refer to it: for errors in
///     ratings, a penalty λ on |p|² becomes λ · unit; a penalty on a bias is the same for both. 0 for `ranking`
/// @param users number of rows in `users.arrow`
/// @param items number of rows in `items.arrow`
/// @param trainRatings number of training ratings, or of chosen pairs of a user and an item
/// @param rows the sets of the split that contain them
/// @param scoredModel the id of the model that this one takes its parameters and its evaluation from; null if
///     this model was scored itself
/// @param ranking the description of the ranking vectors; null without a ranking model
/// @param feedback `choices`; null for ratings, as in models of earlier versions
/// @param attributes the columns of `attributes.arrow`; empty without one, as in models of earlier
///     versions
public record ModelCard(
    int formatVersion,
    String model,
    String dataset,
    String modelId,
    int factors,
    int choiceFactors,
    float globalMean,
    float trainMean,
    @Nullable RatingScale scale,
    double unit,
    int users,
    int items,
    long trainRatings,
    Rows rows,
    @Nullable String scoredModel,
    @Nullable RankingCard ranking,
    @Nullable Feedback feedback,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> attributes) {
  /// The version of a model's files. It increases when a reader of the old version could not read the new
  /// one.
  public static final int FORMAT_VERSION = 9;

  /// The version of the files of a model of choices, which readers of version 9 cannot read.
  public static final int CHOICES_FORMAT_VERSION = 10;

  /// The kind of a model that only ranks.
  public static final String RANKING = "ranking";

  /// Models of earlier versions have no attributes.
  public ModelCard {
    attributes = attributes == null ? List.of() : List.copyOf(attributes);
  }

  /// Reads the card in a model's directory.
  ///
  /// @param directory the model's directory, with a trailing slash
  /// @throws MalformedFileException if the card is damaged or has another format version
  public static ModelCard read(ObjectStore store, String directory) throws IOException {
    String key = directory + StoreLayout.MODEL;
    byte[] json = store.read(key).content();
    ModelCard card;
    try {
      card = Json.read(json, ModelCard.class, key);
    } catch (MalformedFileException e) {
      // Another format version has other fields.
      Version version = Json.read(json, Version.class, key);
      requireVersion(version.formatVersion, version.feedback, key);
      throw e;
    }
    requireVersion(card.formatVersion, card.feedback, key);
    return card;
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Version(int formatVersion, @Nullable Feedback feedback) {}

  private static void requireVersion(int found, @Nullable Feedback feedback, String key)
      throws MalformedFileException {
    int expected = feedback == Feedback.CHOICES ? CHOICES_FORMAT_VERSION : FORMAT_VERSION;
    if (found != expected) {
      throw new MalformedFileException(
          key,
          "format version "
              + found
              + ", this version reads "
              + expected
              + "; train the model again");
    }
  }

  /// Returns whether predictions use factors alone, so that a user or an item without the other says nothing.
  @JsonIgnore
  public boolean isDot() {
    return model.equals("dot");
  }

  /// Returns the length of the ranking vectors; 0 without a ranking model.
  @JsonIgnore
  public int rankingFactors() {
    return ranking == null ? 0 : ranking.factors();
  }

  /// Returns whether the model learned from ratings and predicts ratings. If not, it learned from choices.
  @JsonIgnore
  public boolean hasRatings() {
    return feedback != Feedback.CHOICES;
  }

  /// Returns the scale of a model with ratings.
  ///
  /// @throws IllegalStateException if the model has none
  @JsonIgnore
  public RatingScale ratingScale() {
    if (scale == null) {
      throw new IllegalStateException("a model of choices has no rating scale");
    }
    return scale;
  }

  /// Clips a prediction to the scale of the ratings.
  public float clip(float prediction) {
    return ratingScale().clip(prediction);
  }
}
