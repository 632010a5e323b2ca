package com.craftyverse.recsys.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class FactorsTest {
  private static final int USERS = 200;
  private static final int ITEMS = 100;

  /// Half stars with two planted factors and noise, times `scale`, plus `shift`.
  private static List<UserRatings> ratings(float scale, float shift) {
    Random random = new Random(5);
    double[][] planted = new double[USERS + ITEMS][];
    for (int i = 0; i < planted.length; i++) {
      planted[i] = new double[] {random.nextGaussian(), random.nextGaussian()};
    }
    List<UserRatings> users = new ArrayList<>();
    for (int user = 0; user < USERS; user++) {
      double[] p = planted[user];
      int[] items = IntStream.range(0, ITEMS).filter(each -> random.nextInt(4) == 0).toArray();
      float[] ratings = new float[items.length];
      for (int i = 0; i < items.length; i++) {
        double[] q = planted[USERS + items[i]];
        double stars = 2.75 + 0.5 * (p[0] * q[0] + p[1] * q[1]) + 0.3 * random.nextGaussian();
        stars = Math.rint(2 * Math.max(0.5, Math.min(5, stars))) / 2;
        ratings[i] = (float) stars * scale + shift;
      }
      users.add(new UserRatings(0, user, items, ratings, new long[items.length]));
    }
    return users;
  }

  /// Returns the error of the training ratings, in units.
  private static double rmse(List<UserRatings> users, double expectedUnit) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(LocalSpark.SESSION.sparkContext());
    long rows = users.stream().mapToLong(UserRatings::count).sum();
    Index index = new Index(null, null, USERS, ITEMS, rows, null, context.parallelize(users, 2));
    double unit = index.unit();
    assertThat(unit).isCloseTo(expectedUnit, within(1e-6));
    Biases biases = Biases.fit(context, index);
    Factors factors =
        Factors.ofRatings(
            LocalSpark.SESSION,
            index,
            biases,
            new ChoiceFactors(0, new float[0], 0),
            new Hyperparameters(2, 20, 0.15, 0, 2, 1, 0.1, 0.2),
            unit,
            2);
    Map<Integer, List<Float>> p = vectors(factors.users());
    Map<Integer, List<Float>> q = vectors(factors.items());
    double squares = 0;
    for (UserRatings user : users) {
      double[] residuals = biases.residuals(user);
      for (int i = 0; i < user.count(); i++) {
        List<Float> mine = p.get(user.user());
        List<Float> its = q.get(user.items()[i]);
        double error = residuals[i] - mine.get(0) * its.get(0) - mine.get(1) * its.get(1);
        squares += error * error / (unit * unit);
      }
    }
    return Math.sqrt(squares / rows);
  }

  private static Map<Integer, List<Float>> vectors(Dataset<Row> side) {
    Map<Integer, List<Float>> vectors = new HashMap<>();
    side.collectAsList().forEach(row -> vectors.put(row.getInt(0), row.getList(1)));
    return vectors;
  }

  @Test
  void ofRatings_anotherScale_fitsAsWell() {
    double stars = rmse(ratings(1, 0), 1);
    double percent = rmse(ratings(20, -5), 20);

    assertThat(stars).isLessThan(0.5);
    assertThat(percent).isCloseTo(stars, within(0.01 * stars));
  }
}
