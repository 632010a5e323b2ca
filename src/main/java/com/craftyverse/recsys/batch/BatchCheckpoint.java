package com.craftyverse.recsys.batch;

import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// The object `checkpoint` in a batch's directory: the parts that are whole. It exists while the
/// batch is unfinished.
final class BatchCheckpoint {
  /// A part.
  ///
  /// @param name the file's name
  /// @param bytes its size
  /// @param users number of users in it
  /// @param rows number of its rows
  record Part(String name, long bytes, int users, long rows) {}

  /// The parts that are whole, the first ones of the batch.
  ///
  /// @param id the batch's id
  record Parts(String id, List<Part> parts) {}

  private final ObjectStore store;
  private final String directory;
  private final String id;

  /// @param directory the batch's directory, with a trailing slash
  BatchCheckpoint(ObjectStore store, String directory, String id) {
    this.store = store;
    this.directory = directory;
    this.id = id;
  }

  /// Returns the parts of an earlier call that are still there, up to the first one that is not.
  List<Part> read() throws IOException {
    Parts read;
    try {
      String key = directory + StoreLayout.CHECKPOINT;
      read = Json.read(store.read(key).content(), Parts.class, key);
    } catch (NoSuchObjectException | MalformedFileException e) {
      return List.of(); // the batch begins at its first part
    }
    if (!read.id.equals(id)) {
      return List.of();
    }
    int whole = 0;
    while (whole < read.parts.size() && isThere(read.parts.get(whole), whole)) {
      whole++;
    }
    return read.parts.subList(0, whole);
  }

  private boolean isThere(Part part, int number) throws IOException {
    Optional<ObjectInfo> object = store.find(directory + part.name);
    return part.name.equals(StoreLayout.part(number))
        && object.isPresent()
        && object.get().size() == part.bytes;
  }

  void write(List<Part> parts) throws IOException {
    store.put(directory + StoreLayout.CHECKPOINT, Json.write(new Parts(id, parts)));
  }

  void delete() throws IOException {
    store.delete(directory + StoreLayout.CHECKPOINT);
  }
}
