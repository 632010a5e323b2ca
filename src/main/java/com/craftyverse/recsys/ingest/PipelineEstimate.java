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

/// Estimates what the steps after `ingest` will make of an upload, and what they will need.
///
/// Thresholds and rows are counted. Memory and temporary space are computed from the file formats: 20 bytes
/// a rating, 12 an indexed rating, 8 a rating in a user's history, and the vectors of each user and item.
/// Times are extrapolated from constants: nanoseconds measured at 33.8 million ratings on two cores, scaled
/// by how long this machine took to read the upload compared with that one.
final class PipelineEstimate {
  private static final double TRAIN_RATIO = 0.75;
  private static final double TEST_QUANTILE = 0.9;

  private static final long RATING_BYTES = 20;
  private static final long INDEXED_BYTES = 12;
  private static final long SEEN_BYTES = 8;
  private static final int FACTORS = 50;
  private static final int RANKING_FACTORS = 128;
  private static final int EPOCHS = 20;

  /// Of a user or an item: the id, the vectors of both models and the bias.
  private static final long VECTOR_BYTES = 4L * (FACTORS + 2 + RANKING_FACTORS);

  /// The same in training: padded to lanes, with the best epoch's beside it, and the ranking vector.
  private static final long TRAINING_VECTOR_BYTES = 2 * 4 * 64 + 4 * RANKING_FACTORS;

  /// Of an item in training, besides: what a step of the ranking model keeps, two vectors.
  private static final long RANKING_STEP_BYTES = 2 * 4 * RANKING_FACTORS;

  /// Of a choice that the ranking model learns from, by user and by item.
  private static final long CHOICE_BYTES = 2 * 5;

  /// Scores of an item while users are ranked together: 64 of them a thread and model.
  private static final long SCORES_BYTES = 2 * 2 * 64 * 4;

  private static final long RUNTIME_BYTES = 64L << 20;

  // Nanoseconds, measured as the README's section on the full size says.
  private static final double INGEST_NANOS = 90;
  private static final double SPLIT_NANOS = 42;
  private static final double INDEX_NANOS = 100;
  private static final double UPDATE_NANOS = 24;
  private static final double RANKING_NANOS = 450;
  private static final double RANKING_SEARCH_NANOS = 450;
  private static final double EVALUATE_NANOS = 4_500;

  /// With fewer ratings, the time to read them says little about the machine.
  private static final long ENOUGH_TO_MEASURE = 1_000_000;

  private static final System.Logger LOG = System.getLogger(Ingest.class.getName());

  private final ArrowFile ratings;
  private final IngestFigures figures;
  private final Progress progress;
  private final double trainThreshold;
  private final double testThreshold;
  private final BitSet users = new BitSet();
  private final BitSet items = new BitSet();
  private final BitSet allUsers = new BitSet();
  private final BitSet allItems = new BitSet();
  private final long[] rows = new long[3];
  private final long[] warmRows = new long[3];

  private PipelineEstimate(ArrowFile ratings, IngestFigures figures, String what) {
    this.ratings = ratings;
    this.figures = figures;
    this.progress = new Progress(LOG, what, "rows", 2 * ratings.rows());
    double[] thresholds =
        Quantile.of(
            ratings.batches().stream().map(batch -> batch.data("timestamp")).toList(),
            TRAIN_RATIO,
            TEST_QUANTILE);
    trainThreshold = thresholds[0];
    testThreshold = thresholds[1];
  }

  /// @param ratings of the upload
  /// @param seconds how long it took to read the upload
  /// @param what the work, for the log that is told how far it is
  /// @throws java.io.InterruptedIOException when the thread was interrupted
  static IngestPreview of(ArrowFile ratings, IngestFigures figures, double seconds, String what)
      throws IOException {
    PipelineEstimate estimate = new PipelineEstimate(ratings, figures, what);
    estimate.findTrained();
    estimate.count();
    return estimate.result(seconds);
  }

  private void findTrained() throws IOException {
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

  private void count() throws IOException {
    for (RecordBatch batch : ratings.batches()) {
      IntColumn userIds = batch.ints("userId");
      IntColumn itemIds = batch.ints("itemId");
      LongColumn times = batch.longs("timestamp");
      for (int i = 0; i < batch.rows(); i++) {
        long time = times.get(i);
        int set = time <= trainThreshold ? 0 : time <= testThreshold ? 1 : 2;
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
                + " set would be empty; the ratings are too few or their timestamps too much alike"
                + " to split by time");
      } else if (warmRows[i] == 0) {
        problems.add("no rating of the " + names[i] + " set is of a known user and item");
      }
    }
    double speed =
        figures.ratings() < ENOUGH_TO_MEASURE
            ? 1
            : seconds / (figures.ratings() * INGEST_NANOS / 1e9);
    return new IngestPreview(
        trainThreshold,
        testThreshold,
        users.cardinality(),
        items.cardinality(),
        new IngestPreview.SetSize(rows[0], warmRows[0]),
        new IngestPreview.SetSize(rows[1], warmRows[1]),
        new IngestPreview.SetSize(rows[2], warmRows[2]),
        problems,
        needs(speed),
        String.format(
            Locale.ROOT,
            "memory and space: from the formats of the files, k = 50 and, for ranking, 128; seconds:"
                + " from 33.8 million ratings measured on two cores, 20 epochs and, for ranking, 10,"
                + " times the factor by which this"
                + " machine read the upload slower or faster (%.2f; 1 where there are too few"
                + " ratings to tell)",
            speed));
  }

  private List<IngestPreview.Needs> needs(double speed) {
    long all = figures.ratings();
    long train = rows[0];
    long vectors = users.cardinality() + (long) items.cardinality();
    long allVectors = allUsers.cardinality() + (long) allItems.cardinality();
    long again = figures.duplicates() > 0 ? 2 : 1;
    long tables = 4L * (users.length() + items.length());
    long indexed = INDEXED_BYTES * (train + warmRows[1] + warmRows[2]);
    long model = VECTOR_BYTES * vectors + SEEN_BYTES * train;
    return List.of(
        needs(
            "ingest",
            figures.duplicates() > 0 ? 4 * all : 0,
            figures.uploadBytes() + again * RATING_BYTES * all,
            speed * INGEST_NANOS * all),
        needs("split", 0, 2 * RATING_BYTES * all, speed * SPLIT_NANOS * all),
        needs(
            "index",
            SEEN_BYTES * train + tables,
            RATING_BYTES * all + indexed + SEEN_BYTES * train,
            speed * INDEX_NANOS * all),
        needs(
            "train",
            trainingHeap(vectors, items.cardinality(), train),
            INDEXED_BYTES * (train + warmRows[2]) + model,
            speed * (UPDATE_NANOS * EPOCHS + RANKING_NANOS + RANKING_SEARCH_NANOS) * train),
        needs(
            "evaluate",
            VECTOR_BYTES * vectors + SCORES_BYTES * items.cardinality(),
            INDEXED_BYTES * (train + warmRows[1]) + model,
            speed * EVALUATE_NANOS * (rows[1] + rows[2])),
        // The model that is served, of all rows.
        needs(
            "index (all rows)",
            SEEN_BYTES * all + 4L * (allUsers.length() + allItems.length()),
            (RATING_BYTES + INDEXED_BYTES + SEEN_BYTES) * all,
            speed * INDEX_NANOS * all),
        needs(
            "train (all rows)",
            trainingHeap(allVectors, allItems.cardinality(), all),
            (INDEXED_BYTES + SEEN_BYTES) * all + VECTOR_BYTES * allVectors,
            speed * (UPDATE_NANOS * EPOCHS + RANKING_NANOS) * all),
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
