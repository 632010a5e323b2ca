package com.craftyverse.recsys.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelTest {
  static Stream<Kernel> kernels() {
    return Stream.of(Kernels.scalar(), Kernels.vector());
  }

  static IntStream sizes() {
    return Arrays.stream(KernelProbe.SIZES);
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void everyKernel_givesTheSameBits(int factors) {
    int[] scalar = KernelProbe.bits(Kernels.scalar(), factors);
    int[] vector = KernelProbe.bits(Kernels.vector(), factors);

    assertThat(withoutLanes(vector)).isEqualTo(withoutLanes(scalar));
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8, 16})
  void everyLaneWidth_givesTheSameBits(int lanes) throws Exception {
    try (FreshKernels fresh = new FreshKernels(lanes)) {
      for (int factors : KernelProbe.SIZES) {
        int[] vector = fresh.bits("bits", factors);

        assertThat(vector[0]).isEqualTo(lanes);
        assertThat(withoutLanes(vector))
            .as("%d factors", factors)
            .isEqualTo(withoutLanes(KernelProbe.bits(Kernels.scalar(), factors)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void everyKernel_givesTheRankingLoopsTheSameBits(int factors) {
    int[] scalar = KernelProbe.rankingBits(Kernels.scalar(), factors);
    int[] vector = KernelProbe.rankingBits(Kernels.vector(), factors);

    assertThat(withoutLanes(vector)).isEqualTo(withoutLanes(scalar));
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8, 16})
  void everyLaneWidth_givesTheRankingLoopsTheSameBits(int lanes) throws Exception {
    try (FreshKernels fresh = new FreshKernels(lanes)) {
      for (int factors : KernelProbe.SIZES) {
        int[] vector = fresh.bits("rankingBits", factors);

        assertThat(vector[0]).isEqualTo(lanes);
        assertThat(withoutLanes(vector))
            .as("%d factors", factors)
            .isEqualTo(withoutLanes(KernelProbe.rankingBits(Kernels.scalar(), factors)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void bitsOfTheRankingLoops_doNotDependOnHowOftenTheCodeHasRun(Kernel kernel) {
    int[] first = KernelProbe.rankingBits(kernel, 50);

    for (int i = 0; i < 100; i++) {
      assertThat(KernelProbe.rankingBits(kernel, 50)).isEqualTo(first);
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void dotsAndAddRows_gatherRows(Kernel kernel) {
    float[] rows = new float[3 * 16];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Math.floorDiv(i, 16) + 1; // rows of ones, twos and threes
    }
    float[] row = new float[2 * 16];
    Arrays.fill(row, 16, 32, 0.5f);
    float[] dots = new float[8];
    int[] index = {9, 2, 0, 1};

    kernel.dots(new Scratch(16), row, 16, rows, 16, index, 1, 3, dots);
    float[] sum = new float[2 * 16];
    kernel.addRows(new float[] {1, 10, 100}, rows, 16, index, 1, 3, sum, 16);

    assertThat(Arrays.copyOf(dots, 3)).containsExactly(24, 8, 16);
    assertThat(Arrays.copyOf(sum, 16)).containsOnly(0);
    assertThat(Arrays.copyOfRange(sum, 16, 32)).containsOnly(3 + 10 + 200);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void gramAndRotate_areMatrixProducts(Kernel kernel) {
    int stride = 32;
    int count = 7;
    Random random = new Random(1);
    // Small whole numbers, whose products and sums are exact.
    float[] rows = wholeNumbers((count + 2) * stride, random);
    float[] matrix = wholeNumbers(stride * stride, random);
    float[] gram = new float[stride * stride];
    float[] multiplied = rows.clone();

    kernel.gram(rows, stride, 1, count, gram);
    kernel.multiply(multiplied, stride, 1, count, matrix, new float[Kernel.BLOCK_ROWS * stride]);

    for (int i = 0; i < stride; i++) {
      for (int j = i; j < stride; j++) {
        float sum = 0;
        for (int row = 1; row <= count; row++) {
          sum += rows[row * stride + i] * rows[row * stride + j];
        }
        assertThat(gram[i * stride + j]).isEqualTo(sum);
      }
    }
    for (int row = 0; row < count + 2; row++) {
      for (int j = 0; j < stride; j++) {
        float sum = row == 0 || row > count ? rows[row * stride + j] : 0;
        for (int l = 0; l < stride && row > 0 && row <= count; l++) {
          sum += rows[row * stride + l] * matrix[l * stride + j];
        }
        assertThat(multiplied[row * stride + j]).isEqualTo(sum);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void multiplyPanel_isAMatrixProduct(Kernel kernel) {
    int stride = 32;
    Random random = new Random(1);
    float[] rows = wholeNumbers(7 * stride, random);
    float[] panel = wholeNumbers(stride * 16, random);
    float[][] products = new float[7][18];

    kernel.multiplyPanel(rows, stride, 6, panel, products, 1);

    for (int row = 0; row < 7; row++) {
      for (int column = 0; column < 18; column++) {
        float sum = 0;
        for (int f = 0; f < stride && row < 6 && column >= 1 && column <= 16; f++) {
          sum += rows[row * stride + f] * panel[f * 16 + column - 1];
        }
        assertThat(products[row][column]).isEqualTo(sum);
      }
    }
  }

  /// Runs in the interpreter, C1 and C2 in turn.
  @ParameterizedTest
  @MethodSource("kernels")
  void bits_doNotDependOnHowOftenTheCodeHasRun(Kernel kernel) {
    int[] first = KernelProbe.bits(kernel, 50);

    for (int i = 0; i < 300; i++) {
      assertThat(KernelProbe.bits(kernel, 50)).isEqualTo(first);
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void dot_isTheSumOfProducts(Kernel kernel) {
    for (int factors : KernelProbe.SIZES) {
      RowLayout layout = new RowLayout(factors);
      int stride = layout.stride();
      Random random = new Random(factors);
      float[] a = new float[2 * stride];
      float[] b = new float[3 * stride];
      double sum = 0;
      for (int i = 0; i < stride; i++) {
        a[stride + i] = random.nextFloat();
        b[2 * stride + i] = random.nextFloat();
        sum += (double) a[stride + i] * b[2 * stride + i];
      }

      assertThat((double) kernel.dot(new Scratch(layout), a, stride, b, 2 * stride, stride))
          .isCloseTo(sum, within(1e-6 * sum));
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void update_ofOneRating_takesOneGradientStep(Kernel kernel) {
    // given p = 1/2, q = 2, no biases yet, and numbers that floats hold exactly
    RowLayout layout = new RowLayout(1);
    float[] users = layout.allocate(1);
    float[] items = layout.allocate(2);
    users[0] = 0.5f;
    users[2] = 1;
    items[16] = 2;
    items[17] = 1;
    UpdateCoefficients rates =
        rates(
            layout,
            3,
            new UpdateCoefficients.Rate(0.25f, 0.5f),
            new UpdateCoefficients.Rate(0.5f, 0.5f));

    // when a rating of 5 meets a prediction of 3 + 1
    double squares = update(kernel, layout, rates, users, items, new int[] {1}, new float[] {5});

    // then the error is 1
    assertThat(squares).isEqualTo(1);
    assertThat(Arrays.copyOf(users, 4)).containsExactly(0.875f * 0.5f + 0.25f * 2, 0.5f, 1, 0);
    assertThat(Arrays.copyOfRange(items, 16, 20))
        .containsExactly(0.875f * 2 + 0.25f * 0.5f, 1, 0.5f, 0);
    assertThat(Arrays.copyOf(items, 16)).containsOnly(0);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void update_ofABatch_takesEveryRatingAgainstTheSameUser(Kernel kernel) {
    // given two ratings of errors 1 and 2
    RowLayout layout = new RowLayout(1);
    float[] users = layout.allocate(1);
    float[] items = layout.allocate(2);
    users[0] = 1;
    users[2] = 1;
    items[0] = 1;
    items[1] = 1;
    items[16] = 2;
    items[17] = 1;
    UpdateCoefficients rates =
        rates(layout, 0, new UpdateCoefficients.Rate(0.5f, 1), UpdateCoefficients.Rate.FIXED);

    double squares =
        update(kernel, layout, rates, users, items, new int[] {0, 1}, new float[] {2, 4});

    assertThat(squares).isEqualTo(1 + 4);
    assertThat(users[0]).isEqualTo(0.25f * 1 + 0.5f * (1 * 1 + 2 * 2));
    assertThat(items[0]).isEqualTo(0.5f * 1 + 0.5f * 1 * 1);
    assertThat(items[16]).isEqualTo(0.5f * 2 + 0.5f * 2 * 1);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void update_keepsFixedItemFactors_whichUsersLearnFrom(Kernel kernel) {
    // given a learned and a fixed factor, and a rating of error 1
    RowLayout layout = new RowLayout(2);
    float[] users = layout.allocate(1);
    float[] items = layout.allocate(1);
    users[0] = 0.5f;
    users[3] = 1;
    items[0] = 2;
    items[1] = 4;
    items[2] = 1;
    UpdateCoefficients.Rate learned = new UpdateCoefficients.Rate(0.5f, 0.5f);
    UpdateCoefficients rates =
        new UpdateCoefficients(
            layout,
            3,
            learned,
            learned,
            UpdateCoefficients.Rate.FIXED,
            UpdateCoefficients.Rate.FIXED,
            new UpdateCoefficients.FixedItemFactors(1, new UpdateCoefficients.Rate(0.25f, 0.5f)));

    double squares = update(kernel, layout, rates, users, items, new int[] {0}, new float[] {5});

    assertThat(squares).isEqualTo(1);
    assertThat(Arrays.copyOf(users, 4)).containsExactly(0.75f * 0.5f + 0.5f * 2, 0.25f * 4, 0, 1);
    assertThat(Arrays.copyOf(items, 4)).containsExactly(0.75f * 2 + 0.5f * 0.5f, 4, 1, 0);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void update_keepsOnesAndPadding(Kernel kernel) {
    int[] bits = KernelProbe.bits(kernel, 50);
    int stride = new RowLayout(50).stride();
    int firstUser = 3 + 6 * 11;
    int firstItem = firstUser + 6 * stride;

    for (int user = 0; user < 6; user++) {
      assertThat(Float.intBitsToFloat(bits[firstUser + user * stride + 51])).isEqualTo(1);
      assertThat(
              Arrays.copyOfRange(
                  bits, firstUser + user * stride + 52, firstUser + (user + 1) * stride))
          .containsOnly(0);
    }
    for (int item = 0; item < 11; item++) {
      assertThat(Float.intBitsToFloat(bits[firstItem + item * stride + 50])).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void update_outsideTheRows_isRefused(Kernel kernel) {
    RowLayout layout = new RowLayout(8);
    UpdateCoefficients rates =
        rates(layout, 0, new UpdateCoefficients.Rate(0.1f, 0.1f), UpdateCoefficients.Rate.FIXED);

    assertThatThrownBy(
            () ->
                update(
                    kernel,
                    layout,
                    rates,
                    layout.allocate(1),
                    layout.allocate(2),
                    new int[] {2},
                    new float[] {1}))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void stride_isAMultipleOf16WithRoomForTwoMore() {
    assertThat(IntStream.of(1, 14, 15, 50, 62, 63, 512).map(k -> new RowLayout(k).stride()))
        .containsExactly(16, 16, 32, 64, 64, 80, 528);
  }

  @Test
  void allocate_ofMoreThanAnArrayHolds_isRefused() {
    assertThatThrownBy(() -> new RowLayout(512).allocate(5_000_000))
        .hasMessage("5000000 rows of 528 floats exceed the maximum array size");
  }

  private static UpdateCoefficients rates(
      RowLayout layout,
      float mean,
      UpdateCoefficients.Rate factors,
      UpdateCoefficients.Rate biases) {
    return new UpdateCoefficients(layout, mean, factors, factors, biases, biases);
  }

  private static double update(
      Kernel kernel,
      RowLayout layout,
      UpdateCoefficients rates,
      float[] users,
      float[] items,
      int[] item,
      float[] rating) {
    return kernel.update(
        rates,
        new Scratch(layout),
        users,
        0,
        items,
        MemorySegment.ofArray(item),
        MemorySegment.ofArray(rating),
        0,
        item.length);
  }

  private static int[] withoutLanes(int[] bits) {
    return Arrays.copyOfRange(bits, 1, bits.length);
  }

  private static float[] wholeNumbers(int count, Random random) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = random.nextInt(9) - 4;
    }
    return numbers;
  }

  /// Another copy of the package's classes, with another lane width.
  private static final class FreshKernels implements AutoCloseable {
    private final URLClassLoader loader;
    private final Class<?> probe;
    private final String before;

    FreshKernels(int lanes) throws ClassNotFoundException {
      this.before = System.getProperty(VectorKernel.LANES_PROPERTY);
      System.setProperty(VectorKernel.LANES_PROPERTY, String.valueOf(lanes));
      URL[] places = {location(Kernel.class), location(KernelProbe.class)};
      this.loader = new URLClassLoader(places, ClassLoader.getPlatformClassLoader());
      this.probe = loader.loadClass(KernelProbe.class.getName());
    }

    int[] bits(String loops, int factors) throws ReflectiveOperationException {
      return (int[])
          probe.getMethod(loops, String.class, int.class).invoke(null, "vector", factors);
    }

    private static URL location(Class<?> type) {
      return type.getProtectionDomain().getCodeSource().getLocation();
    }

    @Override
    public void close() throws IOException {
      if (before == null) {
        System.clearProperty(VectorKernel.LANES_PROPERTY);
      } else {
        System.setProperty(VectorKernel.LANES_PROPERTY, before);
      }
      loader.close();
    }
  }
}
