package com.craftyverse.recsys.publish;

import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Deletes what nobody needs any more:
///
/// - *Versions.* Of a dataset's published models, the last ones stay, each with its scored twin. The current
///   model and the one before it always stay.
/// - *Models that were never published*, refused or abandoned, 30 days after their last write.
/// - *Checkpoints* of trainings that nobody has continued for 7 days.
/// - *Leases* that nobody has renewed for a day. A running step renews its lease every few seconds.
/// - *Uploads in `incoming/`* that nobody has submitted for 7 days.
/// - *Batches of recommendations*, and lists of users for them, 30 days after they were written.
///
/// Everything is decided by the time of the last write, so a running step loses nothing.
public final class Cleaner {
  /// Smallest number of versions: the current one and the one before.
  static final int MIN_VERSIONS = 2;

  private static final Duration UNPUBLISHED = Duration.ofDays(30);
  private static final Duration CHECKPOINTS = Duration.ofDays(7);
  private static final Duration LEASES = Duration.ofDays(1);
  private static final Duration UPLOADS = Duration.ofDays(7);
  private static final Duration BATCHES = Duration.ofDays(30);
  private static final System.Logger LOG = System.getLogger(Cleaner.class.getName());

  private final ObjectStore store;
  private final Instant now;

  /// @param store the store to clean
  /// @param now the time that ages refer to
  public Cleaner(ObjectStore store, Instant now) {
    this.store = store;
    this.now = now;
  }

  /// Deletes the models, checkpoints and leases of a dataset that nobody needs.
  ///
  /// @param current the dataset's current model
  /// @param keepVersions number of published versions that stay, at least 2
  /// @return the keys of the deleted objects
  public List<String> cleanModels(CurrentModel current, int keepVersions) throws IOException {
    Set<String> kept = kept(current, keepVersions);
    Set<String> published = new TreeSet<>();
    current
        .history()
        .forEach(
            each -> {
              published.add(each.model());
              published.add(each.scored());
            });
    List<String> deleted = new ArrayList<>();
    for (Map.Entry<String, List<ObjectInfo>> model : models(current.dataset()).entrySet()) {
      boolean isOver =
          !kept.contains(model.getKey())
              && (published.contains(model.getKey())
                  || model.getValue().stream().allMatch(object -> isOlder(object, UNPUBLISHED)));
      if (isOver) {
        deleteModel(model.getValue(), deleted);
      } else {
        for (ObjectInfo object : model.getValue()) {
          deleteIfAbandoned(object, deleted);
        }
      }
    }
    log(deleted);
    return deleted;
  }

  /// Deletes abandoned checkpoints, leases and uploads, and old batches, of all datasets.
  ///
  /// @return the keys of the deleted objects
  public List<String> cleanAbandoned() throws IOException {
    List<String> deleted = new ArrayList<>();
    for (String prefix : List.of("models/", "datasets/", StoreLayout.BATCHES)) {
      for (ObjectInfo object : store.list(prefix)) {
        if (prefix.equals(StoreLayout.BATCHES) && isOlder(object, BATCHES)) {
          delete(object, deleted);
        } else {
          deleteIfAbandoned(object, deleted);
        }
      }
    }
    for (ObjectInfo object : store.list(StoreLayout.INCOMING)) {
      if (isOlder(object, UPLOADS)) {
        delete(object, deleted);
      }
    }
    log(deleted);
    return deleted;
  }

  /// Returns the ids of the models that stay: the last versions, each with its scored twin. A version that
  /// was published again counts from then.
  private static Set<String> kept(CurrentModel current, int keepVersions) {
    Set<String> versions = new LinkedHashSet<>();
    Set<String> kept = new TreeSet<>();
    for (CurrentModel.Publication each : current.history()) {
      if (versions.size() < Math.max(MIN_VERSIONS, keepVersions)
          || versions.contains(each.model())) {
        versions.add(each.model());
        kept.add(each.model());
        kept.add(each.scored());
      }
    }
    return kept;
  }

  /// Returns a dataset's objects by model.
  private Map<String, List<ObjectInfo>> models(String dataset) throws IOException {
    String prefix = StoreLayout.models(dataset);
    Map<String, List<ObjectInfo>> models = new LinkedHashMap<>();
    for (ObjectInfo object : store.list(prefix)) {
      int end = object.key().indexOf('/', prefix.length());
      if (end > 0) {
        models
            .computeIfAbsent(object.key().substring(prefix.length(), end), _ -> new ArrayList<>())
            .add(object);
      }
    }
    return models;
  }

  /// Deletes a model, its manifest first: without it, the rest is no model.
  private void deleteModel(List<ObjectInfo> objects, List<String> deleted) throws IOException {
    for (boolean manifest : new boolean[] {true, false}) {
      for (ObjectInfo object : objects) {
        if (object.key().endsWith("/" + StoreLayout.MANIFEST) == manifest) {
          delete(object, deleted);
        }
      }
    }
  }

  private void deleteIfAbandoned(ObjectInfo object, List<String> deleted) throws IOException {
    String name = object.key().substring(object.key().lastIndexOf('/') + 1);
    if ((name.equals(StoreLayout.CHECKPOINT) && isOlder(object, CHECKPOINTS))
        || (name.startsWith(StoreLayout.LEASE) && isOlder(object, LEASES))) {
      delete(object, deleted);
    }
  }

  private boolean isOlder(ObjectInfo object, Duration age) {
    return object.lastModified().isBefore(now.minus(age));
  }

  private void delete(ObjectInfo object, List<String> deleted) throws IOException {
    store.delete(object.key());
    deleted.add(object.key());
  }

  private static void log(List<String> deleted) {
    if (!deleted.isEmpty()) {
      LOG.log(
          Level.INFO,
          "deleted {0} objects that nobody needs any more, {1} first",
          String.valueOf(deleted.size()),
          deleted.getFirst());
    }
  }
}
