package com.craftyverse.recsys.index;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.columnar.Texts;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.Schemas;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// A writer for an index's `items.arrow`: the items of the training set by dense index, with title, genres
/// and year from the dataset's `items.arrow`. An item without a description has an empty title, no genres and
/// year 0. Also for its `attributes.arrow`, in the same rows.
final class ItemTable {
  private ItemTable() {}

  /// @param ids the ids of the items
  /// @param ratings the number of ratings of each item
  /// @param recent the number of recent ratings of each item
  static void write(Path path, ArrowFile ingestedItems, IdTable ids, int[] ratings, int[] recent)
      throws IOException {
    int count = ids.size();
    String[] titles = new String[count];
    int[] years = new int[count];
    List<List<String>> genres = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      titles[i] = "";
      genres.add(List.of());
    }
    IdTable ingestedIds = IdTable.readUnordered(ingestedItems, Schemas.ITEM_ID);
    for (RecordBatch batch : ingestedItems.batches()) {
      int first = (int) batch.firstRow();
      IntColumn batchYears = batch.ints("year");
      String[] batchTitles = batch.texts("title");
      IntColumn genreOffsets = batch.offsets("genres");
      List<String> batchGenres = List.of(batch.texts("genres.item"));
      for (int i = 0; i < batch.rows(); i++) {
        int item = ids.indexOf(ingestedIds.id(first + i));
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
    List<MemorySegment> buffers = new ArrayList<>(ids.buffers(0, count));
    buffers.add(titleTexts.offsets());
    buffers.add(titleTexts.data());
    buffers.add(Buffers.of(offsets, count + 1));
    buffers.add(genreTexts.offsets());
    buffers.add(genreTexts.data());
    buffers.add(Buffers.of(years, count));
    buffers.add(Buffers.of(ratings, count));
    buffers.add(Buffers.of(recent, count));
    try (ArrowFileWriter writer =
        ArrowFileWriter.create(path, Schemas.indexItems(ids.type()), Map.of())) {
      writer.writeBatch(count, buffers.toArray(MemorySegment[]::new));
    }
  }

  /// Writes the attributes that the dataset has of the items.
  ///
  /// @param ingestedAttributes the dataset's, in the rows of its items
  /// @throws com.craftyverse.recsys.columnar.MalformedFileException if they are not
  static void writeAttributes(
      Path path, ArrowFile ingestedItems, ArrowFile ingestedAttributes, IdTable ids)
      throws IOException {
    List<Column> columns =
        Schemas.attributes(ingestedAttributes.columns().stream().map(Column::name).toList());
    ingestedAttributes.require(columns);
    if (ingestedAttributes.rows() != ingestedItems.rows()) {
      throw ingestedAttributes.malformed(
          ingestedAttributes.rows() + " rows, but there are " + ingestedItems.rows() + " items");
    }
    int count = ids.size();
    int[] rows = new int[count];
    Arrays.fill(rows, -1);
    IdTable ingestedIds = IdTable.readUnordered(ingestedItems, Schemas.ITEM_ID);
    for (int row = 0; row < ingestedIds.size(); row++) {
      int item = ids.indexOf(ingestedIds.id(row));
      if (item >= 0) {
        rows[item] = row;
      }
    }
    List<MemorySegment> buffers = new ArrayList<>();
    for (Column column : columns) {
      Buffers.Text texts =
          Texts.read(ingestedAttributes, column.name()).select(rows).buffers(0, count);
      buffers.add(texts.offsets());
      buffers.add(texts.data());
    }
    try (ArrowFileWriter writer = ArrowFileWriter.create(path, columns, Map.of())) {
      writer.writeBatch(count, buffers.toArray(MemorySegment[]::new));
    }
  }
}
