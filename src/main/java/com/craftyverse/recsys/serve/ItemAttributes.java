package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.Texts;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What is known of a model's items besides titles, genres and years. Thread-safe.
///
/// The first request that needs it reads `attributes.arrow`, and the first that filters by an attribute
/// indexes it; both stay in memory.
final class ItemAttributes {
  private static final int MAX_NAMES_IN_MESSAGE = 30;

  private final ObjectStore store;
  private final String key;
  private final ModelCard card;
  private final Map<String, AttributeIndex> indexes = new ConcurrentHashMap<>();
  private volatile @Nullable Map<String, Texts> columns;

  /// @param directory the model's directory, with a trailing slash
  ItemAttributes(ObjectStore store, String directory, ModelCard card) {
    this(store, directory + StoreLayout.ATTRIBUTES, card, null);
  }

  private ItemAttributes(
      ObjectStore store, String key, ModelCard card, @Nullable Map<String, Texts> columns) {
    this.store = store;
    this.key = key;
    this.card = card;
    this.columns = columns;
  }

  /// Returns the same attributes, read from another client of the store.
  ItemAttributes withStore(ObjectStore other) {
    return new ItemAttributes(other, key, card, columns);
  }

  /// Returns the attributes' names, as in the upload.
  List<String> names() {
    return card.attributes();
  }

  /// Checks that the file is there if the model has attributes.
  ///
  /// @throws NoSuchObjectException otherwise
  void requireFile() throws IOException {
    if (!names().isEmpty() && store.find(key).isEmpty()) {
      throw new NoSuchObjectException(key);
    }
  }

  /// Returns the values of an item by the attributes' names; null if no item has any.
  ///
  /// @throws MalformedFileException if the file is damaged or does not match the card
  @Nullable Map<String, String> of(int item) throws IOException {
    if (names().isEmpty()) {
      return null;
    }
    Map<String, String> values = new LinkedHashMap<>();
    columns()
        .forEach(
            (name, texts) -> {
              if (texts.bytes(item) > 0) {
                values.put(name, texts.get(item));
              }
            });
    return values;
  }

  /// Returns the items that have one of the values of an attribute.
  ///
  /// @param values texts, numbers and truth values; one that no item has adds none
  /// @throws RequestException if there is no such attribute
  /// @throws MalformedFileException if the file is damaged or does not match the card
  BitSet items(String name, List<?> values) throws IOException {
    if (!names().contains(name)) {
      throw RequestException.invalid(unknown(name));
    }
    AttributeIndex index = indexes.get(name);
    if (index == null) {
      Texts texts = Objects.requireNonNull(columns().get(name));
      index = indexes.computeIfAbsent(name, _ -> new AttributeIndex(texts));
    }
    BitSet items = new BitSet(card.items());
    for (Object value : values) {
      index.add(value, items);
    }
    return items;
  }

  private String unknown(String name) {
    List<String> names = names();
    return "field 'where': the items of this dataset have no attribute "
        + ObjectKeys.quote(name)
        + (names.isEmpty()
            ? "; this model has none"
            : "; they have "
                + String.join(", ", names.subList(0, Math.min(names.size(), MAX_NAMES_IN_MESSAGE)))
                + (names.size() > MAX_NAMES_IN_MESSAGE ? ", …" : ""));
  }

  private Map<String, Texts> columns() throws IOException {
    Map<String, Texts> read = columns;
    if (read == null) {
      synchronized (this) {
        read = columns;
        if (read == null) {
          read = read();
          columns = read;
        }
      }
    }
    return read;
  }

  private Map<String, Texts> read() throws IOException {
    ArrowFile file = ArrowFile.of(store.read(key).content(), key);
    file.require(Schemas.attributes(names()));
    if (file.rows() != card.items()) {
      throw file.malformed(file.rows() + " rows, but model.json says " + card.items());
    }
    Map<String, Texts> read = new LinkedHashMap<>();
    for (String name : names()) {
      read.put(name, Texts.read(file, name));
    }
    return read;
  }
}
