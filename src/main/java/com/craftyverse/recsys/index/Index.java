package com.craftyverse.recsys.index;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.BlockGrid;
import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.index.SplitSizes.SplitSet;
import com.craftyverse.recsys.step.DatasetIds;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.Progress;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.StepRunner;
import com.craftyverse.recsys.step.StepSpec;
import com.craftyverse.recsys.step.WorkerPool;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The index step: maps a split to dense indices, drops rows whose user or item is not in training, writes
/// the training set in blocks and by rows, and reports on data quality.
public final class Index {
  static final long DEFAULT_SEED = 42;
  private static final int SAMPLE_IDS = 15;
  private static final System.Logger LOG = System.getLogger(Index.class.getName());

  /// Groups of output files that are written in parallel.
  private static final int OUTPUT_TASKS = 4;

  private final ObjectStore store;
  private final StepRunner runner;

  /// @param store holds the split and receives the index
  public Index(ObjectStore store) {
    this.store = store;
    this.runner = new StepRunner(store);
  }

  /// The parameters of an index.
  private record Parameters(long seed, int blocks, String coldStart, Rows rows) {
    static Parameters of(IndexRequest request) {
      String coldStart = Objects.requireNonNullElse(request.coldStart(), EvaluationSetIndexer.DROP);
      if (!coldStart.equals(EvaluationSetIndexer.DROP)
          && !coldStart.equals(EvaluationSetIndexer.KEEP)) {
        throw RequestException.invalid(
            "field 'coldStart': expected drop or keep, found " + ObjectKeys.quote(coldStart));
      }
      return new Parameters(
          Objects.requireNonNullElse(request.seed(), DEFAULT_SEED),
          BlockGrid.SIDE,
          coldStart,
          rows(request.rows()));
    }

    private static Rows rows(@Nullable String name) {
      try {
        return name == null ? Rows.TRAIN : Rows.of(name);
      } catch (IllegalArgumentException e) {
        throw RequestException.invalid("field 'rows': " + e.getMessage());
      }
    }
  }

  /// Indexes a split, or finds the result of an earlier run.
  ///
  /// @throws RequestException if the manifest is not a split's, or a field is out of range or does not fit
  ///     the kind of split
  public IndexResult run(IndexRequest request) throws IOException {
    String key = Request.requireKey("manifest", Request.require("manifest", request.manifest()));
    Manifest split = Manifest.read(store, key, StepName.SPLIT);
    String ingestKey = split.source(StepName.INGEST);
    Manifest ingest = Manifest.read(store, ingestKey, StepName.INGEST);
    Parameters parameters = Parameters.of(request);
    SplitSizes sizes = split.figures(SplitSizes.class);
    if (parameters.rows() == Rows.TRAIN_AND_VALIDATION && sizes.isByTime()) {
      throw RequestException.invalid(
          "field 'rows': the split is by time, and its validation set is later than its test set;"
              + " trainAndValidation would train the model on ratings later than the test set");
    }
    StepSpec spec =
        new StepSpec(
            StepName.INDEX,
            split.dataset(),
            Map.of(StepName.INGEST.toString(), ingest.id(), StepName.SPLIT.toString(), split.id()),
            parameters);
    String directory = StoreLayout.indexDirectory(ObjectKeys.directoryOf(key), spec.id());
    StepRunner.Result<IndexFigures> done =
        runner.run(
            spec,
            directory,
            Map.of(StepName.INGEST.toString(), ingestKey, StepName.SPLIT.toString(), key),
            IndexFigures.class,
            output ->
                index(
                    new Source(
                        ingest,
                        ObjectKeys.directoryOf(ingestKey),
                        ObjectKeys.directoryOf(key),
                        sizes,
                        DatasetIds.ofSplit(store, key, split)),
                    parameters,
                    output));
    return new IndexResult(
        done.manifest(), done.cached(), directory + StoreLayout.QUALITY, done.figures());
  }

  /// A split and its dataset.
  ///
  /// @param ingest the dataset's manifest
  /// @param datasetDirectory the dataset's directory, with a trailing slash
  /// @param splitDirectory the split's directory, with a trailing slash
  /// @param ids what the ids in the sets of the split stand for
  private record Source(
      Manifest ingest,
      String datasetDirectory,
      String splitDirectory,
      SplitSizes sizes,
      DatasetIds ids) {
    String dataset() {
      return ingest.dataset();
    }

    Feedback feedback() {
      return ingest.feedback();
    }

    /// Returns the scale of the ratings; null for choices.
    @Nullable RatingScale scale() {
      return ingest.scale();
    }

    boolean hasAttributes() {
      return ingest.outputs().containsKey(StoreLayout.ATTRIBUTES);
    }
  }

  private IndexFigures index(Source source, Parameters parameters, StepRunner.Output output)
      throws IOException {
    SplitSizes sizes = source.sizes;
    List<SplitSet> sets = sizes.trainingSets(parameters.rows());
    try (TrainingSources training = new TrainingSources(store, source.splitDirectory, sets)) {
      TrainingScan scan = TrainingScan.of(training, source.ids, source.feedback());
      IdVocabulary users = scan.users();
      IdVocabulary items = scan.items();
      IdTable userIds = source.ids.users(users.ids());
      IdTable itemIds = source.ids.items(items.ids());
      CsrRatings matrix =
          CsrRatings.read(
              training.files(),
              users,
              items,
              new Progress(LOG, StepName.INDEX + " " + source.dataset(), "rows", training.rows()));
      EvaluationSetIndexer indexer =
          new EvaluationSetIndexer(users, items, source.ids, source.feedback());
      BlockGrid grid = BlockGrid.balanced(users.counts(), items.counts());
      QualityReport.SetReport[] reports = new QualityReport.SetReport[2];
      String label = StepName.INDEX + " " + source.dataset();
      int threads = Math.min(OUTPUT_TASKS, Runtime.getRuntime().availableProcessors());
      try (WorkerPool workers = new WorkerPool(StepName.INDEX.toString(), label, threads)) {
        workers.run(
            OUTPUT_TASKS,
            (task, worker) -> {
              switch (task) {
                case 0 ->
                    output.write(
                        StoreLayout.TRAIN,
                        path -> matrix.writeBlocks(path, grid, parameters.seed()));
                case 1 ->
                    reports[0] =
                        indexSet(
                            source.splitDirectory,
                            sizes.test(),
                            sets,
                            indexer,
                            parameters.coldStart(),
                            output);
                case 2 ->
                    reports[1] =
                        indexSet(
                            source.splitDirectory,
                            sizes.validation(),
                            sets,
                            indexer,
                            EvaluationSetIndexer
                                .DROP, // model selection needs known users and items
                            output);
                default -> {
                  output.write(StoreLayout.SEEN, matrix::writeSeen);
                  output.write(StoreLayout.USERS, path -> writeUsers(path, userIds, users));
                  writeItems(source, training, itemIds, items, output);
                }
              }
            });
      }
      QualityReport.SetReport test = reports[0];
      QualityReport.SetReport validation = reports[1];
      output.writeJson(
          StoreLayout.QUALITY,
          report(source, parameters.rows(), scan, userIds, itemIds, test, validation));
      return new IndexFigures(
          users.size(),
          items.size(),
          training.rows(),
          parameters.coldStart().equals(EvaluationSetIndexer.KEEP)
              ? test.rows()
              : test.afterUnknownItemsRemoved(),
          validation.afterUnknownItemsRemoved(),
          source.feedback(),
          source.scale(),
          scan.density());
    }
  }

  private static void writeUsers(Path path, IdTable ids, IdVocabulary users) throws IOException {
    List<MemorySegment> buffers = new ArrayList<>(ids.buffers(0, ids.size()));
    buffers.add(Buffers.of(users.counts(), users.size()));
    try (ArrowFileWriter writer =
        ArrowFileWriter.create(path, Schemas.indexUsers(ids.type()), Map.of())) {
      writer.writeBatch(users.size(), buffers.toArray(MemorySegment[]::new));
    }
  }

  private void writeItems(
      Source source,
      TrainingSources training,
      IdTable ids,
      IdVocabulary items,
      StepRunner.Output output)
      throws IOException {
    String key = source.datasetDirectory + StoreLayout.ITEMS;
    try (ArrowFile ingestedItems = ArrowObjects.open(store, key, Schemas.ITEM_ID, Schemas::items)) {
      int[] recent = RecentRatings.count(training.files(), items);
      output.write(
          StoreLayout.ITEMS,
          path -> ItemTable.write(path, ingestedItems, ids, items.counts(), recent));
      if (source.hasAttributes()) {
        String attributesKey = source.datasetDirectory + StoreLayout.ATTRIBUTES;
        try (ArrowFile attributes = ArrowObjects.open(store, attributesKey)) {
          output.write(
              StoreLayout.ATTRIBUTES,
              path -> ItemTable.writeAttributes(path, ingestedItems, attributes, ids));
        }
      }
    }
  }

  /// Maps a test or validation set, or writes it without rows if the model learns from it.
  private QualityReport.SetReport indexSet(
      String splitDirectory,
      SplitSet set,
      List<SplitSet> trainingSets,
      EvaluationSetIndexer indexer,
      String coldStart,
      StepRunner.Output output)
      throws IOException {
    List<QualityReport.SetReport> report = new ArrayList<>();
    if (trainingSets.contains(set)) {
      output.write(set.name(), path -> report.add(indexer.writeEmpty(coldStart, path)));
      return report.getFirst();
    }
    String key = splitDirectory + set.name();
    try (ArrowFile file = ArrowObjects.open(store, key, Schemas.RATINGS)) {
      output.write(
          set.name(),
          path -> report.add(indexer.index(file, coldStart, set.after(), set.until(), path)));
      return report.getFirst();
    }
  }

  private static QualityReport report(
      Source source,
      Rows rows,
      TrainingScan train,
      IdTable users,
      IdTable items,
      QualityReport.SetReport test,
      QualityReport.SetReport validation) {
    SplitSizes sizes = source.sizes;
    int[] userCodes = train.users().ids();
    int[] itemCodes = train.items().ids();
    long userSpan = userCodes[userCodes.length - 1] + 1L;
    long original = userSpan * (itemCodes[itemCodes.length - 1] + 1L);
    long optimized = (long) users.size() * items.size();
    boolean numbered = users.type() == IdType.INT32 && items.type() == IdType.INT32;
    Map<String, QualityReport.Share> sets = new LinkedHashMap<>();
    sets.put("train", shareOf(train.report().rows(), sizes.ratings()));
    sets.put("test", shareOf(test.rows(), sizes.ratings()));
    sets.put("validation", shareOf(validation.rows(), sizes.ratings()));
    Map<String, String> checks = new LinkedHashMap<>();
    if (sizes.isByTime() && rows == Rows.TRAIN) {
      checks.put("noLeakageInTime", "every set's timestamps lie within its thresholds");
    }
    checks.put(
        "indicesInRange", "0 to users - 1 and 0 to items - 1, by construction of the mapping");
    checks.put("dimensions", "rows agree with the split's manifest");
    boolean isOfRatings = source.feedback() == Feedback.RATINGS;
    double mean = train.ratingSum() / train.report().rows();
    checks.put("noNaN", "every " + (isOfRatings ? "rating" : "amount") + " is a finite number");
    return new QualityReport(
        source.dataset(),
        rows,
        sizes.ratings(),
        sets,
        sizes.trainThreshold(),
        sizes.testThreshold(),
        users.size(),
        items.size(),
        firstIds(users),
        firstIds(items),
        users.id(0),
        users.id(users.size() - 1),
        items.id(0),
        items.id(items.size() - 1),
        numbered ? userSpan - users.size() : null,
        numbered ? original : null,
        optimized,
        numbered ? Math.round(1000.0 * (original - optimized) / original) / 10.0 : null,
        train.density(),
        isOfRatings ? mean : null,
        isOfRatings ? null : mean,
        train.report(),
        test,
        validation,
        checks);
  }

  private static List<Id> firstIds(IdTable ids) {
    return IntStream.range(0, Math.min(SAMPLE_IDS, ids.size())).mapToObj(ids::id).toList();
  }

  private static QualityReport.Share shareOf(long rows, long total) {
    return new QualityReport.Share(rows, Math.round(10_000.0 * rows / total) / 100.0);
  }
}
