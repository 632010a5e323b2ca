package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/// The files of the index, fetched and mapped.
final class TrainingInputs implements AutoCloseable {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  final ArrowFile training;
  final ArrowFile validation;
  final ArrowFile users;
  final ArrowFile items;
  final FetchedObject seen;

  /// @param directory the index's directory
  TrainingInputs(ObjectStore store, String directory) throws IOException {
    try {
      this.training = map(store, directory + StoreLayout.TRAIN);
      this.validation = map(store, directory + StoreLayout.VALIDATION);
      this.users = map(store, directory + StoreLayout.USERS);
      this.items = map(store, directory + StoreLayout.ITEMS);
      this.seen = fetch(store, directory + StoreLayout.SEEN);
    } catch (IOException | RuntimeException e) {
      try (this) {
        throw e;
      }
    }
  }

  private FetchedObject fetch(ObjectStore store, String key) throws IOException {
    FetchedObject object = store.fetch(key);
    open.push(object);
    return object;
  }

  private ArrowFile map(ObjectStore store, String key) throws IOException {
    ArrowFile file = ArrowFile.open(fetch(store, key).path(), key);
    open.push(file);
    return file;
  }

  @Override
  public void close() throws IOException {
    IOException problem = null;
    for (AutoCloseable resource : open) {
      try {
        resource.close();
      } catch (Exception e) {
        problem = problem == null ? new IOException("cannot release an input", e) : problem;
      }
    }
    if (problem != null) {
      throw problem;
    }
  }
}
