package com.craftyverse.recsys.columnar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArrowFileTest {
  private static final List<Column> EVERY_TYPE =
      List.of(
          Column.int32("id"),
          Column.int64("time"),
          Column.float32("value"),
          Column.utf8("title"),
          Column.list("genres", Column.utf8("item")),
          Column.fixedSizeList("vector", Column.float32("item"), 3),
          Column.list(
              "ratings", Column.struct("item", Column.int32("item"), Column.float32("rating"))));

  @TempDir Path directory;

  @Test
  void fileOfEveryType_readByArrowItself_holdsWhatWasWritten() throws IOException {
    Path path = everyType("every.arrow");
    try (RootAllocator allocator = new RootAllocator();
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        ArrowFileReader reader = new ArrowFileReader(channel, allocator)) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      assertThat(root.getSchema().getCustomMetadata()).containsEntry("seed", "42");
      assertThat(reader.getRecordBlocks()).hasSize(2);

      assertThat(reader.loadNextBatch()).isTrue();
      assertThat(root.getRowCount()).isEqualTo(2);
      assertThat(((IntVector) root.getVector("id")).get(1)).isEqualTo(-2);
      assertThat(((BigIntVector) root.getVector("time")).get(0)).isEqualTo(1L << 40);
      assertThat(((Float4Vector) root.getVector("value")).get(1)).isEqualTo(2.5f);
      assertThat(((VarCharVector) root.getVector("title")).getObject(0))
          .hasToString("Äpfel (1999)");
      assertThat(((ListVector) root.getVector("genres")).getObject(0))
          .hasToString("[\"Drama\",\"Comedy\"]");
      assertThat(((ListVector) root.getVector("genres")).getObject(1)).isEmpty();
      assertThat(((FixedSizeListVector) root.getVector("vector")).getObject(1))
          .hasToString("[4.0,5.0,6.0]");
      assertThat(((ListVector) root.getVector("ratings")).getObject(1))
          .hasToString("[{\"item\":7,\"rating\":3.5}]");

      assertThat(reader.loadNextBatch()).isTrue();
      assertThat(root.getRowCount()).isZero();
      assertThat(reader.loadNextBatch()).isFalse();
    }
  }

  @Test
  void fileOfEveryType_mapped_holdsWhatWasWritten() throws IOException {
    try (ArrowFile file = ArrowFile.open(everyType("every.arrow"), "every.arrow")) {
      file.require(EVERY_TYPE);
      assertThat(file.rows()).isEqualTo(2);
      assertThat(file.metadata()).containsEntry("seed", "42");
      assertThat(file.batches()).hasSize(2);
      RecordBatch batch = file.batches().getFirst();
      assertThat(batch.ints("id").toArray()).containsExactly(1, -2);
      assertThat(batch.longs("time").toArray()).containsExactly(1L << 40, -1);
      assertThat(batch.texts("title")).containsExactly("Äpfel (1999)", "");
      assertThat(batch.texts("genres.item")).containsExactly("Drama", "Comedy");
      assertThat(batch.offsets("genres").toArray()).containsExactly(0, 2, 2);
      assertThat(batch.floats("vector.item").toArray()).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(batch.ints("ratings.item.item").toArray()).containsExactly(7);
      assertThat(batch.data("id").address() % 8).isZero();
    }
  }

  @Test
  void fileOfArrowsOwnWriter_mapped_holdsWhatWasWritten() throws IOException {
    Path path = directory.resolve("arrows.arrow");
    try (RootAllocator allocator = new RootAllocator();
        IntVector ids =
            new IntVector(
                "id",
                org.apache.arrow.vector.types.pojo.FieldType.notNullable(
                    new org.apache.arrow.vector.types.pojo.ArrowType.Int(32, true)),
                allocator)) {
      ids.allocateNew(3);
      for (int i = 0; i < 3; i++) {
        ids.set(i, i * 10);
      }
      ids.setValueCount(3);
      try (VectorSchemaRoot root = VectorSchemaRoot.of(ids);
          FileChannel channel =
              FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          var writer = new org.apache.arrow.vector.ipc.ArrowFileWriter(root, null, channel)) {
        writer.writeBatch();
      }
    }
    try (ArrowFile file = ArrowFile.open(path, "arrows.arrow")) {
      file.require(List.of(Column.int32("id")));
      assertThat(file.batches().getFirst().data("id").toArray(Buffers.INT32))
          .containsExactly(0, 10, 20);
    }
  }

  @Test
  void columnsThatDiffer_areNamed() throws IOException {
    try (ArrowFile file = ArrowFile.open(everyType("every.arrow"), "every.arrow")) {
      assertThatThrownBy(() -> file.require(List.of(Column.int64("id"))))
          .isInstanceOf(MalformedFileException.class)
          .hasMessage("every.arrow: column 1 is 'id' (int32), expected 'id' (int64)");
      assertThatThrownBy(() -> file.require(List.of(Column.int32("id"))))
          .hasMessage("every.arrow: column 'time' is unexpected");
      assertThatThrownBy(() -> file.requireMetadata("bounds"))
          .hasMessage("every.arrow: metadata 'bounds' is missing");
    }
  }

  @Test
  void emptyTruncatedOrForeignFiles_areRefused() throws IOException {
    byte[] original = Files.readAllBytes(everyType("every.arrow"));
    assertThatThrownBy(() -> open(new byte[0]))
        .isInstanceOf(MalformedFileException.class)
        .hasMessage(
            "x.arrow: 0 bytes are too few for an Arrow file; the file is empty or truncated");
    assertThatThrownBy(() -> open(java.util.Arrays.copyOf(original, original.length - 1)))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("no Arrow magic; the file is truncated or not an Arrow file");
    assertThatThrownBy(
            () ->
                open(
                    "PK, which is not an Arrow file at all"
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .isInstanceOf(MalformedFileException.class)
        .hasMessage(
            "x.arrow: offset 0: no Arrow magic; the file is truncated or not an Arrow file");
  }

  /// Whatever the damage, a file is read within its bounds or refused: no hang, no runaway memory, no slice
  /// outside the file.
  @Test
  void damagedFiles_areReadWithinTheirBoundsOrRefused() throws IOException {
    byte[] original = Files.readAllBytes(everyType("every.arrow"));
    ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int refused = 0;
    for (int seed = 0; seed < Mutations.COUNT; seed++) {
      byte[] damaged = Mutations.damage(original, 1_500, new SplittableRandom(seed));
      long allocated = thread.getCurrentThreadAllocatedBytes();
      long start = System.nanoTime();
      try {
        open(damaged);
      } catch (MalformedFileException e) {
        refused++;
        assertThat(e.getMessage()).as("seed %s", seed).startsWith("x.arrow: ");
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed, e);
      }
      assertThat(thread.getCurrentThreadAllocatedBytes() - allocated)
          .as("memory, seed %s", seed)
          .isLessThan(32L << 20);
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .as("time, seed %s", seed)
          .isLessThan(Duration.ofSeconds(10));
    }
    assertThat(refused).as("damaged files refused").isBetween(Mutations.COUNT / 3, Mutations.COUNT);
  }

  @Test
  void columnWithoutAWidth_isRefused() throws IOException {
    byte[] original = Files.readAllBytes(everyType("every.arrow"));
    // The seed whose damage loses only the width.
    byte[] damaged = Mutations.damage(original, 1_500, new SplittableRandom(2_640));
    assertThatThrownBy(() -> open(damaged))
        .isInstanceOf(MalformedFileException.class)
        .hasMessage("x.arrow: column 'id' does not specify its width");
  }

  @Test
  void buffersThatDoNotFitTheRows_areRefused() throws IOException {
    Path path = directory.resolve("wrong.arrow");
    try (ArrowFileWriter writer =
        ArrowFileWriter.create(path, List.of(Column.int32("id")), Map.of())) {
      assertThatThrownBy(() -> writer.writeBatch(3, Buffers.of(new int[2], 2)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("data of id: 8 bytes, expected 12");
      assertThatThrownBy(() -> writer.writeBatch(2)).hasMessage("no buffer for the data of id");
    }
  }

  @Test
  void closedFile_cannotBeRead() throws IOException {
    ArrowFile file = ArrowFile.open(everyType("every.arrow"), "every.arrow");
    MemorySegment ids = file.batches().getFirst().data("id");
    file.close();
    assertThatThrownBy(() -> ids.get(Buffers.INT32, 0)).isInstanceOf(IllegalStateException.class);
  }

  /// Opens the bytes as a file and reads every value in it.
  private void open(byte[] bytes) throws IOException {
    Path path = directory.resolve("x.arrow");
    Files.write(path, bytes);
    try (ArrowFile file = ArrowFile.open(path, "x.arrow")) {
      for (RecordBatch batch : file.batches()) {
        for (Column column : file.columns()) {
          readAll(batch, column, "");
        }
      }
    }
  }

  private static void readAll(RecordBatch batch, Column column, String prefix) throws IOException {
    String path = prefix + column.name();
    switch (column.type()) {
      case UTF8 -> batch.texts(path);
      case LIST -> batch.offsets(path);
      case INT32, INT64, FLOAT32 ->
          batch.data(path).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
      default -> {}
    }
    for (Column child : column.children()) {
      readAll(batch, child, path + ".");
    }
  }

  private Path everyType(String name) throws IOException {
    Path path = directory.resolve(name);
    Buffers.Text titles = Buffers.text(List.of("Äpfel (1999)", ""));
    Buffers.Text genres = Buffers.text(List.of("Drama", "Comedy"));
    Buffers.Text none = Buffers.text(List.of());
    try (ArrowFileWriter writer =
        ArrowFileWriter.create(path, EVERY_TYPE, Map.of("seed", "42", "blocks", "12"))) {
      writer.writeBatch(
          2,
          Buffers.of(new int[] {1, -2}, 2),
          Buffers.of(new long[] {1L << 40, -1}, 2),
          Buffers.of(new float[] {1.5f, 2.5f}, 2),
          titles.offsets(),
          titles.data(),
          Buffers.of(new int[] {0, 2, 2}, 3),
          genres.offsets(),
          genres.data(),
          Buffers.of(new float[] {1, 2, 3, 4, 5, 6}, 6),
          Buffers.of(new int[] {0, 0, 1}, 3),
          Buffers.of(new int[] {7}, 1),
          Buffers.of(new float[] {3.5f}, 1));
      writer.writeBatch(
          0,
          Buffers.of(new int[0], 0),
          Buffers.of(new long[0], 0),
          Buffers.of(new float[0], 0),
          none.offsets(),
          none.data(),
          Buffers.of(new int[1], 1),
          none.offsets(),
          none.data(),
          Buffers.of(new float[0], 0),
          Buffers.of(new int[1], 1),
          Buffers.of(new int[0], 0),
          Buffers.of(new float[0], 0));
    }
    return path;
  }
}
