package com.craftyverse.recsys.step;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What the `int32` ids in a dataset's ratings stand for: codes of a dictionary, or the ids themselves. Codes
/// ascend as the ids do.
///
/// @param users the dictionary of users; null if the ratings carry the users' ids
/// @param items the dictionary of items; null if the ratings carry the items' ids
public record DatasetIds(@Nullable IdTable users, @Nullable IdTable items) {
  /// Reads the dictionaries of a dataset.
  ///
  /// @param key the key of the dataset's manifest
  public static DatasetIds of(ObjectStore store, String key, Manifest dataset) throws IOException {
    return new DatasetIds(
        read(store, key, dataset, StoreLayout.USER_IDS, Schemas.USER_ID),
        read(store, key, dataset, StoreLayout.ITEM_IDS, Schemas.ITEM_ID));
  }

  /// Reads the dictionaries of a split: its own, or those of its dataset.
  ///
  /// @param key the key of the split's manifest
  public static DatasetIds ofSplit(ObjectStore store, String key, Manifest split)
      throws IOException {
    DatasetIds own = of(store, key, split);
    if (own.users != null && own.items != null) {
      return own;
    }
    String datasetKey = split.source(StepName.INGEST);
    DatasetIds dataset = of(store, datasetKey, Manifest.read(store, datasetKey, StepName.INGEST));
    return new DatasetIds(
        own.users == null ? dataset.users : own.users,
        own.items == null ? dataset.items : own.items);
  }

  private static @Nullable IdTable read(
      ObjectStore store, String manifestKey, Manifest manifest, String name, String column)
      throws IOException {
    if (!manifest.outputs().containsKey(name)) {
      return null;
    }
    String key = ObjectKeys.directoryOf(manifestKey) + name;
    try (ArrowFile file =
        ArrowObjects.open(store, key, column, type -> Schemas.dictionary(column, type))) {
      return IdTable.read(file, column);
    }
  }

  /// Returns the id of a user.
  ///
  /// @param code their id in the ratings
  /// @throws MalformedFileException if the dictionary does not have the code
  public Id user(int code) throws MalformedFileException {
    return ids(users, new int[] {code}, StoreLayout.USER_IDS).id(0);
  }

  /// Returns the id of an item.
  ///
  /// @param code its id in the ratings
  /// @throws MalformedFileException if the dictionary does not have the code
  public Id item(int code) throws MalformedFileException {
    return ids(items, new int[] {code}, StoreLayout.ITEM_IDS).id(0);
  }

  /// Returns the ids of users.
  ///
  /// @param codes their ids in the ratings, ascending
  /// @throws MalformedFileException if the dictionary does not have a code
  public IdTable users(int[] codes) throws MalformedFileException {
    return ids(users, codes, StoreLayout.USER_IDS);
  }

  /// Returns the ids of items.
  ///
  /// @param codes their ids in the ratings, ascending
  /// @throws MalformedFileException if the dictionary does not have a code
  public IdTable items(int[] codes) throws MalformedFileException {
    return ids(items, codes, StoreLayout.ITEM_IDS);
  }

  private static IdTable ids(@Nullable IdTable dictionary, int[] codes, String name)
      throws MalformedFileException {
    if (dictionary == null) {
      return IdTable.of(codes);
    }
    if (codes.length > 0 && codes[codes.length - 1] >= dictionary.size()) {
      throw new MalformedFileException(
          name,
          dictionary.size()
              + " rows, but the ratings have the code "
              + codes[codes.length - 1]
              + "; ingest the upload again");
    }
    return dictionary.select(codes);
  }
}
