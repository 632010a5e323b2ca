package com.craftyverse.recsys.index;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.format.Schemas;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecentRatingsTest {
  private static final int[] ITEMS = {70, 70, 20, 70, 20, 20, 70, 20, 70, 20, 20};

  @TempDir Path directory;

  /// The 0.8 quantile of eleven times is the ninth: h = 10 · 0.8.
  @Test
  void count_ofDistinctTimes_isOfTheRatingsAfterTheQuantile() throws IOException {
    assertThat(recent(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)).containsExactly(2, 0);
    assertThat(recent(11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)).containsExactly(0, 2);
  }

  @Test
  void count_ofTiedTimes_leavesOutThoseAtTheQuantile() throws IOException {
    assertThat(recent(1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10)).containsExactly(1, 0);
    assertThat(recent(1, 2, 3, 4, 5, 6, 7, 9, 8, 9, 9)).containsExactly(0, 0);
    assertThat(recent(5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5)).containsExactly(0, 0);
  }

  /// The 0.8 quantile of 1, 2 and 3 is 2.6.
  @Test
  void count_whereTheQuantileLiesBetweenTimes_isOfTheLaterOnes() throws IOException {
    assertThat(recent(3, 2, 1)).containsExactly(0, 1);
  }

  /// Returns the recent ratings of the items 20 and 70 in a training set that lies in two files.
  private int[] recent(long... times) throws IOException {
    int rows = times.length;
    try (ArrowFile first = file("train.arrow", 0, rows / 2, times);
        ArrowFile second = file("test.arrow", rows / 2, rows, times)) {
      IdVocabulary.Counter counter = new IdVocabulary.Counter();
      Arrays.stream(ITEMS).limit(rows).forEach(counter::add);
      List<ArrowFile> files = List.of(first, second);
      return RecentRatings.count(files, IdVocabulary.of(counter, files, "itemId"));
    }
  }

  private ArrowFile file(String name, int from, int to, long[] times) throws IOException {
    int rows = to - from;
    Path path = directory.resolve(name);
    try (var writer = ArrowFileWriter.create(path, Schemas.RATINGS, Map.of())) {
      writer.writeBatch(
          rows,
          Buffers.of(new int[rows], rows),
          Buffers.of(Arrays.copyOfRange(ITEMS, from, to), rows),
          Buffers.of(new float[rows], rows),
          Buffers.of(Arrays.copyOfRange(times, from, to), rows));
    }
    return ArrowFile.open(path, name);
  }
}
