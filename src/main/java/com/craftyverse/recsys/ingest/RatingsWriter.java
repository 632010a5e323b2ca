package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.step.Schemas;
import com.craftyverse.recsys.step.Threads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/// Writes `ratings.arrow` and sums it up in a thread of its own, while the next rows are parsed.
final class RatingsWriter implements RatingsParser.Sink, AutoCloseable {
  private static final int BATCHES = 4;
  private static final long LOOK_MILLIS = 100;
  private static final RatingsBatch END = new RatingsBatch();

  /// Hears of rows that were written.
  @FunctionalInterface
  interface Listener {
    void written() throws IOException;
  }

  private final ArrayBlockingQueue<RatingsBatch> full = new ArrayBlockingQueue<>(BATCHES + 1);
  private final ArrayBlockingQueue<RatingsBatch> empty = new ArrayBlockingQueue<>(BATCHES);

  /// Batches in circulation, the one that the parser began with included.
  private int made = 1;

  private final FutureTask<RatingsSummary> task;
  private final Thread thread;

  /// @param path the file, which is replaced
  /// @param listener is called in the writing thread, after each batch
  RatingsWriter(Path path, Listener listener) {
    task = new FutureTask<>(() -> write(path, listener));
    thread = Thread.ofPlatform().daemon().name("ingest-write").start(task);
  }

  private RatingsSummary write(Path path, Listener listener)
      throws IOException, InterruptedException {
    RatingsSummary summary = new RatingsSummary();
    try (ArrowFileWriter writer = ArrowFileWriter.create(path, Schemas.RATINGS, Map.of())) {
      for (RatingsBatch batch = full.take(); batch.rows > 0; batch = full.take()) {
        write(writer, batch);
        summary.add(batch);
        listener.written();
        empty.put(batch);
      }
    }
    return summary;
  }

  /// Writes a record batch.
  static void write(ArrowFileWriter writer, RatingsBatch batch) throws IOException {
    int rows = batch.rows;
    writer.writeBatch(
        rows,
        Buffers.of(batch.users, rows),
        Buffers.of(batch.movies, rows),
        Buffers.of(batch.ratings, rows),
        Buffers.of(batch.timestamps, rows));
  }

  @Override
  public RatingsBatch accept(RatingsBatch batch) throws IOException {
    try {
      // There is room in the queue for all batches that there are.
      full.put(batch);
      if (empty.isEmpty() && made < BATCHES) {
        made++;
        return new RatingsBatch();
      }
      while (true) {
        RatingsBatch next = empty.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (next != null) {
          return next;
        }
        if (task.isDone()) {
          result();
        }
      }
    } catch (InterruptedException e) {
      throw Threads.stopped("writing ratings");
    }
  }

  /// Completes the file.
  RatingsSummary finish() throws IOException {
    try {
      full.put(END);
    } catch (InterruptedException e) {
      throw Threads.stopped("writing ratings");
    }
    return result();
  }

  private RatingsSummary result() throws IOException {
    try {
      return task.get();
    } catch (InterruptedException e) {
      throw Threads.stopped("writing ratings");
    } catch (ExecutionException e) {
      throw Threads.rethrow(e);
    }
  }

  /// Ends the thread; unless [#finish] was called before, the file is of no use.
  @Override
  public void close() {
    thread.interrupt();
    Threads.join(thread);
  }
}
