package com.craftyverse.recsys.format;

import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.storage.ObjectStore;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A model's `model.json`: what a reader must know before it opens the factors.
///
/// A rating is predicted as `globalMean + bias(user) + bias(item) + vector(user) · vector(item)`, clipped
/// to the scale. Models of the kind `dot` have a mean and biases of zero.
///
/// @param formatVersion the version of the model's files
/// @param model the kind, `biased` or `dot`
/// @param dataset the dataset that it was trained on
/// @param modelId its id, which its directory is named by
/// @param factors k, the length of the vectors
/// @param globalMean μ, the mean of the training ratings; 0 for `dot`
/// @param trainMean the mean of the training ratings, whatever the kind
/// @param scale the scale of the ratings
/// @param unit ratings that are one unit of training, in which its learning rates and penalties are: a
///     penalty λ of |p|² is λ · unit for errors in ratings, that of a bias the same for both
/// @param users rows of `users.arrow`
/// @param items rows of `items.arrow`
/// @param trainRatings ratings that it was trained on
/// @param rows the sets of the split that these are
/// @param scoredModel the id of the model whose parameters it has and whose evaluation speaks for it;
///     null if it is a scored model itself
/// @param ranking what a reader must know of its ranking vectors; null when it has none
public record ModelCard(
    int formatVersion,
    String model,
    String dataset,
    String modelId,
    int factors,
    float globalMean,
    float trainMean,
    RatingScale scale,
    double unit,
    int users,
    int items,
    long trainRatings,
    Rows rows,
    @Nullable String scoredModel,
    @Nullable RankingCard ranking) {
  /// The version of a model's files; goes up when a reader of the old ones could not read the new.
  public static final int FORMAT_VERSION = 7;

  /// Reads the card in a model's directory.
  ///
  /// @param directory the model's, with a trailing slash
  /// @throws MalformedFileException when the card is damaged or has another format version
  public static ModelCard read(ObjectStore store, String directory) throws IOException {
    String key = directory + StoreLayout.MODEL;
    byte[] json = store.read(key).content();
    ModelCard card;
    try {
      card = Json.read(json, ModelCard.class, key);
    } catch (MalformedFileException e) {
      // Another version has other fields.
      requireVersion(Json.read(json, Version.class, key).formatVersion, key);
      throw e;
    }
    requireVersion(card.formatVersion, key);
    return card;
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Version(int formatVersion) {}

  private static void requireVersion(int found, String key) throws MalformedFileException {
    if (found != FORMAT_VERSION) {
      throw new MalformedFileException(
          key,
          "format version "
              + found
              + ", this version reads "
              + FORMAT_VERSION
              + "; train the model again");
    }
  }

  /// Whether the model is of factors alone, so that a user or an item by itself says nothing.
  @JsonIgnore
  public boolean isDot() {
    return model.equals("dot");
  }

  /// The length of the ranking vectors, 0 when the model has none.
  @JsonIgnore
  public int rankingFactors() {
    return ranking == null ? 0 : ranking.factors();
  }

  /// Keeps a prediction within the scale of the ratings.
  public float clip(float prediction) {
    return scale.clip(prediction);
  }
}
