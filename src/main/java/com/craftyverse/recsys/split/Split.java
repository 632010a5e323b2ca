package com.craftyverse.recsys.split;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.LongColumn;
import com.craftyverse.recsys.columnar.Quantile;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.DatasetIds;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.Progress;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.StepRunner;
import com.craftyverse.recsys.step.StepSpec;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// The split step: divides a dataset into `train.arrow`, `test.arrow` and `validation.arrow`. Each file has
/// the dataset's columns and keeps its row order.
public final class Split {
  private static final String TEST = "test";
  private static final List<String> SETS = List.of("training", "test", "validation");
  private static final System.Logger LOG = System.getLogger(Split.class.getName());

  private final ObjectStore store;
  private final StepRunner runner;

  /// @param store holds the dataset and receives the sets
  public Split(ObjectStore store) {
    this.store = store;
    this.runner = new StepRunner(store);
  }

  /// Splits a dataset, or finds the result of an earlier run.
  ///
  /// A dataset without times is split within users by default: at random, a fifth of each user's ratings for the
  /// test.
  ///
  /// @throws RequestException if the manifest is not an ingested dataset's, a field is out of range, a set would be
  ///     empty, or the kind of split takes times that the dataset lacks
  public SplitResult run(SplitRequest request) throws IOException {
    String key = Request.requireKey("manifest", Request.require("manifest", request.manifest()));
    SplitParameters _ = SplitParameters.of(request); // rejects fields before anything is read
    Manifest dataset = Manifest.read(store, key, StepName.INGEST);
    SplitParameters parameters =
        SplitParameters.of(request, dataset.figures(DatasetFigures.class).hasTimes());
    Map<String, String> inputs = new TreeMap<>(Map.of(StepName.INGEST.toString(), dataset.id()));
    Map<String, String> sources = new TreeMap<>(Map.of(StepName.INGEST.toString(), key));
    if (parameters instanceof SplitParameters.Given) {
      String test = Request.requireKey(TEST, Request.require(TEST, request.test()));
      inputs.put(TEST, Manifest.read(store, test, StepName.INGEST).id());
      sources.put(TEST, test);
    }
    StepSpec spec = new StepSpec(StepName.SPLIT, dataset.dataset(), inputs, parameters);
    StepRunner.Result<SplitFigures> done =
        runner.run(
            spec,
            StoreLayout.splitDirectory(ObjectKeys.directoryOf(key), spec.id()),
            sources,
            SplitFigures.class,
            output -> split(sources, parameters, dataset.dataset(), output));
    return new SplitResult(done.manifest(), done.cached(), done.figures());
  }

  /// The only figures of a dataset that a split needs.
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record DatasetFigures(@Nullable Format format) {
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Format(@Nullable String time) {}

    boolean hasTimes() {
      return format == null || !"none".equals(format.time);
    }
  }

  /// The ratings to split.
  ///
  /// @param files the ratings of the dataset and, if a test set is given, its ratings
  /// @param users the common codes of the users; null if the files carry their ids
  /// @param items the same for items
  private record Input(
      List<ArrowFile> files, @Nullable MergedIds users, @Nullable MergedIds items) {
    long rows() {
      return files.stream().mapToLong(ArrowFile::rows).sum();
    }
  }

  private SplitFigures split(
      Map<String, String> sources,
      SplitParameters parameters,
      String dataset,
      StepRunner.Output output)
      throws IOException {
    String ingest = Objects.requireNonNull(sources.get(StepName.INGEST.toString()));
    try (ArrowFile ratings = openRatings(ingest)) {
      String testKey = sources.get(TEST);
      if (testKey == null) {
        return split(new Input(List.of(ratings), null, null), parameters, dataset, output);
      }
      try (ArrowFile test = openRatings(testKey)) {
        DatasetIds trainingIds = ids(ingest);
        DatasetIds testIds = ids(testKey);
        MergedIds users =
            MergedIds.of(Schemas.USER_ID, trainingIds.users(), testIds.users(), ratings, test);
        MergedIds items =
            MergedIds.of(Schemas.ITEM_ID, trainingIds.items(), testIds.items(), ratings, test);
        if (users != null) {
          output.write(StoreLayout.USER_IDS, users::write);
        }
        if (items != null) {
          output.write(StoreLayout.ITEM_IDS, items::write);
        }
        return split(new Input(List.of(ratings, test), users, items), parameters, dataset, output);
      }
    }
  }

  /// Reads the dictionaries of an ingested dataset.
  private DatasetIds ids(String manifest) throws IOException {
    return DatasetIds.of(store, manifest, Manifest.read(store, manifest, StepName.INGEST));
  }

  /// Opens the ratings of an ingested dataset.
  private ArrowFile openRatings(String manifest) throws IOException {
    String key = ObjectKeys.directoryOf(manifest) + StoreLayout.RATINGS;
    ArrowFile file = ArrowObjects.open(store, key, Schemas.RATINGS);
    if (file.rows() == 0) {
      try (file) {
        throw file.malformed("no rows");
      }
    }
    return file;
  }

  private static SplitFigures split(
      Input input, SplitParameters parameters, String dataset, StepRunner.Output output)
      throws IOException {
    ArrowFile ratings = input.files.getFirst();
    long rows = ratings.rows();
    return switch (parameters) {
      case SplitParameters.Temporal temporal -> {
        double[] thresholds =
            Quantile.of(
                ratings.batches().stream().map(batch -> batch.data("timestamp")).toList(),
                temporal.trainRatio(),
                temporal.testQuantile());
        long[] sizes =
            write(
                input,
                Assignment.byTime(thresholds[0], thresholds[1]),
                set -> emptyTimeSet(set, thresholds),
                dataset,
                output);
        yield new SplitFigures(thresholds[0], thresholds[1], rows, sizes[0], sizes[1], sizes[2]);
      }
      case SplitParameters.Random random when random.isByUser() ->
          write(
              input,
              Assignment.withinUsers(ratings, random.testRatio(), random.seed()),
              parameters,
              dataset,
              output);
      case SplitParameters.Random random -> {
        long test = Math.round(rows * random.testRatio());
        yield write(
            input, Assignment.atRandom(rows, 0, test, random.seed()), parameters, dataset, output);
      }
      case SplitParameters.KFold kfold -> {
        // rows < 2^33 and folds <= 1000, so this cannot overflow.
        long from = rows * kfold.fold() / kfold.folds();
        long to = rows * (kfold.fold() + 1) / kfold.folds();
        yield write(
            input, Assignment.atRandom(rows, from, to, kfold.seed()), parameters, dataset, output);
      }
      case SplitParameters.Given given ->
          write(input, Assignment.ofGivenTest(rows, given.seed()), parameters, dataset, output);
      case SplitParameters.LeaveLastOut _ ->
          write(input, Assignment.leaveLastOut(ratings), parameters, dataset, output);
    };
  }

  private static SplitFigures write(
      Input input,
      Assignment assignment,
      SplitParameters parameters,
      String dataset,
      StepRunner.Output output)
      throws IOException {
    long rows = input.rows();
    long[] sizes =
        write(
            input,
            assignment,
            set ->
                String.format(
                    Locale.ROOT,
                    "the %s set would be empty: %,d ratings are too few for a %s split",
                    SETS.get(set),
                    rows,
                    parameters.kind()),
            dataset,
            output);
    return new SplitFigures(null, null, rows, sizes[0], sizes[1], sizes[2]);
  }

  private static long[] write(
      Input input,
      Assignment assignment,
      IntFunction<String> empty,
      String dataset,
      StepRunner.Output output)
      throws IOException {
    long[] sizes = new long[SETS.size()];
    // Write all sets in one pass over the ratings.
    output.write(
        StoreLayout.TRAIN,
        train ->
            output.write(
                StoreLayout.TEST,
                test ->
                    output.write(
                        StoreLayout.VALIDATION,
                        validation -> {
                          writeSets(
                              input, assignment, dataset, List.of(train, test, validation), sizes);
                          for (int set = 0; set < sizes.length; set++) {
                            if (sizes[set] == 0) {
                              throw RequestException.unprocessable(empty.apply(set));
                            }
                          }
                        })));
    return sizes;
  }

  private static void writeSets(
      Input input, Assignment assignment, String dataset, List<Path> paths, long[] sizes)
      throws IOException {
    MergedIds mergedUsers = input.users;
    MergedIds mergedItems = input.items;
    Progress progress = new Progress(LOG, StepName.SPLIT + " " + dataset, "rows", input.rows());
    try (SetWriter train = new SetWriter(paths.get(0));
        SetWriter test = new SetWriter(paths.get(1));
        SetWriter validation = new SetWriter(paths.get(2))) {
      SetWriter[] sets = {train, test, validation};
      long before = 0;
      for (int part = 0; part < input.files.size(); part++) {
        ArrowFile file = input.files.get(part);
        for (RecordBatch batch : file.batches()) {
          IntColumn users = batch.ints("userId");
          IntColumn items = batch.ints("itemId");
          FloatColumn values = batch.floats("rating");
          LongColumn times = batch.longs("timestamp");
          long firstRow = before + batch.firstRow();
          for (int i = 0; i < batch.rows(); i++) {
            long time = times.get(i);
            int user = users.get(i);
            int item = items.get(i);
            sets[assignment.setOf(firstRow + i, time)].add(
                mergedUsers == null ? user : mergedUsers.code(part, user),
                mergedItems == null ? item : mergedItems.code(part, item),
                values.get(i),
                time);
          }
          progress.update(firstRow + batch.rows());
        }
        before += file.rows();
      }
      for (int set = 0; set < sizes.length; set++) {
        sizes[set] = sets[set].rows();
      }
    }
  }

  private static String emptyTimeSet(int set, double[] thresholds) {
    return "the "
        + SETS.get(set)
        + " set would be empty: the thresholds fall at "
        + thresholds[0]
        + " and "
        + thresholds[1]
        + " and no rating is "
        + (set == Assignment.VALIDATION ? "later" : "between them")
        + "; the dataset has too few ratings or too many equal timestamps to split by time";
  }

  /// A writer for one set's file that writes in batches.
  private static final class SetWriter implements AutoCloseable {
    private static final int BATCH_ROWS = 1 << 16;

    private final ArrowFileWriter writer;
    private final int[] users = new int[BATCH_ROWS];
    private final int[] items = new int[BATCH_ROWS];
    private final float[] ratings = new float[BATCH_ROWS];
    private final long[] timestamps = new long[BATCH_ROWS];
    private int buffered;
    private long written;

    SetWriter(Path path) throws IOException {
      writer = ArrowFileWriter.create(path, Schemas.RATINGS, Map.of());
    }

    void add(int user, int item, float rating, long timestamp) throws IOException {
      users[buffered] = user;
      items[buffered] = item;
      ratings[buffered] = rating;
      timestamps[buffered] = timestamp;
      if (++buffered == BATCH_ROWS) {
        flush();
      }
    }

    long rows() {
      return written + buffered;
    }

    private void flush() throws IOException {
      if (buffered > 0) {
        writer.writeBatch(
            buffered,
            Buffers.of(users, buffered),
            Buffers.of(items, buffered),
            Buffers.of(ratings, buffered),
            Buffers.of(timestamps, buffered));
        written += buffered;
        buffered = 0;
      }
    }

    @Override
    public void close() throws IOException {
      try {
        flush();
      } finally {
        writer.close();
      }
    }
  }
}
