package com.craftyverse.recsys.split;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.step.FunctionCall;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.Progress;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.Schemas;
import com.craftyverse.recsys.step.StepRunner;
import com.craftyverse.recsys.step.StepSpec;
import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Divides a dataset by time into `train.arrow`, `test.arrow` and `validation.arrow`, each with the
/// dataset's columns and its order of rows.
public final class Split {
  /// The step's name.
  public static final String STEP = "split";

  /// Goes up whenever the same inputs would give other files.
  public static final int FORMAT_VERSION = 1;

  private static final int INGEST_FORMAT_VERSION = 2;
  private static final System.Logger LOG = System.getLogger(Split.class.getName());

  private final ObjectStore store;
  private final StepRunner runner;

  /// @param store where the dataset is and the sets go
  public Split(ObjectStore store) {
    this.store = store;
    this.runner = new StepRunner(store);
  }

  /// Splits a dataset, or finds that it has been.
  ///
  /// @throws RequestException when the manifest is not that of an ingested dataset, a ratio is out of
  ///     range, or a set would be empty
  public SplitResult run(SplitRequest request) throws IOException {
    String key =
        FunctionCall.requireKey("manifest", Request.require("manifest", request.manifest()));
    SplitParameters parameters = SplitParameters.of(request.trainRatio(), request.testRatio());
    Manifest dataset = Manifest.read(store, key, "ingest", INGEST_FORMAT_VERSION);
    StepSpec spec =
        new StepSpec(
            STEP, FORMAT_VERSION, dataset.dataset(), Map.of("ingest", dataset.id()), parameters);
    String ratings = ObjectKeys.directoryOf(key) + ObjectKeys.RATINGS;
    StepRunner.Done<SplitFigures> done =
        runner.run(
            spec,
            ObjectKeys.splitDirectory(ObjectKeys.directoryOf(key), spec.id()),
            Map.of("ingest", key),
            SplitFigures.class,
            output -> split(ratings, parameters, dataset.dataset(), output));
    return new SplitResult(done.manifest(), done.cached(), done.figures());
  }

  private SplitFigures split(
      String ratingsKey, SplitParameters parameters, String dataset, StepRunner.Output output)
      throws IOException {
    try (FetchedObject fetched = store.fetch(ratingsKey);
        ArrowFile ratings = ArrowFile.open(fetched.path(), ratingsKey)) {
      ratings.require(Schemas.RATINGS);
      if (ratings.rows() == 0) {
        throw ratings.malformed("no rows");
      }
      double[] thresholds =
          Quantile.of(
              ratings.batches().stream().map(batch -> batch.data("timestamp")).toList(),
              parameters.trainRatio(),
              parameters.testQuantile());
      return write(ratings, thresholds[0], thresholds[1], dataset, output);
    }
  }

  private static SplitFigures write(
      ArrowFile ratings,
      double trainThreshold,
      double testThreshold,
      String dataset,
      StepRunner.Output output)
      throws IOException {
    long[] rows = new long[3];
    // The sets are written side by side in one pass over the ratings.
    output.write(
        ObjectKeys.TRAIN,
        train ->
            output.write(
                ObjectKeys.TEST,
                test ->
                    output.write(
                        ObjectKeys.VALIDATION,
                        validation ->
                            writeSets(
                                ratings,
                                trainThreshold,
                                testThreshold,
                                dataset,
                                List.of(train, test, validation),
                                rows))));
    return new SplitFigures(
        trainThreshold, testThreshold, ratings.rows(), rows[0], rows[1], rows[2]);
  }

  private static void writeSets(
      ArrowFile ratings,
      double trainThreshold,
      double testThreshold,
      String dataset,
      List<Path> paths,
      long[] rows)
      throws IOException {
    Progress progress = new Progress(LOG, STEP + " " + dataset, "rows", ratings.rows());
    try (SetWriter train = new SetWriter(paths.get(0));
        SetWriter test = new SetWriter(paths.get(1));
        SetWriter validation = new SetWriter(paths.get(2))) {
      for (RecordBatch batch : ratings.batches()) {
        MemorySegment users = batch.data("userId");
        MemorySegment movies = batch.data("movieId");
        MemorySegment values = batch.data("rating");
        MemorySegment times = batch.data("timestamp");
        for (int i = 0; i < batch.rows(); i++) {
          long time = times.get(Buffers.INT64, 8L * i);
          SetWriter set =
              time <= trainThreshold ? train : time <= testThreshold ? test : validation;
          set.add(
              users.get(Buffers.INT32, 4L * i),
              movies.get(Buffers.INT32, 4L * i),
              values.get(Buffers.FLOAT32, 4L * i),
              time);
        }
        progress.update(batch.firstRow() + batch.rows());
      }
      rows[0] = train.rows();
      rows[1] = test.rows();
      rows[2] = validation.rows();
      requireRows(rows, trainThreshold, testThreshold);
    }
  }

  private static void requireRows(long[] rows, double trainThreshold, double testThreshold) {
    String[] names = {"training", "test", "validation"};
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] == 0) {
        throw RequestException.unprocessable(
            "the "
                + names[i]
                + " set would be empty: the thresholds fall at "
                + trainThreshold
                + " and "
                + testThreshold
                + " and no rating is "
                + (i == 2 ? "later" : "between them")
                + "; the ratings are too few or their timestamps too much alike to split by time");
      }
    }
  }

  /// One set's file, written in batches.
  private static final class SetWriter implements AutoCloseable {
    private static final int BATCH_ROWS = 1 << 16;

    private final ArrowFileWriter writer;
    private final int[] users = new int[BATCH_ROWS];
    private final int[] movies = new int[BATCH_ROWS];
    private final float[] ratings = new float[BATCH_ROWS];
    private final long[] timestamps = new long[BATCH_ROWS];
    private int buffered;
    private long written;

    SetWriter(Path path) throws IOException {
      writer = ArrowFileWriter.create(path, Schemas.RATINGS, Map.of());
    }

    void add(int user, int movie, float rating, long timestamp) throws IOException {
      users[buffered] = user;
      movies[buffered] = movie;
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
            Buffers.of(movies, buffered),
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
