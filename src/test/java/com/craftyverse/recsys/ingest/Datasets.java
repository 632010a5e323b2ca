package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.storage.LocalObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Reads datasets as tests expect them.
final class Datasets {
  private Datasets() {}

  /// Returns the rows with their ids: `user,item,rating,time`.
  static List<String> rows(LocalObjectStore store, IngestResult result) throws IOException {
    String prefix = StoreLayout.datasetDirectory(result.dataset(), result.version());
    List<String> users = ids(store, prefix + StoreLayout.USER_IDS, "userId");
    List<String> items = ids(store, prefix + StoreLayout.ITEM_IDS, "itemId");
    List<String> rows = new ArrayList<>();
    byte[] file = store.read(prefix + StoreLayout.RATINGS).content();
    for (RecordBatch batch : ArrowFile.of(file, "ratings").batches()) {
      for (int i = 0; i < batch.rows(); i++) {
        int user = batch.ints("userId").get(i);
        int item = batch.ints("itemId").get(i);
        rows.add(
            (users.isEmpty() ? "" + user : users.get(user))
                + ","
                + (items.isEmpty() ? "" + item : items.get(item))
                + ","
                + batch.floats("rating").get(i)
                + ","
                + batch.longs("timestamp").get(i));
      }
    }
    return rows;
  }

  private static List<String> ids(LocalObjectStore store, String key, String column)
      throws IOException {
    if (store.find(key).isEmpty()) {
      return List.of();
    }
    List<String> ids = new ArrayList<>();
    ArrowFile file = ArrowFile.of(store.read(key).content(), key);
    boolean isText = file.columns().getFirst().equals(Column.utf8(column));
    for (RecordBatch batch : file.batches()) {
      for (int i = 0; i < batch.rows(); i++) {
        ids.add(isText ? batch.texts(column)[i] : "" + batch.longs(column).get(i));
      }
    }
    return ids;
  }
}
