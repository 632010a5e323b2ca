package com.craftyverse.recsys.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.kernel.Kernels;
import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingSetTest {
  @TempDir Path directory;

  @Test
  void chunks_haveSixtyFourUsersAndWholeUsers() throws IOException {
    IndexFixture index = new IndexFixture(200, 4, 1);
    for (int user = 0; user < 200; user++) {
      for (int item = 0; item <= user % 3; item++) {
        index.train.add(user, item, 3);
      }
    }
    Path path = directory.resolve("train.arrow");
    index.writeTrain(path);

    try (ArrowFile file = ArrowFile.open(path, "train.arrow")) {
      TrainingSet set = new TrainingSet(file);

      assertThat(set.rows()).isEqualTo(399);
      assertThat(set.mean()).isEqualTo(3);
      TrainingSet.Block block = set.block(0, 0);
      assertThat(block.rows()).isEqualTo(399);
      assertThat(block.chunks()).isEqualTo(4);
      assertThat(IntStream.range(0, 4).map(chunk -> block.starts()[block.firstRun(chunk)]))
          .containsExactly(0, 127, 255, 384);
      assertThat(IntStream.range(0, 4).map(block::endRun)).containsExactly(64, 128, 192, 200);
      assertThat(block.users()).isEqualTo(IntStream.range(0, 200).toArray());
      assertThat(block.starts()).startsWith(0, 1, 3, 6).endsWith(396, 397, 399);
    }
  }

  @Test
  void ofUsers_hasTheirRatingsAlone() throws IOException {
    IndexFixture index = new IndexFixture(200, 4, 2);
    for (int user = 0; user < 200; user++) {
      for (int item = 0; item <= user % 3; item++) {
        index.train.add(user, item, 3);
      }
    }
    Path path = directory.resolve("train.arrow");
    index.writeTrain(path);
    try (ArrowFile file = ArrowFile.open(path, "train.arrow");
        ArrowFile none = ArrowFile.open(path, "validation.arrow");
        WorkerPool workers = new WorkerPool("train", "test", 1)) {
      TrainingSet all = new TrainingSet(file);
      TrainParameters parameters = TrainParameters.of(TrainRequest.of("m"), 1);
      Factors factors = Factors.initial(all, parameters, null);
      Factors before = factors.copy();
      BitSet two = BitSet.valueOf(new long[] {0b100100});

      TrainingSet sample = all.ofUsers(two, 6);
      ValidationSet validation = new ValidationSet(none, 200, 4);
      new SgdEpoch(sample, validation, parameters, RatingScale.STARS, Kernels.scalar(), workers)
          .train(factors, 1, 0.1);

      assertThat(all.ratingsOfUsers()).startsWith(1, 2, 3, 1, 2, 3).hasSize(200);
      assertThat(validation.rowsOf(sample)).isEqualTo(6);
      assertThat(validation.rowsOf(all)).isEqualTo(399);
      int stride = parameters.layout().stride();
      for (int user = 0; user < 200; user++) {
        float[] row = Arrays.copyOfRange(factors.users(), user * stride, (user + 1) * stride);
        float[] old = Arrays.copyOfRange(before.users(), user * stride, (user + 1) * stride);
        assertThat(Arrays.equals(row, old)).isEqualTo(!two.get(user));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "blocks     | 3     | metadata 'userBounds': 3 bounds; a grid of 3 blocks per side has 4",
        "blocks     | two   | metadata 'blocks': 'two' is not a whole number",
        "blocks     | 0     | metadata 'blocks': 0 is outside 1..256",
        "userBounds | 0,5,4 | metadata 'userBounds': bounds must start at 0 and ascend",
        "itemBounds | 1,2,4 | metadata 'itemBounds': bounds must start at 0 and ascend",
        "userBounds | 0,1,4 | record batch 0, row 1: user 1, item 0; the block has users 0..0 and"
            + " items 0..1",
        "itemBounds | 0,1,2 | record batch 0, row 2: user 1, item 1; the block has users 0..1 and"
            + " items 0..0",
      })
  void gridThatDoesNotMatch_isRefused(String key, String value, String message) throws IOException {
    assertThatThrownBy(() -> read(key, value, new int[] {0, 1, 1}, 4))
        .isInstanceOf(MalformedFileException.class)
        .hasMessage("train.arrow: " + message);
  }

  @Test
  void usersThatDoNotAscend_areRefused() {
    assertThatThrownBy(() -> read("seed", "1", new int[] {1, 0, 1}, 4))
        .hasMessage(
            "train.arrow: record batch 0, row 1: user 0, item 0; the users of a block must ascend");
  }

  @Test
  void nonFiniteRating_isRefused() {
    assertThatThrownBy(() -> read("seed", "1", new int[] {0, 1, 1}, Float.NaN))
        .hasMessage("train.arrow: record batch 0, row 0: rating NaN is not finite");
  }

  /// Reads a grid of 2 × 2 blocks over 4 users and 4 items. The first block has three ratings, the
  /// others are empty.
  private void read(String key, String value, int[] users, float rating) throws IOException {
    Map<String, String> metadata =
        new HashMap<>(Map.of("blocks", "2", "userBounds", "0,2,4", "itemBounds", "0,2,4"));
    metadata.put(key, value);
    Path path = directory.resolve("train.arrow");
    try (var writer = ArrowFileWriter.create(path, IndexFiles.RATINGS, metadata)) {
      writer.writeBatch(
          3,
          Buffers.of(users, 3),
          Buffers.of(new int[] {0, 0, 1}, 3),
          Buffers.of(new float[] {rating, 3, 5}, 3));
      for (int i = 0; i < 3; i++) {
        writer.writeBatch(
            0, Buffers.of(new int[0], 0), Buffers.of(new int[0], 0), Buffers.of(new float[0], 0));
      }
    }
    try (ArrowFile file = ArrowFile.open(path, "train.arrow")) {
      new TrainingSet(file);
    }
  }
}
