package com.craftyverse.recsys.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.craftyverse.recsys.kernel.Kernel;
import com.craftyverse.recsys.kernel.Kernels;
import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RankingSolverTest {
  private static final int USERS = 70;
  private static final int ITEMS = 45;
  private static final int FACTORS = 7;
  private static final double LAMBDA = 0.02;
  private static final double ALPHA0 = 0.2;

  /// Returns synthetic choices; the last user and the last item have none.
  private static Choices choices() {
    Random random = new Random(1);
    int[] user = new int[USERS * ITEMS];
    int[] item = new int[USERS * ITEMS];
    float[] weight = new float[USERS * ITEMS];
    int size = 0;
    for (int u = 0; u < USERS - 1; u++) {
      for (int i = 0; i < ITEMS - 1; i++) {
        if (random.nextInt(10) < (u % 5 == i % 5 ? 6 : 1)) {
          user[size] = u;
          item[size] = i;
          weight[size++] = 0.1f * (1 + random.nextInt(10));
        }
      }
    }
    return Choices.of(
        USERS,
        ITEMS,
        Arrays.copyOf(user, size),
        Arrays.copyOf(item, size),
        Arrays.copyOf(weight, size));
  }

  private record Run(Choices choices, RankingFactors vectors, double objective) {}

  /// The library's iteration did not terminate on some Gram matrices of low rank.
  @Test
  void fewRows_haveAnEigenbasis() throws IOException {
    try (WorkerPool workers = new WorkerPool("train", "test", 1)) {
      for (int users = 1; users < 30; users += 3) {
        Random random = new Random(users);
        int[] user = new int[3 * users];
        int[] item = new int[3 * users];
        float[] weight = new float[3 * users];
        Arrays.fill(weight, 0.5f);
        for (int i = 0; i < user.length; i++) {
          user[i] = i / 3;
          item[i] = 3 * random.nextInt(users) + i % 3;
        }
        for (double lambda : new double[] {1.5, 0.1, 0.01}) {
          Choices choices = Choices.of(users, 3 * users, user, item, weight);
          RankingSolver solver = new RankingSolver(choices, 128, 1, Kernels.vector(), workers);
          RankingFactors vectors = RankingFactors.initial(128, users, choices.items(), 42);
          double before = Double.POSITIVE_INFINITY;
          for (int epoch = 0; epoch < 10; epoch++) {
            double objective = solver.epoch(vectors, lambda, ALPHA0);
            assertThat(objective).isLessThan(before * (1 + 1e-5));
            before = objective;
          }
        }
      }
    }
  }

  /// Trains with an extreme penalty until the vectors are too small for floats.
  @ParameterizedTest
  @ValueSource(ints = {16, Integer.MAX_VALUE})
  void collapsingVectors_reachZero_andStayFinite(int blockFloats) throws IOException {
    try (WorkerPool workers = new WorkerPool("train", "test", 2)) {
      Choices choices = choices();
      RankingSolver solver =
          new RankingSolver(choices, FACTORS, 1, Kernels.vector(), workers, blockFloats);
      RankingFactors vectors = RankingFactors.initial(FACTORS, USERS, choices.items(), 42);
      double objective = 0;
      for (int epoch = 0; epoch < 100; epoch++) {
        objective = solver.epoch(vectors, 10, ALPHA0);
      }

      assertThat(objective).isCloseTo(choices.totalWeight(), within(1e-4));
      for (float value : vectors.items()) {
        assertThat(Math.abs(value)).isLessThan(1e-6f);
      }
    }
  }

  private static Run run(int epochs, int steps, int threads, Kernel kernel, int blockFloats)
      throws IOException {
    try (WorkerPool workers = new WorkerPool("train", "test", threads)) {
      Choices choices = choices();
      RankingSolver solver =
          new RankingSolver(choices, FACTORS, steps, kernel, workers, blockFloats);
      RankingFactors vectors = RankingFactors.initial(FACTORS, USERS, choices.items(), 42);
      double objective = 0;
      for (int epoch = 0; epoch < epochs; epoch++) {
        objective = solver.epoch(vectors, LAMBDA, ALPHA0);
      }
      return new Run(choices, vectors, objective);
    }
  }

  private static Run run(int epochs, int steps) throws IOException {
    return run(epochs, steps, 2, Kernels.scalar(), Integer.MAX_VALUE);
  }

  private static double dot(float[] a, int aAt, float[] b, int bAt) {
    double sum = 0;
    for (int i = 0; i < FACTORS; i++) {
      sum += (double) a[aAt + i] * b[bAt + i];
    }
    return sum;
  }

  /// Computes the objective by its definition, over all pairs.
  private static double objective(Choices choices, RankingFactors vectors) {
    Choices.Rows rows = choices.byUser();
    int stride = vectors.stride();
    double sum = 0;
    for (int u = 0; u < USERS; u++) {
      double norm = dot(vectors.users(), u * stride, vectors.users(), u * stride);
      sum += LAMBDA * (rows.weights()[u] + ALPHA0 * ITEMS) * norm;
      for (int i = 0; i < ITEMS; i++) {
        double score = dot(vectors.users(), u * stride, vectors.items(), i * stride);
        sum += ALPHA0 * score * score;
      }
      for (int at = rows.start()[u]; at < rows.start()[u + 1]; at++) {
        double score = dot(vectors.users(), u * stride, vectors.items(), rows.index()[at] * stride);
        sum += rows.weight(at) * (1 - score) * (1 - score);
      }
    }
    for (int i = 0; i < ITEMS; i++) {
      double norm = dot(vectors.items(), i * stride, vectors.items(), i * stride);
      sum += LAMBDA * (choices.byItem().weights()[i] + ALPHA0 * USERS) * norm;
    }
    return sum;
  }

  /// Solves the normal equations of a row with a library.
  private static double[] exact(Choices.Rows rows, int row, float[] fixed, int stride, int n) {
    DMatrixRMaj left = new DMatrixRMaj(FACTORS, FACTORS);
    DMatrixRMaj right = new DMatrixRMaj(FACTORS, 1);
    for (int other = 0; other < n; other++) {
      addOuter(left, ALPHA0, fixed, other * stride);
    }
    for (int f = 0; f < FACTORS; f++) {
      left.add(f, f, LAMBDA * (rows.weights()[row] + ALPHA0 * n));
    }
    for (int at = rows.start()[row]; at < rows.start()[row + 1]; at++) {
      int fixedAt = rows.index()[at] * stride;
      addOuter(left, rows.weight(at), fixed, fixedAt);
      for (int f = 0; f < FACTORS; f++) {
        right.add(f, 0, rows.weight(at) * fixed[fixedAt + f]);
      }
    }
    DMatrixRMaj solution = new DMatrixRMaj(FACTORS, 1);
    assertThat(CommonOps_DDRM.solve(left, right, solution)).isTrue();
    return solution.data;
  }

  private static void addOuter(DMatrixRMaj matrix, double times, float[] row, int at) {
    for (int i = 0; i < FACTORS; i++) {
      for (int j = 0; j < FACTORS; j++) {
        matrix.add(i, j, times * row[at + i] * row[at + j]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 12})
  void objective_matchesTheDefinition(int steps) throws IOException {
    for (int epochs = 1; epochs < 4; epochs++) {
      Run run = run(epochs, steps);

      double expected = objective(run.choices, run.vectors);
      assertThat(run.objective).isCloseTo(expected, within(1e-5 * expected));
    }
  }

  @Test
  void manySteps_solveTheNormalEquations() throws IOException {
    Run run = run(3, 12);

    int stride = run.vectors.stride();
    for (int item = 0; item < ITEMS; item++) {
      double[] exact = exact(run.choices.byItem(), item, run.vectors.users(), stride, USERS);
      for (int f = 0; f < FACTORS; f++) {
        assertThat((double) run.vectors.items()[item * stride + f])
            .isCloseTo(exact[f], within(2e-5));
      }
    }
  }

  @Test
  void oneStepPerEpoch_convergesLikeExactSolutions() throws IOException {
    double exact = run(60, 12).objective;
    double first = run(1, 12).objective;

    assertThat(run(60, 1).objective).isCloseTo(exact, within(2e-3 * (first - exact)));
    assertThat(run(60, 2).objective).isCloseTo(exact, within(2e-3 * (first - exact)));
  }

  @Test
  void objective_fallsEachEpoch() throws IOException {
    double before = Double.POSITIVE_INFINITY;
    for (int epochs = 1; epochs < 8; epochs++) {
      double objective = run(epochs, 1).objective;
      assertThat(objective).isLessThan(before);
      before = objective;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void vectors_areBitIdentical_forAllThreadsAndKernels(int steps) throws IOException {
    Run expected = run(3, steps);

    for (int threads : new int[] {1, 2, 5}) {
      for (Kernel kernel : new Kernel[] {Kernels.scalar(), Kernels.vector()}) {
        Run run = run(3, steps, threads, kernel, Integer.MAX_VALUE);
        assertThat(run.vectors.users()).isEqualTo(expected.vectors.users());
        assertThat(run.vectors.items()).isEqualTo(expected.vectors.items());
        assertThat(run.objective).isEqualTo(expected.objective);
      }
    }
  }

  /// Uses blocks of 1, 2, … users. The order of additions differs only at the ends of pieces.
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void blocks_giveTheSameSolution(int steps) throws IOException {
    Run expected = run(2, steps);

    for (int blockFloats : new int[] {16, 100, 32 * 16}) {
      Run run = run(2, steps, 2, Kernels.vector(), blockFloats);
      assertThat(run.objective).isCloseTo(expected.objective, within(1e-5 * expected.objective));
      for (int i = 0; i < expected.vectors.items().length; i++) {
        assertThat(run.vectors.items()[i]).isCloseTo(expected.vectors.items()[i], within(1e-4f));
      }
      Run again = run(2, steps, 1, Kernels.scalar(), blockFloats);
      assertThat(again.vectors.items()).isEqualTo(run.vectors.items());
      assertThat(again.objective).isEqualTo(run.objective);
    }
  }

  @Test
  void usersAndItemsWithoutChoices_areZero() throws IOException {
    for (int blockFloats : new int[] {16, Integer.MAX_VALUE}) {
      Run run = run(2, 1, 2, Kernels.vector(), blockFloats);

      int stride = run.vectors.stride();
      assertThat(run.choices.users()[USERS - 1]).isEqualTo(USERS - 1);
      assertThat(run.choices.items()[ITEMS - 1]).isEqualTo(ITEMS - 1);
      assertThat(
              Arrays.copyOfRange(
                  run.vectors.users(), (USERS - 1) * stride, run.vectors.users().length))
          .containsOnly(0);
      assertThat(
              Arrays.copyOfRange(
                  run.vectors.items(), (ITEMS - 1) * stride, run.vectors.items().length))
          .containsOnly(0);
    }
  }

  @Test
  void choices_areTheSameBothWays_andAscend() {
    Choices choices = choices();
    float[][] byUser = dense(choices.byUser(), ITEMS);
    float[][] byItem = dense(choices.byItem(), USERS);

    for (int u = 0; u < USERS; u++) {
      for (int i = 0; i < ITEMS; i++) {
        assertThat(byUser[u][i]).isEqualTo(byItem[i][u]);
      }
    }
    for (Choices.Rows rows : new Choices.Rows[] {choices.byUser(), choices.byItem()}) {
      for (int row = 1; row < rows.rows(); row++) {
        assertThat(rows.count(row)).isLessThanOrEqualTo(rows.count(row - 1));
      }
    }
  }

  private static float[][] dense(Choices.Rows rows, int columns) {
    float[][] dense = new float[rows.rows()][columns];
    for (int row = 0; row < rows.rows(); row++) {
      int before = -1;
      for (int at = rows.start()[row]; at < rows.start()[row + 1]; at++) {
        assertThat(rows.index()[at]).isGreaterThan(before);
        before = rows.index()[at];
        dense[row][before] = rows.weight(at);
      }
    }
    return dense;
  }
}
