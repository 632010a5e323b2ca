package com.craftyverse.recsys.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.format.Schemas;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeriodsTest {
  @TempDir Path directory;

  private Periods periods(long... times) throws IOException {
    Path path = directory.resolve("set.arrow");
    int rows = times.length;
    try (ArrowFileWriter writer = ArrowFileWriter.create(path, Schemas.RATINGS, Map.of())) {
      writer.writeBatch(
          rows,
          Buffers.of(new int[rows], rows),
          Buffers.of(new int[rows], rows),
          Buffers.of(new float[rows], rows),
          MemorySegment.ofArray(times));
    }
    try (ArrowFile file = ArrowFile.open(path, "set.arrow")) {
      return Periods.of(
          HeldOutRatings.fromSplit(file, code -> code == 0 ? 0 : -1, code -> code == 0 ? 0 : -1));
    }
  }

  private static long[] times(String... times) {
    return Stream.of(times).mapToLong(time -> Instant.parse(time).getEpochSecond()).toArray();
  }

  @Test
  void months_startAtTheirFirstSecondInUtc() throws IOException {
    long[] times = times("2019-12-31T23:59:59Z", "2020-01-01T00:00:00Z", "2020-02-29T12:00:00Z");
    Periods periods = periods(times);
    assertThat(periods.count()).isEqualTo(3);
    assertThat(LongStream.of(times).map(periods::of)).containsExactly(0L, 1L, 2L);
    assertThat(periods.label(0)).isEqualTo("2019-12");
    assertThat(periods.label(2)).isEqualTo("2020-02");
  }

  @Test
  void moreThanSixtyMonths_becomeYears() throws IOException {
    assertThat(periods(times("2015-01-01T00:00:00Z", "2019-12-31T00:00:00Z")).count())
        .isEqualTo(60);
    long[] times = times("2014-12-31T23:00:00Z", "2015-01-01T00:00:00Z", "2019-12-31T00:00:00Z");
    Periods years = periods(times);
    assertThat(years.count()).isEqualTo(6);
    assertThat(LongStream.of(times).map(years::of)).containsExactly(0L, 1L, 5L);
    assertThat(years.label(5)).isEqualTo("2019");
  }

  @Test
  void timesThatSayNothing_giveNoPeriods() throws IOException {
    assertThat(periods(5, 5).count()).isZero();
    assertThat(periods().count()).isZero();
    assertThat(periods(0, Long.MAX_VALUE).count()).isZero();
    assertThat(periods(5, 5).of(5)).isEqualTo(-1);
  }

  @Test
  void bands_haveInclusiveUpperEnds() {
    assertThat(
            IntStream.of(0, 1, 4, 5, 19, 20, 99, 100, 499, 500, 1_000_000)
                .mapToObj(count -> Bands.ACTIVITY.label(Bands.ACTIVITY.of(count))))
        .containsExactly(
            "0", "1-4", "1-4", "5-19", "5-19", "20-99", "20-99", "100-499", "100-499", "500+",
            "500+");
    assertThat(
            IntStream.of(1, 9, 10, 9_999, 10_000)
                .mapToObj(count -> Bands.POPULARITY.label(Bands.POPULARITY.of(count))))
        .containsExactly("0-9", "0-9", "10-99", "1000-9999", "10000+");
  }
}
