package com.craftyverse.recsys.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.kernel.Kernel;
import com.craftyverse.recsys.kernel.Kernels;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.step.WorkerPool;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// Tests that a compiled epoch allocates per block, but never per user, rating or batch, in any JVM.
public final class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /// A vector that does not stay in registers is an object of 48 bytes or more. With one user per 30
  /// ratings in a block, one object per user would exceed one byte per rating.
  private static final double MAX_BYTES = 0.1;

  /// The order of compilation differs from JVM to JVM.
  private static final int JVMS = 3;

  private static final Duration MAX_WARM_UP = Duration.ofSeconds(15);

  @Test
  void scalarKernel_allocatesNothingPerRating() throws Exception {
    assertThat(bytesPerRating("scalar")).isLessThan(MAX_BYTES);
  }

  @Test
  void vectorKernel_allocatesNothingPerRating() throws Exception {
    for (int jvm = 0; jvm < JVMS; jvm++) {
      assertThat(bytesPerRating("vector")).isLessThan(MAX_BYTES);
    }
  }

  /// Measures in a separate JVM, like training on Lambda, because earlier tests influence how the JIT
  /// compiles the kernel.
  private static double bytesPerRating(String kernel) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                AllocationTest.class.getName(),
                kernel)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return Double.parseDouble(output.strip());
  }

  /// Trains with the named kernel until an epoch allocates almost nothing, or for a limited time, and
  /// prints the fewest bytes per rating that an epoch allocated.
  public static void main(String[] arguments) throws IOException {
    Kernel kernel = arguments[0].equals("vector") ? Kernels.vector() : Kernels.scalar();
    Path directory = Files.createTempDirectory("allocation");
    Path path = directory.resolve("train.arrow");
    Path none = directory.resolve("validation.arrow");
    try {
      System.out.println(minBytes(kernel, path, none));
    } finally {
      Files.deleteIfExists(path);
      Files.deleteIfExists(none);
      Files.delete(directory);
    }
  }

  private static double minBytes(Kernel kernel, Path path, Path none) throws IOException {
    IndexFixture index = PlantedRatings.index(2);
    index.writeTrain(path);
    IndexFixture.writeRatings(index.validation, none);
    try (ArrowFile trainFile = ArrowFile.open(path, "train.arrow");
        ArrowFile validationFile = ArrowFile.open(none, "validation.arrow");
        WorkerPool workers = new WorkerPool("train", "allocation", 1)) {
      TrainingSet training = new TrainingSet(trainFile);
      ValidationSet validation = new ValidationSet(validationFile, 400, 150);
      TrainParameters parameters =
          TrainParameters.of(TrainRequest.of("allocation"), training.rows());
      SgdEpoch sgd =
          new SgdEpoch(training, validation, parameters, RatingScale.STARS, kernel, workers);
      Factors factors =
          Factors.initial(
              new RowLayout(parameters.factors()),
              training.users(),
              training.items(),
              0,
              0.25,
              1,
              1);
      long[] worker = new long[1];
      workers.run(1, (task, self) -> worker[0] = Thread.currentThread().threadId());

      Instant end = Instant.now().plus(MAX_WARM_UP);
      double least = Double.POSITIVE_INFINITY;
      for (int epoch = 1; least >= MAX_BYTES && Instant.now().isBefore(end); epoch++) {
        long before = THREADS.getThreadAllocatedBytes(worker[0]);
        sgd.train(factors, epoch, 0.001);
        long allocated = THREADS.getThreadAllocatedBytes(worker[0]) - before;
        least = Math.min(least, (double) allocated / training.rows());
      }

      return least;
    }
  }
}
