package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// The files of the index, fetched and mapped.
final class TrainingInputs implements AutoCloseable {
  private final Deque<Closeable> open = new ArrayDeque<>();
  final ArrowFile training;
  final ArrowFile validation;
  final ArrowFile users;
  final ArrowFile items;
  final FetchedObject seen;

  /// Null if the items have no attributes.
  final @Nullable FetchedObject attributes;

  /// @param directory the index's directory
  /// @param hasAttributes whether the items have attributes
  TrainingInputs(ObjectStore store, String directory, boolean hasAttributes) throws IOException {
    try {
      this.training = register(ArrowObjects.open(store, directory + StoreLayout.TRAIN));
      this.validation = register(ArrowObjects.open(store, directory + StoreLayout.VALIDATION));
      this.users = register(ArrowObjects.open(store, directory + StoreLayout.USERS));
      this.items = register(ArrowObjects.open(store, directory + StoreLayout.ITEMS));
      this.seen = register(store.fetch(directory + StoreLayout.SEEN));
      this.attributes =
          hasAttributes ? register(store.fetch(directory + StoreLayout.ATTRIBUTES)) : null;
    } catch (IOException | RuntimeException e) {
      try (this) {
        throw e;
      }
    }
  }

  private <T extends Closeable> T register(T input) {
    open.push(input);
    return input;
  }

  @Override
  public void close() throws IOException {
    IOException problem = null;
    for (Closeable resource : open) {
      try {
        resource.close();
      } catch (IOException e) {
        problem = problem == null ? e : problem;
      }
    }
    if (problem != null) {
      throw problem;
    }
  }
}
