package com.craftyverse.recsys.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class AxisTest {
  @Test
  void ticks_areRoundAndAroundAllValues() {
    Axis axis = Axis.around(List.of(0.7274, 0.9193, Double.NaN), 4);
    assertThat(axis.ticks().stream().map(axis::label))
        .containsExactly("0.70", "0.75", "0.80", "0.85", "0.90", "0.95");
    assertThat(axis.percent(0.825)).isCloseTo(50, within(1e-9));
  }

  @Test
  void negativeTicks_haveAMinus_andZeroHasNone() {
    Axis axis = Axis.around(List.of(-0.3, 1.0), 3);
    assertThat(axis.ticks().stream().map(axis::label)).containsExactly("−0.5", "0.0", "0.5", "1.0");
  }

  @Test
  void oneValue_isBetweenTicks() {
    Axis axis = Axis.around(List.of(0.5, 0.5), 4);
    assertThat(axis.percent(0.5)).isBetween(20.0, 80.0);
    assertThat(Axis.around(List.of(0.0), 4).percent(0)).isBetween(20.0, 80.0);
  }

  @Test
  void noValues_giveAnAxisFrom0To1() {
    assertThat(Axis.around(List.of(Double.NaN), 4)).isEqualTo(new Axis(0, 1, 1));
  }

  @Test
  void hugeAndTinyValues_haveTicks() {
    for (double scale : new double[] {1e-6, 1, 1e6}) {
      Axis axis = Axis.around(List.of(-scale, scale), 4);
      assertThat(axis.ticks()).hasSizeBetween(4, 7);
      assertThat(axis.percent(axis.low())).isZero();
    }
  }
}
