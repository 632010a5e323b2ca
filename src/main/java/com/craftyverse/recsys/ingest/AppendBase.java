package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.Progress;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The last version of a dataset that grows by deltas: what the next upload adds its rows to. It lies below `bases/`,
/// where nothing expires, and a new one replaces it.
///
/// @param dataset the dataset
/// @param version the version
/// @param manifest the key of its manifest, which may have expired
/// @param uploads the SHA-256 of every upload in it, the first one first
/// @param columns the columns of its first upload, which the others have too; null for MovieLens' own layouts
/// @param header whether the first line of its first upload names the columns
/// @param feedback whether its rows are ratings or choices
/// @param userIdType the type of its user ids
/// @param itemIdType the type of its item ids
record AppendBase(
    String dataset,
    String version,
    String manifest,
    List<String> uploads,
    @Nullable RatingsColumns columns,
    boolean header,
    Feedback feedback,
    IdType userIdType,
    IdType itemIdType) {
  private static final System.Logger LOG = System.getLogger(Ingest.class.getName());
  private static final String POINTER = "last.json";

  private static final List<String> FILES =
      List.of(
          StoreLayout.RATINGS,
          StoreLayout.ITEMS,
          StoreLayout.ATTRIBUTES,
          StoreLayout.TAGS,
          StoreLayout.LINKS,
          StoreLayout.USER_IDS,
          StoreLayout.ITEM_IDS);

  private static String directory(String dataset) {
    return StoreLayout.BASES + dataset + "/";
  }

  /// Returns the last version of a dataset; empty without one.
  static Optional<AppendBase> find(ObjectStore store, String dataset) throws IOException {
    String key = directory(dataset) + POINTER;
    try {
      return Optional.of(Json.read(store.read(key).content(), AppendBase.class, key));
    } catch (NoSuchObjectException e) {
      return Optional.empty();
    }
  }

  /// Copies the files of a version, makes it the last one, and deletes the one before.
  ///
  /// @param source the directory of the version
  void replace(ObjectStore store, String source) throws IOException {
    String target = directory(dataset) + version + "/";
    for (String file : FILES) {
      if (store.find(source + file).isPresent()) {
        Path copy = store.newTempFile();
        try (FetchedObject fetched = store.fetch(source + file)) {
          Files.copy(fetched.path(), copy, StandardCopyOption.REPLACE_EXISTING);
        }
        store.put(target + file, copy);
      }
    }
    store.put(directory(dataset) + POINTER, Json.write(this));
    for (ObjectInfo object : store.list(directory(dataset))) {
      boolean isOld =
          !object.key().startsWith(target) && !object.key().equals(directory(dataset) + POINTER);
      if (isOld) {
        store.delete(object.key());
      }
    }
  }

  /// Adds the ids to dictionaries, in the order of their codes, and the rows to a sink.
  void addRows(ObjectStore store, RatingsParser.Ids ids, RatingsParser.Sink sink)
      throws IOException {
    String directory = directory(dataset) + version + "/";
    addIds(store, directory + StoreLayout.USER_IDS, "userId", ids.users());
    addIds(store, directory + StoreLayout.ITEM_IDS, "itemId", ids.items());
    try (FetchedObject fetched = store.fetch(directory + StoreLayout.RATINGS);
        ArrowFile ratings = ArrowFile.open(fetched.path(), directory + StoreLayout.RATINGS)) {
      String label = StepName.INGEST + " " + dataset + ", reading the last version";
      RatingsRewriter.unchanged(ratings)
          .copyTo(sink, new Progress(LOG, label, "rows", ratings.rows()));
    }
  }

  private static void addIds(
      ObjectStore store, String key, String column, @Nullable IdDictionary ids) throws IOException {
    if (ids == null) {
      return;
    }
    try (FetchedObject fetched = store.fetch(key);
        ArrowFile file = ArrowFile.open(fetched.path(), key)) {
      for (RecordBatch batch : file.batches()) {
        boolean isText = file.columns().getFirst().equals(IdType.UTF8.column(column));
        String[] texts = isText ? batch.texts(column) : new String[0];
        for (int i = 0; i < batch.rows(); i++) {
          String id = isText ? texts[i] : Long.toString(batch.longs(column).get(i));
          byte[] bytes = (id + "        ").getBytes(StandardCharsets.UTF_8);
          int _ = ids.code(bytes, 0, bytes.length - Long.BYTES);
        }
      }
    }
  }

  /// Returns the expected format of an upload that adds to this version: with its columns and types of ids.
  RatingsFormat format(RatingsFormat declared) {
    RatingsFormatBuilder format =
        RatingsFormatBuilder.builder(declared).ids(new IdTypes(userIdType, itemIdType));
    if (columns != null && declared.columns() == null) {
      format.columns(columns).header(header);
    }
    return format.build();
  }

  /// Checks that an upload has rows of the kind that this version has.
  ///
  /// @throws RequestException if it has ratings and this version choices, or the other way round
  void requireSameKind(RatingsLayout layout, String file) {
    if (layout.feedback() != feedback) {
      throw RequestException.unprocessable(
          file
              + " has "
              + layout.feedback()
              + ", but the version that it adds to has "
              + feedback
              + "; settings.json: \"append\": false");
    }
  }

  /// Adds the items of the version to those of an upload, which win.
  void addItems(ObjectStore store, Movies items) throws IOException {
    String directory = directory(dataset) + version + "/";
    if (store.find(directory + StoreLayout.ITEMS).isEmpty()) {
      return;
    }
    try (FetchedObject earlier = store.fetch(directory + StoreLayout.ITEMS)) {
      if (store.find(directory + StoreLayout.ATTRIBUTES).isEmpty()) {
        items.addEarlier(earlier.path(), Optional.empty());
        return;
      }
      try (FetchedObject attributes = store.fetch(directory + StoreLayout.ATTRIBUTES)) {
        items.addEarlier(earlier.path(), Optional.of(attributes.path()));
      }
    }
  }

  /// Returns a file of the version, if it has it.
  Optional<FetchedObject> file(ObjectStore store, String name) throws IOException {
    String key = directory(dataset) + version + "/" + name;
    return store.find(key).isPresent() ? Optional.of(store.fetch(key)) : Optional.empty();
  }

  /// Returns the uploads with another one added.
  List<String> uploadsAnd(String sha256) {
    List<String> all = new ArrayList<>(uploads);
    all.add(sha256);
    return all;
  }
}
