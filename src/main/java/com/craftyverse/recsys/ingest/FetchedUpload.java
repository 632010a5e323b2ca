package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The files of an upload as local files, valid until closed.
///
/// @param objects the objects as they were fetched
/// @param files the files
record FetchedUpload(UploadObjects objects, List<FetchedObject> files) implements AutoCloseable {
  /// @throws RequestException if a file no longer exists
  static FetchedUpload of(ObjectStore store, UploadObjects objects) throws IOException {
    List<FetchedObject> files = new ArrayList<>();
    Map<String, ObjectInfo> fetched = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, ObjectInfo> part : objects.parts().entrySet()) {
        FetchedObject file = store.fetch(part.getValue().key());
        files.add(file);
        fetched.put(part.getKey(), file.info());
      }
      return new FetchedUpload(new UploadObjects(objects.key(), fetched), files);
    } catch (NoSuchObjectException e) {
      new FetchedUpload(objects, files).close();
      throw RequestException.notFound(
          "field 'key': the object "
              + ObjectKeys.quote(objects.key())
              + " no longer exists in the store");
    } catch (IOException | RuntimeException e) {
      new FetchedUpload(objects, files).close();
      throw e;
    }
  }

  /// Returns the local files by their names in messages.
  Map<String, Path> paths() {
    Map<String, Path> paths = new LinkedHashMap<>();
    int next = 0;
    for (String name : objects.parts().keySet()) {
      paths.put(name, files.get(next++).path());
    }
    return paths;
  }

  /// Returns the name in messages.
  String name() {
    return objects.name();
  }

  ObjectInfo info() {
    return objects.info();
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (FetchedObject file : files) {
      try {
        file.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
