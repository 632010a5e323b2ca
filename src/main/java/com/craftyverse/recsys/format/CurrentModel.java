package com.craftyverse.recsys.format;

import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The content of `models/{dataset}/current.json`: a dataset's current model and its predecessors. It is the
/// only object that is ever replaced.
///
/// @param dataset the dataset
/// @param model the id of the current model
/// @param scoredModel the id of the model whose evaluation stands in for it; null if it was scored itself
/// @param published when it was published, in UTC
/// @param history all publications, latest first, including the current one
public record CurrentModel(
    String dataset,
    String model,
    @Nullable String scoredModel,
    String published,
    List<Publication> history) {

  /// A published model.
  ///
  /// @param model the model's id
  /// @param scoredModel the id of the model whose evaluation stands in for it; null if it was scored itself
  /// @param evaluation the key of the evaluation
  /// @param published time of publication, in UTC
  /// @param verdict the gate's decision; null for a model that was published before or by an earlier version
  /// @param forcedOver the id of the model that it replaced by force, or `none`; null if the gate let it pass
  public record Publication(
      String model,
      @Nullable String scoredModel,
      String evaluation,
      String published,
      @Nullable String verdict,
      @Nullable String forcedOver) {
    /// Returns the id of the model whose evaluation stands in for it, which may be itself.
    public String scored() {
      return scoredModel == null ? model : scoredModel;
    }
  }

  /// A current model and the ETag of its object.
  public record Versioned(CurrentModel current, String etag) {}

  /// Copies the history.
  public CurrentModel {
    history = List.copyOf(history);
  }

  /// Returns whether a model is or was current.
  ///
  /// @param model the model's id
  public boolean wasPublished(String model) {
    return history.stream().anyMatch(each -> each.model().equals(model));
  }

  /// Returns the dataset's current model; empty before the first publication.
  ///
  /// @throws com.craftyverse.recsys.columnar.MalformedFileException if the object is damaged
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
