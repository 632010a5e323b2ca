package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.IOException;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Decides which items may be recommended. An item must pass every filter that is set.
///
/// @param genres the item has at least one of these
/// @param yearFrom it is not older; items of unknown year do not pass
/// @param yearTo it is not newer; items of unknown year do not pass
/// @param minRatings it has at least this many training ratings
/// @param allow it is one of these
/// @param deny it is none of these, even if allowed
/// @param where its [attributes][ItemAttributes] have these values, by name: one, or one of a list
public record ItemFilter(
    @Nullable List<String> genres,
    @Nullable Integer yearFrom,
    @Nullable Integer yearTo,
    @Nullable Integer minRatings,
    @Nullable List<Id> allow,
    @Nullable List<Id> deny,
    @Nullable Map<String, Object> where) {
  /// Genres in a request.
  public static final int MAX_GENRES = 100;

  /// Values of an attribute in a request.
  public static final int MAX_VALUES = 100;

  private static final int MAX_GENRES_IN_MESSAGE = 30;

  /// Checks what can be checked without a model.
  public ItemFilter {
    if (genres != null) {
      RequestLimits.list("genres", genres, MAX_GENRES, "genres");
    }
    if (allow != null) {
      RequestLimits.list("allow", allow, RequestLimits.MAX_LISTED, "items");
    }
    if (deny != null && !deny.isEmpty()) {
      RequestLimits.list("deny", deny, RequestLimits.MAX_LISTED, "items");
    }
    if (yearFrom != null && yearTo != null && yearFrom > yearTo) {
      throw RequestException.invalid(
          "field 'yearFrom': "
              + yearFrom
              + " is after 'yearTo', "
              + yearTo
              + "; no item is in between");
    }
    if (minRatings != null && minRatings < 0) {
      throw RequestException.invalid(
          "field 'minRatings': expected a whole number of at least 0, found " + minRatings);
    }
    where = where == null || where.isEmpty() ? null : listed(where);
  }

  /// Returns the conditions in the order of their names, each as a list of values.
  private static Map<String, Object> listed(Map<String, Object> where) {
    Map<String, Object> listed = new TreeMap<>();
    where.forEach(
        (name, value) -> {
          String field = "where." + name.replaceAll("\\p{Cntrl}", "?");
          List<?> values = value instanceof List<?> list ? list : Collections.singletonList(value);
          if (value != null) {
            RequestLimits.list(field, values, MAX_VALUES, "values");
          }
          for (Object each : values) {
            requireValue(field, each);
          }
          listed.put(name, List.copyOf(values));
        });
    return Collections.unmodifiableMap(listed);
  }

  private static void requireValue(String field, @Nullable Object value) {
    boolean isNumber = value instanceof Number number && Double.isFinite(number.doubleValue());
    if (!isNumber && !(value instanceof String) && !(value instanceof Boolean)) {
      throw RequestException.invalid(
          "field '"
              + field
              + "': expected a string, a number, true or false, or a list of these, found "
              + switch (value) {
                case null -> "null";
                case Map<?, ?> _ -> "an object";
                case List<?> _ -> "a list in a list";
                default -> value.toString();
              });
    }
  }

  /// Returns the items that pass, or null if all do.
  ///
  /// @throws RequestException if the items do not have one of the genres or attributes
  @Nullable BitSet candidates(ItemCatalog catalog, ItemAttributes attributes) throws IOException {
    BitSet passing = null;
    if (genres != null) {
      passing = withGenres(catalog, genres);
    }
    if (allow != null) {
      BitSet allowed = items(catalog, "allow", allow);
      if (passing == null) {
        passing = allowed;
      } else {
        passing.and(allowed);
      }
    }
    if (where != null) {
      passing = passing == null ? all(catalog) : passing;
      for (Map.Entry<String, Object> condition : where.entrySet()) {
        passing.and(attributes.items(condition.getKey(), (List<?>) condition.getValue()));
      }
    }
    if (yearFrom != null || yearTo != null || (minRatings != null && minRatings > 0)) {
      passing = passing == null ? all(catalog) : passing;
      for (int item = passing.nextSetBit(0); item >= 0; item = passing.nextSetBit(item + 1)) {
        if (!passes(catalog, item)) {
          passing.clear(item);
        }
      }
    }
    if (deny != null) {
      passing = passing == null ? all(catalog) : passing;
      passing.andNot(items(catalog, "deny", deny));
    }
    return passing;
  }

  private boolean passes(ItemCatalog catalog, int item) {
    Integer year = catalog.year(item);
    return (minRatings == null || catalog.ratings(item) >= minRatings)
        && (yearFrom == null || (year != null && year >= yearFrom))
        && (yearTo == null || (year != null && year <= yearTo));
  }

  static BitSet all(ItemCatalog catalog) {
    BitSet all = new BitSet(catalog.size());
    all.set(0, catalog.size());
    return all;
  }

  /// Returns those of the items that the model knows.
  private static BitSet items(ItemCatalog catalog, String field, List<Id> itemIds) {
    BitSet items = new BitSet(catalog.size());
    for (Id itemId : itemIds) {
      int item = catalog.itemOf(catalog.convert(field, itemId));
      if (item >= 0) {
        items.set(item);
      }
    }
    return items;
  }

  private static BitSet withGenres(ItemCatalog catalog, List<String> genres) {
    Map<String, BitSet> itemsByGenre = catalog.genres();
    BitSet items = new BitSet(catalog.size());
    for (String genre : genres) {
      BitSet withGenre = itemsByGenre.get(genre);
      if (withGenre == null) {
        throw RequestException.invalid(
            String.format(
                Locale.ROOT,
                "field 'genres': %s is not a genre of this dataset; its genres are %s%s",
                ObjectKeys.quote(genre),
                String.join(
                    ", ", itemsByGenre.keySet().stream().limit(MAX_GENRES_IN_MESSAGE).toList()),
                itemsByGenre.size() > MAX_GENRES_IN_MESSAGE ? ", …" : ""));
      }
      items.or(withGenre);
    }
    return items;
  }
}
