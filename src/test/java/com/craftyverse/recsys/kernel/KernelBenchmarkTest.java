package com.craftyverse.recsys.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Checks the results of the benchmarked code against sums in double precision.
class KernelBenchmarkTest {
  static Stream<Arguments> kernelsAndSizes() {
    return Stream.of("scalar", "vector")
        .flatMap(
            name ->
                Stream.of(1, 7, 8, 15, 16, 17, 31, 50, 64, 100, 512)
                    .map(factors -> Arguments.of(name, factors)));
  }

  private static KernelBenchmark benchmark(String name, int factors) {
    KernelBenchmark benchmark = new KernelBenchmark();
    benchmark.name = name;
    benchmark.factors = factors;
    benchmark.fill();
    return benchmark;
  }

  private static double product(KernelBenchmark benchmark, int item) {
    int stride = new RowLayout(benchmark.factors).stride();
    double sum = 0;
    for (int i = 0; i < stride; i++) {
      sum += (double) benchmark.user[i] * benchmark.items[item * stride + i];
    }
    return sum;
  }

  @ParameterizedTest
  @MethodSource("kernelsAndSizes")
  void dotAndScore_areTheProducts(String name, int factors) {
    KernelBenchmark benchmark = benchmark(name, factors);

    assertThat((double) benchmark.dot()).isCloseTo(product(benchmark, 0), within(1e-5));
    float[] scores = benchmark.score();
    for (int item = 0; item < KernelBenchmark.ITEMS; item++) {
      assertThat((double) scores[item]).isCloseTo(product(benchmark, item), within(1e-5));
    }
  }

  @ParameterizedTest
  @MethodSource("kernelsAndSizes")
  void update_learnsTheRatings(String name, int factors) {
    KernelBenchmark benchmark = benchmark(name, factors);
    double first = benchmark.update();
    double last = first;
    for (int i = 0; i < 200; i++) {
      last = benchmark.update();
    }

    assertThat(first / KernelBenchmark.ITEMS).isBetween(0.5, 6.0);
    assertThat(last).isLessThan(0.3 * first);
  }
}
