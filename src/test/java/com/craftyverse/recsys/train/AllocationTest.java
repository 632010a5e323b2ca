package com.craftyverse.recsys.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.kernel.Kernel;
import com.craftyverse.recsys.kernel.Kernels;
import com.craftyverse.recsys.kernel.RowLayout;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Once the compiler has done its work, an epoch allocates for its blocks, never for its ratings.
class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final Duration LONGEST_WARM_UP = Duration.ofMinutes(2);

  @TempDir Path directory;

  @Test
  void scalarKernel_allocatesNothingForARating() throws IOException {
    assertAllocatesNothing(Kernels.scalar());
  }

  /// A vector that is not kept in registers is an object, of 48 bytes or more.
  @Test
  void vectorKernel_allocatesNothingForARating() throws IOException {
    assertAllocatesNothing(Kernels.vector());
  }

  private void assertAllocatesNothing(Kernel kernel) throws IOException {
    IndexFixture index = PlantedRatings.index(2);
    Path path = directory.resolve("train.arrow");
    Path none = directory.resolve("validation.arrow");
    index.writeTrain(path);
    IndexFixture.writeRatings(index.validation, none);
    try (ArrowFile trainFile = ArrowFile.open(path, "train.arrow");
        ArrowFile validationFile = ArrowFile.open(none, "validation.arrow");
        Workers workers = new Workers("allocation", 1)) {
      TrainingSet training = new TrainingSet(trainFile);
      ValidationSet validation = new ValidationSet(validationFile, 400, 150);
      TrainParameters parameters =
          TrainParameters.of(TrainRequest.of("allocation"), training.rows());
      Descent descent = new Descent(training, validation, parameters, kernel, workers);
      Factors factors =
          Factors.initial(
              new RowLayout(parameters.factors()), training.users(), training.items(), 0, 0.25, 1);
      long[] worker = new long[1];
      workers.run(1, (task, self) -> worker[0] = Thread.currentThread().threadId());

      Instant end = Instant.now().plus(LONGEST_WARM_UP);
      double least = Double.POSITIVE_INFINITY;
      for (int epoch = 1; least >= 0.5 && Instant.now().isBefore(end); epoch++) {
        long before = THREADS.getThreadAllocatedBytes(worker[0]);
        descent.train(factors, epoch, 0.001);
        long allocated = THREADS.getThreadAllocatedBytes(worker[0]) - before;
        least = Math.min(least, (double) allocated / training.rows());
      }

      assertThat(least).as("bytes a rating").isLessThan(0.5);
    }
  }
}
