package com.craftyverse.recsys.index;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.Schemas;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A writer for an index's `items.arrow`: the items of the training set by dense index, with title, genres
/// and year from the dataset's `items.arrow`. An item without a description has an empty title, no genres and
/// year 0.
final class ItemTable {
  private ItemTable() {}

  /// @param recent the number of recent ratings of each item
  static void write(Path path, ArrowFile ingestedItems, IdVocabulary items, int[] recent)
      throws IOException {
    int count = items.size();
    String[] titles = new String[count];
    int[] years = new int[count];
    List<List<String>> genres = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      titles[i] = "";
      genres.add(List.of());
    }
    for (RecordBatch batch : ingestedItems.batches()) {
      IntColumn ids = batch.ints("itemId");
      IntColumn batchYears = batch.ints("year");
      String[] batchTitles = batch.texts("title");
      IntColumn genreOffsets = batch.offsets("genres");
      List<String> batchGenres = List.of(batch.texts("genres.item"));
      for (int i = 0; i < batch.rows(); i++) {
        int item = items.indexOf(ids.get(i));
        if (item >= 0) {
          titles[item] = batchTitles[i];
          years[item] = batchYears.get(i);
          genres.set(item, batchGenres.subList(genreOffsets.get(i), genreOffsets.get(i + 1)));
        }
      }
    }
    int[] offsets = new int[count + 1];
    List<String> allGenres = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      allGenres.addAll(genres.get(i));
      offsets[i + 1] = allGenres.size();
    }
    Buffers.Text titleTexts = Buffers.text(List.of(titles));
    Buffers.Text genreTexts = Buffers.text(allGenres);
    try (ArrowFileWriter writer = ArrowFileWriter.create(path, Schemas.INDEX_ITEMS, Map.of())) {
      writer.writeBatch(
          count,
          Buffers.of(items.ids(), count),
          titleTexts.offsets(),
          titleTexts.data(),
          Buffers.of(offsets, count + 1),
          genreTexts.offsets(),
          genreTexts.data(),
          Buffers.of(years, count),
          Buffers.of(items.counts(), count),
          Buffers.of(recent, count));
    }
  }
}
