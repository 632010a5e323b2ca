package com.craftyverse.recsys.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ChoiceFactorsTest {
  private static final UserRatings USER =
      new UserRatings(0, 0, new int[] {0, 1}, new float[] {4, 2}, new long[2]);

  @Test
  void solve_positiveDefiniteSystem_givesItsSolution() {
    double[][] matrix = {{4, 0, 0}, {2, 5, 0}, {-2, 1, 6}};
    double[] vector = {4 + 4 - 6, 2 + 10 + 3, -2 + 2 + 18}; // for 1, 2, 3

    ChoiceFactors.solve(matrix, vector);

    assertThat(vector).containsExactly(new double[] {1, 2, 3}, within(1e-12));
  }

  @Test
  void user_twoRatings_isTheRidgeRegression() {
    ChoiceFactors factors = new ChoiceFactors(1, new float[] {1, -2}, 0.5);
    double[] residuals = {3, -3};

    float[] weights = factors.user(USER, residuals);
    factors.subtract(USER, weights, residuals);

    // (1·3 + 2·3) ÷ (1 + 4 + 0.5·2)
    assertThat(weights).containsExactly(1.5f);
    assertThat(residuals).containsExactly(1.5, 0);
  }

  @Test
  void user_noFactors_hasNoWeights() {
    assertThat(new ChoiceFactors(0, new float[0], 0.5).user(USER, new double[2])).isEmpty();
  }
}
