package com.craftyverse.recsys.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class QuantileTest {
  private static Dataset<Row> table(long... values) {
    List<Long> boxed = Arrays.stream(values).boxed().toList();
    return LocalSpark.SESSION.createDataset(boxed, Encoders.LONG()).toDF("time");
  }

  @Test
  void of_threeTimes_interpolates() {
    assertThat(Quantile.of(table(10, 30, 20), "time", 0.75, 0.9)).containsExactly(25, 28);
  }

  @Test
  void of_manyTimes_isThatOfTheSortedTimes() {
    Random random = new Random(7);
    long[] times = random.longs(2_001, 800_000_000L, 1_600_000_000L).toArray();
    long[] sorted = times.clone();
    Arrays.sort(sorted);

    double[] quantiles = Quantile.of(table(times), "time", 0.75, 0.9, 0.5);

    assertThat(quantiles[0]).isEqualTo(sorted[1500]);
    assertThat(quantiles[1]).isEqualTo(sorted[1800]);
    assertThat(quantiles[2]).isEqualTo(sorted[1000]);
  }

  @Test
  void of_equalTimes_isThatTime() {
    assertThat(Quantile.of(table(5, 5, 5), "time", 0.75)).containsExactly(5);
  }
}
