package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.kernel.Kernel;
import com.craftyverse.recsys.kernel.Kernels;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.kernel.Scratch;
import com.craftyverse.recsys.kernel.UpdateCoefficients;
import com.craftyverse.recsys.step.Threads;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A background thread that trains on dummy ratings, so that the JIT compiles the kernel while the first run
/// of a JVM reads its files. Uncompiled vector code is orders of magnitude slower than plain loops, and would
/// make the first epoch take as long as five.
///
/// For maintainers: the compiler discards the code when the run meets a case that it has not seen here.
/// Hence the columns in a mapped file, like those of the run, the batches of all sizes, and the ratings up to
/// the end of a column.
final class KernelWarmUp {
  private static final System.Logger LOG = System.getLogger(Train.class.getName());

  private static final int FACTORS = 50;
  private static final int ROWS = 64;
  private static final int RATINGS = 1_024;

  /// Runs of 1, 2, … ratings, which produce batches of all sizes.
  private static final int MAX_RUN_LENGTH = 24;

  /// More than any compiler needs.
  private static final int MAX_RUNS = 200_000;

  /// Once the code is fast, pauses leave the processor to the compiler and the file reader.
  private static final int RUNS_BETWEEN_PAUSES = 64;

  private static final long PAUSE_NANOS = 1_000_000;

  private static @Nullable KernelWarmUp first;

  private final Thread thread;
  private volatile boolean stopping;

  private KernelWarmUp() {
    this.thread = Thread.ofPlatform().daemon().name("train-warm-up").start(this::run);
  }

  /// Starts the warm-up, unless this JVM has already had it.
  static synchronized void start() {
    if (first == null) {
      first = new KernelWarmUp();
    }
  }

  /// Stops the warm-up within a batch if it is still running.
  static synchronized void finish() {
    if (first != null) {
      first.stopping = true;
      Threads.join(first.thread);
    }
  }

  private void run() {
    try (Arena arena = Arena.ofConfined()) {
      run(Kernels.fastest().kernel(), new RowLayout(FACTORS), ratings(arena));
    } catch (IOException e) { // No temporary file: the run is slower at first, but still correct.
      LOG.log(Level.WARNING, "cannot warm up the kernel, so the first epoch will be slow: {0}", e);
    }
  }

  /// Returns a column of row numbers followed by a column of ratings.
  private static MemorySegment ratings(Arena arena) throws IOException {
    try (FileChannel file =
        FileChannel.open(
            Files.createTempFile("train-warm-up", null),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      MemorySegment columns = file.map(MapMode.READ_WRITE, 0, 2L * RATINGS * Integer.BYTES, arena);
      for (int i = 0; i < RATINGS; i++) {
        columns.setAtIndex(Buffers.INT32, i, i % ROWS);
        columns.setAtIndex(Buffers.FLOAT32, RATINGS + i, 2 + i % 3);
      }
      return columns;
    }
  }

  private void run(Kernel kernel, RowLayout layout, MemorySegment columns) {
    Factors factors = Factors.initial(layout, ROWS, ROWS, 0, 0.25, 1, 1);
    UpdateCoefficients.Rate rate = new UpdateCoefficients.Rate(0.01f, 0.01f);
    UpdateCoefficients rates = new UpdateCoefficients(layout, 3, rate, rate, rate, rate);
    Scratch scratch = new Scratch(layout);
    float[] predicted = new float[MAX_RUN_LENGTH];
    long bytes = (long) RATINGS * Integer.BYTES;
    MemorySegment row = columns.asSlice(0, bytes);
    MemorySegment rating = columns.asSlice(bytes);
    for (int run = 0; run < MAX_RUNS && !stopping; run++) {
      int count = 1 + run % MAX_RUN_LENGTH;
      int from = run % (RATINGS - count + 1);
      int userAt = run % ROWS * layout.stride();
      kernel.update(
          rates, scratch, factors.users(), userAt, factors.items(), row, rating, from, count);
      kernel.predict(
          scratch,
          3,
          factors.users(),
          factors.items(),
          layout.stride(),
          row,
          row,
          from,
          count,
          predicted);
      if (run % RUNS_BETWEEN_PAUSES == 0) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }
}
