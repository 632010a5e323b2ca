package com.craftyverse.recsys.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class CsvTextTest {
  @Test
  void wholeNumbers_areWrittenAsJavaDoes() throws IOException {
    for (long power = 1; power > 0 && power <= 1_000_000_000_000_000_000L; power *= 10) {
      for (long number : new long[] {power - 1, power, power + 1, -power, 9 * (power / 10)}) {
        assertThat(text(out -> out.number(number))).isEqualTo(Long.toString(number));
      }
    }
    for (long number = 1; number > 0; number = 3 * number + 7) {
      long each = number;
      assertThat(text(out -> out.number(each))).isEqualTo(Long.toString(each));
    }
    assertThat(text(out -> out.number(Long.MAX_VALUE))).isEqualTo("9223372036854775807");
    assertThat(text(out -> out.number(Long.MIN_VALUE))).isEqualTo("-9223372036854775808");
  }

  @Test
  void fractions_areTheShortestNumbers() throws IOException {
    assertThat(text(out -> out.number(3.5f))).isEqualTo("3.5");
    assertThat(text(out -> out.number(4f))).isEqualTo("4");
    assertThat(text(out -> out.number(1.1f))).isEqualTo("1.1");
    for (int tenths = 1; tenths < 30_000; tenths += 7) {
      float number = tenths / 10f;
      String expected = Float.toString(number).replaceFirst("\\.0$", "");
      assertThat(text(out -> out.number(number))).isEqualTo(expected);
      double wide = tenths / 10.0;
      assertThat(text(out -> out.number(wide))).isEqualTo(expected);
    }
    assertThat(text(out -> out.number(0.1 + 0.2))).isEqualTo("0.30000000000000004");
    assertThat(text(out -> out.number(1e-7f))).isEqualTo("1.0E-7");
    assertThat(text(out -> out.number(-2.5))).isEqualTo("-2.5");
    assertThat(text(out -> out.number(1e12))).isEqualTo("1.0E12");
    assertThat(text(out -> out.number(Double.NaN))).isEmpty();
  }

  @Test
  void texts_areQuotedIfNeeded() throws IOException {
    assertThat(text(out -> out.text("plain text"))).isEqualTo("plain text");
    assertThat(text(out -> out.text("a,b"))).isEqualTo("\"a,b\"");
    assertThat(text(out -> out.text("say \"x\""))).isEqualTo("\"say \"\"x\"\"\"");
    assertThat(text(out -> out.text(" x"))).isEqualTo("\" x\"");
    assertThat(text(out -> out.text("x\ny"))).isEqualTo("\"x\ny\"");
    assertThat(text(out -> out.text("é"))).isEqualTo("é");
  }

  private static String text(Consumer<CsvText> appender) throws IOException {
    try (CsvText text =
        new CsvText() {
          private boolean done;

          @Override
          boolean appendRows() {
            if (!done) {
              appender.accept(this);
            }
            done = true;
            return false;
          }
        }) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
