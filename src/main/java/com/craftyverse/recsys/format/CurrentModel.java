package com.craftyverse.recsys.format;

import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `models/{dataset}/current.json`: the model that a dataset's predictions come from, and those that
/// were it before. The only object that is ever replaced.
///
/// @param dataset the dataset
/// @param model the id of the model in use
/// @param scoredModel the id of the model that was scored in its place, or nothing if it was itself
/// @param published when it became that, in UTC
/// @param history what was published, the latest first, the one in use among them
public record CurrentModel(
    String dataset,
    String model,
    @Nullable String scoredModel,
    String published,
    List<Publication> history) {

  /// A model that was published.
  ///
  /// @param model the model's id
  /// @param scoredModel the id of the model that was scored in its place, or nothing if it was itself
  /// @param evaluation the key of its evaluation
  /// @param published when, in UTC
  public record Publication(
      String model, @Nullable String scoredModel, String evaluation, String published) {}

  /// A current model and the version of the object that says so.
  public record Versioned(CurrentModel current, String etag) {}

  /// Keeps a copy of the history.
  public CurrentModel {
    history = List.copyOf(history);
  }

  /// Whether a model is or was current.
  ///
  /// @param model the model's id
  public boolean wasPublished(String model) {
    return history.stream().anyMatch(each -> each.model().equals(model));
  }

  /// The dataset's current model, or empty before the first is published.
  ///
  /// @throws com.craftyverse.recsys.columnar.MalformedFileException when the object is damaged
  public static Optional<Versioned> find(ObjectStore store, String dataset) throws IOException {
    String key = StoreLayout.current(dataset);
    try {
      ObjectStore.StoredObject object = store.read(key);
      return Optional.of(
          new Versioned(Json.read(object.content(), CurrentModel.class, key), object.etag()));
    } catch (NoSuchObjectException e) {
      return Optional.empty();
    }
  }
}
