package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.StepRunner;
import com.craftyverse.recsys.step.StepSpec;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// Twins of an ingested dataset that have other ids, with the dictionaries that they need.
public final class CodedDatasets {
  private CodedDatasets() {}

  /// Returns the twin's id for an id. It keeps the order.
  public static Id id(IdType type, int id) {
    return switch (type) {
      case INT32 -> Id.of(id);
      case INT64 -> Id.of((id - 20) * 1_000_000_000_007L);
      case UTF8 -> Id.of(String.format("ü-%07d 🎬", id));
    };
  }

  /// Writes a twin whose ids are those of [#id].
  ///
  /// @param manifest the key of the ingested dataset's manifest
  /// @param dataset the twin's name
  /// @return the key of its manifest
  public static String write(ObjectStore store, String manifest, String dataset, IdType type)
      throws IOException {
    return write(store, manifest, dataset, type, id -> id(type, id));
  }

  /// Writes a twin.
  ///
  /// @param ids the twin's id for each id, in the same order
  public static String write(
      ObjectStore store, String manifest, String dataset, IdType type, IntFunction<Id> ids)
      throws IOException {
    Manifest original = Manifest.read(store, manifest, StepName.INGEST);
    IngestFigures figures = original.figures(IngestFigures.class);
    String directory = ObjectKeys.directoryOf(manifest);
    return new StepRunner(store)
        .run(
            new StepSpec(StepName.INGEST, dataset, Map.of("twin", original.id() + type), figures),
            StoreLayout.datasetDirectory(dataset, type + "-" + original.id()),
            Map.of(),
            IngestFigures.class,
            output -> {
              int[] users = distinct(store, directory, Schemas.USER_ID);
              int[] items = distinct(store, directory, Schemas.ITEM_ID);
              output.write(
                  StoreLayout.USER_IDS,
                  path -> writeDictionary(path, Schemas.USER_ID, type, users, ids));
              output.write(
                  StoreLayout.ITEM_IDS,
                  path -> writeDictionary(path, Schemas.ITEM_ID, type, items, ids));
              output.write(
                  StoreLayout.RATINGS, path -> writeRatings(path, store, directory, users, items));
              output.write(
                  StoreLayout.ITEMS, path -> writeItems(path, store, directory, type, ids));
              return figures;
            })
        .manifest();
  }

  private static int[] distinct(ObjectStore store, String directory, String column)
      throws IOException {
    try (ArrowFile file = ArrowObjects.open(store, directory + StoreLayout.RATINGS)) {
      return file.batches().stream()
          .flatMapToInt(batch -> Arrays.stream(batch.ints(column).toArray()))
          .sorted()
          .distinct()
          .toArray();
    }
  }

  private static void writeDictionary(
      Path path, String column, IdType type, int[] originals, IntFunction<Id> ids)
      throws IOException {
    try (ArrowFileWriter writer =
        ArrowFileWriter.create(path, Schemas.dictionary(column, type), Map.of())) {
      writer.writeBatch(
          originals.length,
          column(type, Arrays.stream(originals).mapToObj(ids).toList())
              .toArray(MemorySegment[]::new));
    }
  }

  /// Returns the buffers of a column of ids, which need not ascend.
  private static List<MemorySegment> column(IdType type, List<Id> ids) {
    if (type == IdType.UTF8) {
      Buffers.Text texts = Buffers.text(ids.stream().map(Id::toString).toList());
      return List.of(texts.offsets(), texts.data());
    }
    long[] numbers = ids.stream().mapToLong(id -> Long.parseLong(id.toString())).toArray();
    return List.of(Buffers.of(numbers, numbers.length));
  }

  private static void writeRatings(
      Path path, ObjectStore store, String directory, int[] users, int[] items) throws IOException {
    try (ArrowFile file = ArrowObjects.open(store, directory + StoreLayout.RATINGS);
        ArrowFileWriter writer = ArrowFileWriter.create(path, Schemas.RATINGS, Map.of())) {
      for (RecordBatch batch : file.batches()) {
        writer.writeBatch(
            batch.rows(),
            codes(batch.ints(Schemas.USER_ID).toArray(), users),
            codes(batch.ints(Schemas.ITEM_ID).toArray(), items),
            batch.data("rating"),
            batch.data("timestamp"));
      }
    }
  }

  private static MemorySegment codes(int[] ids, int[] dictionary) {
    return MemorySegment.ofArray(
        Arrays.stream(ids).map(id -> Arrays.binarySearch(dictionary, id)).toArray());
  }

  /// Returns a column's offsets, which a batch without rows may omit.
  private static MemorySegment offsets(RecordBatch batch, String path) throws IOException {
    MemorySegment offsets = batch.offsets(path).data();
    return offsets.byteSize() == 0 ? MemorySegment.ofArray(new int[1]) : offsets;
  }

  private static void writeItems(
      Path path, ObjectStore store, String directory, IdType type, IntFunction<Id> ids)
      throws IOException {
    try (ArrowFile file = ArrowObjects.open(store, directory + StoreLayout.ITEMS);
        ArrowFileWriter writer = ArrowFileWriter.create(path, Schemas.items(type), Map.of())) {
      for (RecordBatch batch : file.batches()) {
        int[] originals = batch.ints(Schemas.ITEM_ID).toArray();
        List<MemorySegment> buffers =
            new ArrayList<>(column(type, IntStream.of(originals).mapToObj(ids).toList()));
        buffers.add(offsets(batch, "title"));
        buffers.add(batch.data("title"));
        buffers.add(offsets(batch, "genres"));
        buffers.add(offsets(batch, "genres.item"));
        buffers.add(batch.data("genres.item"));
        buffers.add(batch.data("year"));
        writer.writeBatch(batch.rows(), buffers.toArray(MemorySegment[]::new));
      }
    }
  }
}
