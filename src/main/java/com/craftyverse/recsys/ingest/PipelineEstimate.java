package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.LongColumn;
import com.craftyverse.recsys.columnar.Quantile;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.step.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/// An estimate of what the steps after `ingest` will make of an upload, and what resources they will need.
///
/// Thresholds and rows are exact. Memory and temporary space follow from the file formats: 20 bytes per
/// rating, 12 per indexed rating, 16 per rating in a user's history, and the vectors of each user and item.
/// Times are extrapolated: measured nanoseconds per rating, from 33.8 million ratings on two cores, scaled by
/// how fast this machine read the upload compared with that one.
final class PipelineEstimate {
  private static final double TRAIN_RATIO = 0.75;
  private static final double TEST_QUANTILE = 0.9;

  private static final long RATING_BYTES = 20;
  private static final long INDEXED_BYTES = 12;
  private static final long SEEN_BYTES = 16;

  /// Per rating in memory: item and rating in one cell, and the time.
  private static final long MATRIX_BYTES = 16;

  private static final int FACTORS = 50;
  private static final int RANKING_FACTORS = 128;
  private static final int EPOCHS = 20;

  /// Per user or item: the id, the vectors of both models and the bias.
  private static final long VECTOR_BYTES = 4L * (FACTORS + 2 + RANKING_FACTORS);

  /// Per user or item in training: the vector padded to lanes, a copy for the best epoch, and the ranking
  /// vector.
  private static final long TRAINING_VECTOR_BYTES = 2 * 4 * 64 + 4 * RANKING_FACTORS;

  /// Per item in training, in addition: two vectors that a step of the ranking model keeps.
  private static final long RANKING_STEP_BYTES = 2 * 4 * RANKING_FACTORS;

  /// Per choice that the ranking model learns from: an entry by user and one by item.
  private static final long CHOICE_BYTES = 2 * 5;

  /// Per item while users are ranked in batches: scores for 64 users per thread and model.
  private static final long SCORES_BYTES = 2 * 2 * 64 * 4;

  private static final String NO_TIMES = TimeFormat.NONE.toString();

  /// Without times, a fifth of the rows is for the test, and a tenth of the others for validation.
  private static final int[] SETS_WITHIN_USERS = {
    0, 0, 0, 0, 1, 0, 0, 0, 2, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 2, 1
  };

  private static final long RUNTIME_BYTES = 64L << 20;

  // Nanoseconds, measured as src/jmh/README.md describes under "At full size".
  private static final double INGEST_NANOS = 90;
  private static final double SPLIT_NANOS = 42;
  private static final double INDEX_NANOS = 100;
  private static final double UPDATE_NANOS = 24;
  private static final double RANKING_NANOS = 450;
  private static final double RANKING_SEARCH_NANOS = 450;
  private static final double EVALUATE_NANOS = 4_500;

  /// Below this number of ratings, the reading time says little about the machine.
  private static final long MIN_RATINGS_TO_MEASURE = 1_000_000;

  private static final System.Logger LOG = System.getLogger(Ingest.class.getName());

  private final ArrowFile ratings;
  private final IngestFigures figures;
  private final Progress progress;
  private final double trainThreshold;
  private final double testThreshold;
  private final boolean hasTimes;
  private final BitSet users = new BitSet();
  private final BitSet items = new BitSet();
  private final BitSet allUsers = new BitSet();
  private final BitSet allItems = new BitSet();
  private final long[] rows = new long[3];
  private final long[] warmRows = new long[3];

  private PipelineEstimate(ArrowFile ratings, IngestFigures figures, String label) {
    this.ratings = ratings;
    this.figures = figures;
    this.progress = new Progress(LOG, label, "rows", 2 * ratings.rows());
    double[] thresholds =
        Quantile.of(
            ratings.batches().stream().map(batch -> batch.data("timestamp")).toList(),
            TRAIN_RATIO,
            TEST_QUANTILE);
    trainThreshold = thresholds[0];
    testThreshold = thresholds[1];
    hasTimes = figures.format() == null || !NO_TIMES.equals(figures.format().time());
  }

  /// @param ratings the upload's ratings
  /// @param seconds the time it took to read the upload
  /// @param label the name of the work in progress messages
  /// @throws java.io.InterruptedIOException if the thread is interrupted
  static IngestPreview of(ArrowFile ratings, IngestFigures figures, double seconds, String label)
      throws IOException {
    PipelineEstimate estimate = new PipelineEstimate(ratings, figures, label);
    estimate.scanTrainingIds();
    estimate.countRows();
    return estimate.result(seconds);
  }

  private void scanTrainingIds() throws IOException {
    for (RecordBatch batch : ratings.batches()) {
      IntColumn userIds = batch.ints("userId");
      IntColumn itemIds = batch.ints("itemId");
      LongColumn times = batch.longs("timestamp");
      for (int i = 0; i < batch.rows(); i++) {
        int user = userIds.get(i);
        int item = itemIds.get(i);
        allUsers.set(user);
        allItems.set(item);
        if (times.get(i) <= trainThreshold) {
          users.set(user);
          items.set(item);
        }
      }
      progress.update(batch.firstRow() + batch.rows());
    }
  }

  private void countRows() throws IOException {
    for (RecordBatch batch : ratings.batches()) {
      IntColumn userIds = batch.ints("userId");
      IntColumn itemIds = batch.ints("itemId");
      LongColumn times = batch.longs("timestamp");
      for (int i = 0; i < batch.rows(); i++) {
        long time = times.get(i);
        int set =
            hasTimes
                ? (time <= trainThreshold ? 0 : time <= testThreshold ? 1 : 2)
                : SETS_WITHIN_USERS[i % SETS_WITHIN_USERS.length];
        rows[set]++;
        if (users.get(userIds.get(i)) && items.get(itemIds.get(i))) {
          warmRows[set]++;
        }
      }
      progress.update(ratings.rows() + batch.firstRow() + batch.rows());
    }
  }

  private IngestPreview result(double seconds) {
    List<String> problems = new ArrayList<>();
    String[] names = {"training", "test", "validation"};
    for (int i = 0; i < names.length; i++) {
      if (rows[i] == 0) {
        problems.add(
            "the "
                + names[i]
                + " set would be empty; the upload has too few ratings or too many equal timestamps"
                + " to split by time");
      } else if (warmRows[i] == 0) {
        problems.add(
            "no rating in the " + names[i] + " set has a user and an item of the training set");
      }
    }
    double timeFactor =
        figures.ratings() < MIN_RATINGS_TO_MEASURE
            ? 1
            : seconds / (figures.ratings() * INGEST_NANOS / 1e9);
    return new IngestPreview(
        allUsers.cardinality(),
        allItems.cardinality(),
        trainThreshold,
        testThreshold,
        users.cardinality(),
        items.cardinality(),
        new IngestPreview.SetSize(rows[0], warmRows[0]),
        new IngestPreview.SetSize(rows[1], warmRows[1]),
        new IngestPreview.SetSize(rows[2], warmRows[2]),
        problems,
        needs(timeFactor),
        String.format(
            Locale.ROOT,
            "memory and space: computed from the file formats for k = 50 and, for ranking, 128;"
                + " seconds: measured with 33.8 million ratings on two cores, 20 epochs and, for"
                + " ranking, 10, multiplied by this machine's time to read the upload relative to"
                + " that one (%.2f; 1 if there are too few ratings to compare)",
            timeFactor));
  }

  private List<IngestPreview.Needs> needs(double timeFactor) {
    long all = figures.ratings();
    long train = rows[0];
    long vectors = users.cardinality() + (long) items.cardinality();
    long allVectors = allUsers.cardinality() + (long) allItems.cardinality();
    long copies = figures.duplicates() > 0 ? 2 : 1;
    long tables = 4L * (users.length() + items.length());
    long indexed = INDEXED_BYTES * (train + warmRows[1] + warmRows[2]);
    long model = VECTOR_BYTES * vectors + SEEN_BYTES * train;
    return List.of(
        needs(
            "ingest",
            figures.duplicates() > 0 ? 4 * all : 0,
            figures.uploadBytes() + copies * RATING_BYTES * all,
            timeFactor * INGEST_NANOS * all),
        needs("split", 0, 2 * RATING_BYTES * all, timeFactor * SPLIT_NANOS * all),
        needs(
            "index",
            MATRIX_BYTES * train + tables,
            RATING_BYTES * all + indexed + SEEN_BYTES * train,
            timeFactor * INDEX_NANOS * all),
        needs(
            "train",
            trainingHeap(vectors, items.cardinality(), train),
            INDEXED_BYTES * (train + warmRows[2]) + model,
            timeFactor * (UPDATE_NANOS * EPOCHS + RANKING_NANOS + RANKING_SEARCH_NANOS) * train),
        needs(
            "evaluate",
            VECTOR_BYTES * vectors + SCORES_BYTES * items.cardinality(),
            INDEXED_BYTES * (train + warmRows[1]) + model,
            timeFactor * EVALUATE_NANOS * (rows[1] + rows[2])),
        // The served model, trained on all rows.
        needs(
            "index (all rows)",
            MATRIX_BYTES * all + 4L * (allUsers.length() + allItems.length()),
            (RATING_BYTES + INDEXED_BYTES + SEEN_BYTES) * all,
            timeFactor * INDEX_NANOS * all),
        needs(
            "train (all rows)",
            trainingHeap(allVectors, allItems.cardinality(), all),
            (INDEXED_BYTES + SEEN_BYTES) * all + VECTOR_BYTES * allVectors,
            timeFactor * (UPDATE_NANOS * EPOCHS + RANKING_NANOS) * all),
        needs("publish", 0, 0, 0));
  }

  private static long trainingHeap(long vectors, long items, long ratings) {
    return TRAINING_VECTOR_BYTES * vectors + RANKING_STEP_BYTES * items + CHOICE_BYTES * ratings;
  }

  private static IngestPreview.Needs needs(String step, long heap, long temp, double nanos) {
    return new IngestPreview.Needs(
        step, RUNTIME_BYTES + heap, temp, Math.round(nanos / 1e8) / 10.0);
  }
}
