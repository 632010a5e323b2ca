package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.columnar.Texts;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.model.ItemFactors;
import com.craftyverse.recsys.step.BackgroundTask;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A model's items in memory: ids, factors and metadata. Items are numbered in the order of their
/// ids.
final class ItemCatalog {
  private final IdTable ids;
  private final int[] years;
  private final int[] ratings;
  private final int[] recentRatings;
  private final boolean hasRecentRatings;
  private final ItemFactors factors;
  private final @Nullable ItemFactors rankingFactors;
  private final Texts titles;
  private final Texts genreNames;

  /// Where each item's genres begin in the names, plus the end of the last.
  private final int[] genreStarts;

  private volatile @Nullable Map<String, BitSet> genres;
  private volatile float @Nullable [] norms;
  private volatile float @Nullable [] popularity;
  private volatile float @Nullable [] recentPopularity;
  private volatile int @Nullable [] byRatings;
  private volatile @Nullable ItemSearch search;

  /// Titles and genres; the genres of item `i` are names `genreStarts[i]` to `genreStarts[i + 1] - 1`.
  private record Descriptions(Texts titles, Texts genreNames, int[] genreStarts) {}

  private ItemCatalog(
      IdTable ids,
      int[] years,
      int[] ratings,
      int[] recentRatings,
      ItemFactors factors,
      @Nullable ItemFactors rankingFactors,
      Descriptions descriptions) {
    this.ids = ids;
    this.years = years;
    this.ratings = ratings;
    this.recentRatings = recentRatings;
    this.hasRecentRatings = hasPositive(recentRatings);
    this.factors = factors;
    this.rankingFactors = rankingFactors;
    this.titles = descriptions.titles;
    this.genreNames = descriptions.genreNames;
    this.genreStarts = descriptions.genreStarts;
  }

  private static boolean hasPositive(int[] values) {
    for (int value : values) {
      if (value > 0) {
        return true;
      }
    }
    return false;
  }

  /// Returns the items of a model's `items.arrow`.
  ///
  /// @throws MalformedFileException if the file is damaged or does not match the card
  static ItemCatalog of(ArrowFile file, ModelCard card) throws IOException {
    file.require(
        Schemas.modelItems(
            IdType.of(file, Schemas.ITEM_ID), card.factors(), card.rankingFactors()));
    int items = card.items();
    if (file.rows() != items) {
      throw file.malformed(file.rows() + " rows, but model.json says " + items);
    }
    int[] years = new int[items];
    int[] ratings = new int[items];
    int[] recentRatings = new int[items];
    // The ranking vectors are the larger part of the file; lay them out in parallel with the rest.
    BackgroundTask<ItemFactors> ranking =
        card.ranking() == null
            ? null
            : BackgroundTask.start("ranking-vectors", () -> rankingFactors(file, card));
    ItemFactors factors = new ItemFactors(items, card.factors());
    for (RecordBatch batch : file.batches()) {
      int first = (int) batch.firstRow();
      copy(batch, "year", years);
      copy(batch, "ratings", ratings);
      copy(batch, "recentRatings", recentRatings);
      if (card.hasRatings()
          && !factors.set(first, batch.floats("vector.item"), batch.floats("bias"))) {
        throw invalidValues(file, batch);
      }
    }
    return new ItemCatalog(
        IdTable.read(file, Schemas.ITEM_ID),
        years,
        ratings,
        recentRatings,
        factors,
        ranking == null ? null : ranking.await("loading a model"),
        new Descriptions(
            Texts.read(file, "title"), Texts.read(file, "genres.item"), genreStarts(file)));
  }

  private static ItemFactors rankingFactors(ArrowFile file, ModelCard card)
      throws MalformedFileException {
    ItemFactors factors = new ItemFactors(card.items(), card.rankingFactors());
    for (RecordBatch batch : file.batches()) {
      FloatColumn vectors = batch.floats("rankingVector.item");
      if (!factors.set((int) batch.firstRow(), batch.rows(), vectors)) {
        throw invalidValues(file, batch);
      }
    }
    return factors;
  }

  private static MalformedFileException invalidValues(ArrowFile file, RecordBatch batch) {
    return file.malformed(
        "record batch " + batch.index() + ": a factor or bias is NaN, infinite or too large");
  }

  private static void copy(RecordBatch batch, String column, int[] target) {
    batch.ints(column).copyTo(0, target, (int) batch.firstRow(), batch.rows());
  }

  /// Returns where each item's genres begin in the names of all batches, plus the end of the last.
  private static int[] genreStarts(ArrowFile file) throws MalformedFileException {
    int[] starts = new int[Math.toIntExact(file.rows()) + 1];
    int rows = 0;
    for (RecordBatch batch : file.batches()) {
      int[] bounds = batch.offsets("genres").toArray();
      for (int i = 1; i < bounds.length; i++, rows++) {
        starts[rows + 1] = starts[rows] + bounds[i] - bounds[i - 1];
      }
    }
    return starts;
  }

  int size() {
    return ids.size();
  }

  /// Returns the ids by number.
  IdTable ids() {
    return ids;
  }

  /// Returns an id of a request as the model writes it.
  ///
  /// @param field the field that holds the id
  /// @throws RequestException if it is a text, but the model's ids are numbers
  Id convert(String field, Id itemId) {
    Id converted = ids.convert(itemId);
    if (converted == null) {
      throw RequestException.invalid(
          "field '"
              + field
              + "': the item ids of this dataset are whole numbers, found the string "
              + ObjectKeys.quote(itemId.toString()));
    }
    return converted;
  }

  /// Returns the number of an item, negative if the model does not know it.
  int itemOf(Id itemId) {
    return ids.indexOf(itemId);
  }

  Id itemId(int item) {
    return ids.id(item);
  }

  /// Returns the rating model's factors; of length 0 without one.
  ItemFactors factors() {
    return factors;
  }

  /// Returns the ranking model's factors, null if there is none.
  @Nullable ItemFactors rankingFactors() {
    return rankingFactors;
  }

  /// Returns the vectors that similarity uses: the ranking model's if it has one.
  ItemFactors similarityFactors() {
    return rankingFactors == null ? factors : rankingFactors;
  }

  /// Returns the title, null if unknown.
  @Nullable String title(int item) {
    String title = titles.get(item);
    return title.isEmpty() ? null : title;
  }

  /// Returns the year, null if unknown.
  @Nullable Integer year(int item) {
    return years[item] == 0 ? null : years[item];
  }

  int ratings(int item) {
    return ratings[item];
  }

  int ratings(int item, Period period) {
    return period == Period.recent ? recentRatings[item] : ratings[item];
  }

  /// Returns the period that is counted if the given one is asked for. It is `all` if no training rating
  /// is later than most of the others, because then none can be called recent.
  Period availablePeriod(Period period) {
    return hasRecentRatings ? period : Period.all;
  }

  /// Returns the number of ratings of each item in a period, as scores; do not modify the array.
  float[] popularity(Period period) {
    float[] counts = period == Period.recent ? recentPopularity : popularity;
    if (counts == null) {
      counts = new float[ids.size()];
      for (int item = 0; item < counts.length; item++) {
        counts[item] = ratings(item, period);
      }
      if (period == Period.recent) {
        recentPopularity = counts;
      } else {
        popularity = counts;
      }
    }
    return counts;
  }

  /// Returns the genres.
  List<String> genres(int item) {
    List<String> names = new ArrayList<>();
    for (int i = genreStarts[item]; i < genreStarts[item + 1]; i++) {
      names.add(genreNames.get(i));
    }
    return names;
  }

  /// Returns the items of each genre, by name.
  Map<String, BitSet> genres() {
    Map<String, BitSet> itemsByGenre = genres;
    if (itemsByGenre == null) {
      itemsByGenre = new TreeMap<>();
      for (int item = 0; item < ids.size(); item++) {
        for (String name : genres(item)) {
          itemsByGenre.computeIfAbsent(name, _ -> new BitSet(ids.size())).set(item);
        }
      }
      genres = itemsByGenre;
    }
    return itemsByGenre;
  }

  /// Returns all items, those with the most ratings first, equal ones by id; do not modify the array.
  int[] byRatings() {
    int[] items = byRatings;
    if (items == null) {
      long[] keys = new long[ids.size()];
      for (int item = 0; item < keys.length; item++) {
        keys[item] = ((long) -ratings[item] << 32) | item;
      }
      Arrays.sort(keys);
      items = new int[keys.length];
      for (int i = 0; i < items.length; i++) {
        items[i] = (int) keys[i];
      }
      byRatings = items;
    }
    return items;
  }

  /// Returns the search index. The first call builds it; others wait for it.
  ItemSearch search() {
    ItemSearch index = search;
    if (index == null) {
      synchronized (this) {
        index = search;
        if (index == null) {
          index = ItemSearch.of(this);
          search = index;
        }
      }
    }
    return index;
  }

  /// Returns the lengths of the vectors of [#similarityFactors].
  float[] norms() {
    float[] lengths = norms;
    if (lengths == null) {
      lengths = similarityFactors().norms();
      norms = lengths;
    }
    return lengths;
  }
}
