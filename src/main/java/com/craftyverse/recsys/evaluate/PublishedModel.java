package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectStore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What is known of a published model before it is compared with.
///
/// @param model the id of the published model
/// @param scoredModel the id of its scored twin, which is the same if it was scored itself
/// @param directory the twin's directory, with a trailing slash
/// @param card the twin's card; null if the twin is not in the store any more
/// @param trainedUntil when the twin's latest training rating was given, in epoch seconds; null if unknown
record PublishedModel(
    String model,
    String scoredModel,
    String directory,
    @Nullable ModelCard card,
    @Nullable Double trainedUntil) {
  /// The only figure of an evaluation that is needed; evaluations of earlier versions lack it.
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Recorded(@Nullable Double trainedUntil) {}

  static PublishedModel of(ObjectStore store, CurrentModel current) throws IOException {
    String scored = Objects.requireNonNullElse(current.scoredModel(), current.model());
    String directory = StoreLayout.modelDirectory(current.dataset(), scored);
    return new PublishedModel(
        current.model(),
        scored,
        directory,
        card(store, directory),
        trainedUntil(store, directory + StoreLayout.EVALUATION));
  }

  /// Returns null for a missing card and for one of another version, which cannot be compared with, either.
  private static @Nullable ModelCard card(ObjectStore store, String directory) throws IOException {
    try {
      return ModelCard.read(store, directory);
    } catch (NoSuchObjectException | MalformedFileException e) {
      return null;
    }
  }

  private static @Nullable Double trainedUntil(ObjectStore store, String key) throws IOException {
    try {
      Manifest evaluation = Json.read(store.read(key).content(), Manifest.class, key);
      return Json.fromTree(evaluation.figures(), Recorded.class, key).trainedUntil;
    } catch (NoSuchObjectException e) {
      return null;
    }
  }

  /// Returns why it cannot be compared with; null if it can.
  ///
  /// @param sources the data of the evaluated model
  @Nullable String obstacle(EvaluationSources sources) {
    if (card == null) {
      return "its scored model " + scoredModel + " is not in the store, or of another version";
    }
    if (card.hasRatings() != (sources.feedback() == Feedback.RATINGS)) {
      return card.hasRatings()
          ? "it learned from ratings, and this model from choices without ratings"
          : "it learned from choices without ratings, and this model from ratings";
    }
    if (sources.trainThreshold() == null) {
      return "the split is not by time, so no test rating is known to be later than its training"
          + " data";
    }
    return trainedUntil == null
        ? "it is not known until when its training data reach, because its split was not by time"
        : null;
  }
}
