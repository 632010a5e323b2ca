package com.craftyverse.recsys.batch;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.kernel.CatalogScorer;
import com.craftyverse.recsys.kernel.Kernels;
import com.craftyverse.recsys.serve.CatalogRanking;
import com.craftyverse.recsys.step.Progress;
import com.craftyverse.recsys.step.StepRunner;
import com.craftyverse.recsys.step.WorkerPool;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.io.Serial;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A call that writes the parts of a batch, or goes on with them.
final class BatchRun {
  private static final System.Logger LOG = System.getLogger(RecommendAll.class.getName());

  /// Aborts a call that ran out of time, so that it writes no manifest.
  static final class OutOfTimeException extends IOException {
    @Serial private static final long serialVersionUID = 1;
    private final transient RecommendAllFigures figures;

    OutOfTimeException(RecommendAllFigures figures) {
      super("stopped because the time limit was near; send the request again to continue");
      this.figures = figures;
    }

    RecommendAllFigures figures() {
      return figures;
    }
  }

  /// How much goes into a part. It depends on the model and the request alone, so that all calls
  /// make the same parts.
  ///
  /// @param rows most rows of a part
  /// @param products most multiplications for a part
  /// @param leastUsers least number of users in a part, whatever the limits
  /// @param batchRows rows of a record batch, roughly
  record Sizes(long rows, double products, int leastUsers, int batchRows) {
    /// A part takes up to 64 MB with ids of 32 bits, and some 45 seconds on two cores.
    static final Sizes USUAL = new Sizes(1 << 22, 0x1p40, 1024, 1 << 18);

    /// Returns the number of users in a part.
    int users(int n, long productsPerUser) {
      double users = Math.min((double) rows / n, products / Math.max(1, productsPerUser));
      return tiles(Math.max(leastUsers, users));
    }

    /// Returns the number of users in a record batch: enough that every thread has several tiles.
    int usersOfBatch(int n, int threads) {
      return tiles(
          Math.clamp((double) batchRows / n, 4.0 * threads * CatalogScorer.MAX_USERS, 8192.0));
    }

    private static int tiles(double users) {
      int tiles = (int) (Math.min(users, 1 << 30) / CatalogScorer.MAX_USERS);
      return Math.max(1, tiles) * CatalogScorer.MAX_USERS;
    }
  }

  private final ModelCard card;
  private final RecommendAllParameters parameters;
  private final UserSelection selection;
  private final Execution execution;
  private final Sizes sizes;
  private final String what;

  BatchRun(
      ModelCard card,
      RecommendAllParameters parameters,
      UserSelection selection,
      Execution execution,
      Sizes sizes) {
    this.card = card;
    this.parameters = parameters;
    this.selection = selection;
    this.execution = execution;
    this.sizes = sizes;
    this.what = StepName.RECOMMEND_ALL + " " + card.dataset();
  }

  /// Writes the parts that are missing.
  ///
  /// @param directory the model's directory, with a trailing slash
  /// @throws OutOfTimeException if the time limit ended the call; the checkpoint lists the parts so
  ///     far
  RecommendAllFigures write(
      ObjectStore store, String directory, BatchCheckpoint checkpoint, StepRunner.Output output)
      throws IOException {
    try (ArrowFile users = ArrowObjects.open(store, directory + StoreLayout.USERS);
        ArrowFile items = ArrowObjects.open(store, directory + StoreLayout.ITEMS);
        ArrowFile seen = ArrowObjects.open(store, directory + StoreLayout.SEEN);
        WorkerPool workers =
            new WorkerPool(StepName.RECOMMEND_ALL.toString(), what, execution.threads())) {
      CatalogRanking ranking =
          CatalogRanking.of(
              store, directory, card, items, parameters.filter(), parameters.rankBy());
      ListMaker lists = new ListMaker(new UserVectors(users, card, parameters.rankBy()), ranking);
      IdTable userIds = IdTable.read(users, Schemas.USER_ID);
      Parts parts = new Parts(store, lists, userIds, seen, workers, output);
      return parts.write(checkpoint);
    }
  }

  /// The parts of an opened model.
  private final class Parts {
    private final ObjectStore store;
    private final ListMaker lists;
    private final IdTable userIds;
    private final ArrowFile seen;
    private final WorkerPool workers;
    private final StepRunner.Output output;
    private final int usersPerPart;
    private final int partCount;
    private final List<BatchCheckpoint.Part> done = new ArrayList<>();

    Parts(
        ObjectStore store,
        ListMaker lists,
        IdTable userIds,
        ArrowFile seen,
        WorkerPool workers,
        StepRunner.Output output) {
      this.store = store;
      this.lists = lists;
      this.userIds = userIds;
      this.seen = seen;
      this.workers = workers;
      this.output = output;
      this.usersPerPart = sizes.users(parameters.n(), lists.productsPerUser());
      this.partCount = Math.max(1, Math.ceilDiv(selection.rows().length, usersPerPart));
    }

    RecommendAllFigures write(BatchCheckpoint checkpoint) throws IOException {
      done.addAll(checkpoint.read());
      for (BatchCheckpoint.Part part : done) {
        output.keep(part.name(), part.bytes());
      }
      logStart();
      Progress progress =
          new Progress(LOG, what, "users", selection.rows().length - figures().users());
      int before = figures().users();
      double partSeconds = 0;
      boolean isFirst = true;
      while (done.size() < partCount) {
        if (!isFirst && execution.isNear(partSeconds)) {
          LOG.log(
              Level.INFO,
              "{0}: stopped after part {1} of {2} because the time limit is near; the same request"
                  + " continues",
              what,
              String.valueOf(done.size()),
              String.valueOf(partCount));
          throw new OutOfTimeException(figures());
        }
        long start = System.nanoTime();
        done.add(part(done.size(), before, progress));
        if (done.size() < partCount) {
          checkpoint.write(done);
        }
        partSeconds = (System.nanoTime() - start) / 1e9;
        isFirst = false;
      }
      RecommendAllFigures figures = figures();
      LOG.log(
          Level.INFO,
          String.format(
              Locale.ROOT,
              "%s: %,d recommendations for %,d users in %d %s",
              what,
              figures.rows(),
              figures.users(),
              figures.parts(),
              figures.parts() == 1 ? "part" : "parts"));
      return figures;
    }

    private void logStart() {
      LOG.log(
          Level.INFO,
          String.format(
              Locale.ROOT,
              "%s: %d of %,d items for each of %,d users by %s, model %s; %s, %d %s%s",
              what,
              parameters.n(),
              lists.ranking().candidates().length,
              selection.rows().length,
              parameters.rankBy(),
              card.modelId(),
              Kernels.fastest(),
              execution.threads(),
              execution.threads() == 1 ? "thread" : "threads",
              done.isEmpty() ? "" : ", continuing after part " + done.size() + " of " + partCount));
    }

    private RecommendAllFigures figures() {
      int users = 0;
      long rows = 0;
      for (BatchCheckpoint.Part part : done) {
        users += part.users();
        rows += part.rows();
      }
      return new RecommendAllFigures(
          card.modelId(),
          parameters.rankBy(),
          lists.ranking().candidates().length,
          users,
          selection.rows().length,
          selection.unknown(),
          rows,
          done.size(),
          partCount);
    }

    /// Writes a part.
    ///
    /// @param before number of users whose lists other calls wrote
    private BatchCheckpoint.Part part(int number, int before, Progress progress)
        throws IOException {
      int from = number * usersPerPart;
      int to = Math.min(selection.rows().length, from + usersPerPart);
      String name = StoreLayout.part(number);
      Path file = store.newTempFile();
      try {
        long rows;
        try (PartWriter writer =
            new PartWriter(
                file,
                userIds,
                lists.ranking().itemIds(),
                Map.of("dataset", card.dataset(), "model", card.modelId()))) {
          writeLists(from, to, writer, before, progress);
          rows = writer.rows();
        }
        long bytes = Files.size(file);
        output.put(name, file);
        return new BatchCheckpoint.Part(name, bytes, to - from, rows);
      } finally {
        Files.deleteIfExists(file);
      }
    }

    private void writeLists(int from, int to, PartWriter writer, int before, Progress progress)
        throws IOException {
      int step = sizes.usersOfBatch(parameters.n(), workers.threads());
      @Nullable RatedItems[] rated = new RatedItems[workers.threads()];
      for (int first = from; first < to; first += step) {
        int start = first;
        int count = Math.min(step, to - start);
        int[] users = Arrays.copyOfRange(selection.rows(), start, start + count);
        ListMaker.TopList[] made = new ListMaker.TopList[count];
        workers.run(
            Math.ceilDiv(count, CatalogScorer.MAX_USERS),
            (task, worker) -> {
              if (parameters.excludeSeen() && rated[worker] == null) {
                rated[worker] = new RatedItems(seen, card);
              }
              int at = task * CatalogScorer.MAX_USERS;
              lists.make(
                  users,
                  at,
                  Math.min(CatalogScorer.MAX_USERS, count - at),
                  parameters.n(),
                  rated[worker],
                  made);
            });
        writer.write(users, made, 0, count);
        progress.update(start + count - before);
      }
    }
  }
}
