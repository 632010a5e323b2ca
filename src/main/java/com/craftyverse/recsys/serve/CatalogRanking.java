package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.model.ItemFactors;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.util.BitSet;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// How `recommend` ranks a model's catalogue for known users: the items to choose from, and the
/// factors that score them. It lets other code rank for many users at once by the same rules.
/// Immutable.
public final class CatalogRanking {
  private final ItemCatalog catalog;
  private final RankBy rankedBy;
  private final int[] candidates;

  private CatalogRanking(ItemCatalog catalog, RankBy rankedBy, int[] candidates) {
    this.catalog = catalog;
    this.rankedBy = rankedBy;
    this.candidates = candidates;
  }

  /// Returns the order of a known user's recommendations.
  ///
  /// @param requested null for the best one that the model allows
  /// @throws RequestException if the model cannot rank this way
  public static RankBy rankBy(ModelCard card, @Nullable RankBy requested) {
    return Recommender.rankBy(card, requested);
  }

  /// Reads the items of a model.
  ///
  /// @param directory the model's directory, with a trailing slash
  /// @param items the model's `items.arrow`; may be closed afterwards
  /// @param rankedBy `preference` or `rating`, which the model must be able to rank by
  /// @throws RequestException if the items do not have one of the filter's genres or attributes
  /// @throws MalformedFileException if the file is damaged or does not match the card
  public static CatalogRanking of(
      ObjectStore store,
      String directory,
      ModelCard card,
      ArrowFile items,
      ItemFilter filter,
      RankBy rankedBy)
      throws IOException {
    ItemCatalog catalog = ItemCatalog.of(items, card);
    BitSet passing = filter.candidates(catalog, new ItemAttributes(store, directory, card));
    return new CatalogRanking(
        catalog,
        rankedBy,
        passing == null
            ? IntStream.range(0, catalog.size()).toArray()
            : passing.stream().toArray());
  }

  /// Returns the items to choose from, by number, ascending; do not modify the array.
  public int[] candidates() {
    return candidates;
  }

  /// Returns the ids of all items, by number.
  public IdTable itemIds() {
    return catalog.ids();
  }

  /// Returns the factors and biases of all items in the model that ranks.
  public ItemFactors factors() {
    return rankedBy == RankBy.preference
        ? Objects.requireNonNull(catalog.rankingFactors())
        : catalog.factors();
  }
}
