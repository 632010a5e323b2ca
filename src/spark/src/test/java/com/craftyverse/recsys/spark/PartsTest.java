package com.craftyverse.recsys.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartsTest {
  private static final double MIB = 1 << 20;

  @TempDir private Path directory;

  private static Dataset<Row> ratings(int rows) {
    return LocalSpark.SESSION
        .range(rows)
        .select(
            functions.col("id").cast("int").as("user"),
            functions.col("id").cast("int").as("item"),
            functions.col("id").cast("float").as("rating"),
            functions.col("id").as("time"));
  }

  private long write(String name, double rowBytes) throws IOException {
    Dataset<Row> rows = ratings(100);
    Parts parts = Parts.of(rows, Index.block(functions.col("user"), 10), 10, rowBytes);
    return new ArrowParts(Schemas.RATINGS, Map.of("a", "b"))
        .write(
            LocalSpark.store(directory),
            name,
            parts.arrange(rows, Index.block(functions.col("user"), 10), "user").javaRDD(),
            parts.count(),
            Schemas.ratings(true));
  }

  @Test
  void write_oneOrSeveralParts_givesTheSameRows() throws IOException {
    long single = write("one.arrow", 1);
    long several = write("several.arrow", 3.5 * MIB);

    byte[] one = Files.readAllBytes(directory.resolve("one.arrow"));
    byte[] many = Files.readAllBytes(directory.resolve("several.arrow"));
    assertThat(one.length).isEqualTo((int) single);
    assertThat(many.length).isEqualTo((int) several);
    assertThat(many.length).isGreaterThan(one.length); // more batches
    try (var files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("one.arrow", "several.arrow");
    }
  }

  @Test
  void write_noRows_givesAWholeFile() throws IOException {
    long size =
        new ArrowParts(Schemas.RATINGS, Map.of())
            .write(
                LocalSpark.store(directory),
                "none.arrow",
                ratings(0).javaRDD(),
                0,
                Schemas.ratings(true));

    byte[] file = Files.readAllBytes(directory.resolve("none.arrow"));
    assertThat(file).hasSize((int) size).startsWith('A', 'R', 'R', 'O', 'W', '1');
  }

  @Test
  void arrange_severalParts_givesEachAPartitionOfItsOwn() {
    Dataset<Row> rows = ratings(100);
    Parts parts = Parts.of(rows, Index.block(functions.col("user"), 10), 10, 3.5 * MIB);
    Map<Integer, Integer> firstUsers = new TreeMap<>();

    List<List<Row>> partitions =
        parts
            .arrange(rows, Index.block(functions.col("user"), 10), "user")
            .javaRDD()
            .glom()
            .collect();

    assertThat(partitions).hasSize(parts.count()).hasSize(10);
    for (List<Row> partition : partitions) {
      assertThat(partition).hasSize(10).isSortedAccordingTo((a, b) -> a.getInt(1) - b.getInt(1));
      firstUsers.put(partition.get(0).getInt(0), partition.get(0).getInt(1));
    }
    assertThat(firstUsers.values()).containsExactly(0, 10, 20, 30, 40, 50, 60, 70, 80, 90);
  }

  @Test
  void of_blocksOfAnySize_leavesNoPartTooSmallForAnUpload() {
    Random random = new Random(1);
    for (int trial = 0; trial < 1_000; trial++) {
      long[] rows = new long[1 + random.nextInt(20)];
      for (int block = 0; block < rows.length; block++) {
        rows[block] = random.nextInt(3) == 0 ? 0 : random.nextInt(random.nextBoolean() ? 5 : 80);
      }
      rows[0]++;

      Parts parts = Parts.of(rows, MIB);

      long[] mebibytes = new long[parts.count()];
      for (int block = 0; block < rows.length; block++) {
        mebibytes[parts.part(block)] += rows[block];
      }
      if (mebibytes.length > 1) {
        assertThat(LongStream.of(mebibytes)).as(Arrays.toString(rows)).allMatch(size -> size >= 16);
      }
    }
  }

  @Test
  void of_blocks_areConsecutivePartsOfSome32Mebibytes() {
    Parts parts = Parts.of(new long[] {20, 20, 31, 1, 500, 0, 3}, MIB);

    assertThat(IntStream.range(0, 7).map(parts::part)).containsExactly(0, 0, 1, 1, 2, 2, 2);
    assertThat(parts.count()).isEqualTo(3);
  }

  @Test
  void of_noRows_hasNoParts() {
    assertThat(Parts.of(new long[] {0, 0}, MIB).count()).isZero();
  }
}
