package com.craftyverse.recsys.step;

import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// `models/{dataset}/current.json`: the model that a dataset's predictions come from, and those that
/// were it before. The only object that is ever replaced.
///
/// @param dataset the dataset
/// @param model the id of the model in use
/// @param published when it became that, in UTC
/// @param history what was published, the latest first, the one in use among them
public record CurrentModel(
    String dataset, String model, String published, List<Publication> history) {

  /// A model that was published.
  ///
  /// @param model the model's id
  /// @param evaluation the key of its evaluation
  /// @param published when, in UTC
  public record Publication(String model, String evaluation, String published) {}

  /// A current model and the version of the object that says so.
  public record Versioned(CurrentModel current, String etag) {}

  /// Keeps a copy of the history.
  public CurrentModel {
    history = List.copyOf(history);
  }

  /// Whether the model of that evaluation is or was current.
  ///
  /// @param evaluation the key of the evaluation
  public boolean wasPublished(String evaluation) {
    return history.stream().anyMatch(each -> each.evaluation().equals(evaluation));
  }

  /// The dataset's current model, or empty before the first is published.
  ///
  /// @throws RequestException when the object is damaged
  public static Optional<Versioned> find(ObjectStore store, String dataset) throws IOException {
    String key = ObjectKeys.current(dataset);
    try {
      ObjectStore.StoredObject object = store.read(key);
      return Optional.of(
          new Versioned(Json.read(object.content(), CurrentModel.class, key), object.etag()));
    } catch (NoSuchObjectException e) {
      return Optional.empty();
    }
  }
}
