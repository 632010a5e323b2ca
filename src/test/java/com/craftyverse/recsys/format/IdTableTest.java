package com.craftyverse.recsys.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.MalformedFileException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class IdTableTest {
  private static final long SEED = 5;
  private static final int BATCH_ROWS = 300;

  @TempDir Path directory;

  /// Compares every lookup with a map's.
  @ParameterizedTest
  @EnumSource(IdType.class)
  void ids_areFoundLikeInAMap(IdType type) throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    Map<Id, Integer> expected = sorted(random, type, 1_000);
    IdTable table = write(type, List.copyOf(expected.keySet()));
    assertThat(table.type()).isEqualTo(type);
    assertThat(table.size()).isEqualTo(expected.size());
    expected.forEach(
        (id, index) -> {
          assertThat(table.id(index)).isEqualTo(id);
          assertThat(table.indexOf(id)).isEqualTo(index);
          assertThat(table.indexOf(Id.of(id.toString()))).isEqualTo(index);
        });
    for (int i = 0; i < 2_000; i++) {
      Id unknown = random(random, type);
      assertThat(Math.max(-1, table.indexOf(unknown)))
          .as(unknown.toString())
          .isEqualTo(expected.getOrDefault(unknown, -1));
    }
  }

  @ParameterizedTest
  @EnumSource(IdType.class)
  void select_keepsTheIdsAtTheIndices(IdType type) throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    IdTable table = write(type, List.copyOf(sorted(random, type, 1_000).keySet()));
    int[] indices = IntStream.range(0, table.size()).filter(_ -> random.nextInt(3) == 0).toArray();
    IdTable selected = table.select(indices);
    assertThat(ids(selected)).isEqualTo(Arrays.stream(indices).mapToObj(table::id).toList());
    int[] back = new int[table.size()];
    Arrays.fill(back, -1);
    for (int i = 0; i < indices.length; i++) {
      back[indices[i]] = i;
    }
    assertThat(table.indicesIn(selected)).isEqualTo(back);
    assertThat(selected.indicesIn(table)).isEqualTo(indices);
    assertThat(table.select(new int[0]).size()).isZero();
    assertThat(table.indicesIn(table.select(new int[0]))).containsOnly(-1);
  }

  @Test
  void indicesIn_matchNumbersOfAnyWidth_butNoTexts() throws IOException {
    IdTable ints = IdTable.of(new int[] {1, 5, 7});
    IdTable longs = IdTable.of(new long[] {-3, 5, 6, 7, 1L << 40});
    IdTable texts = write(IdType.UTF8, List.of(Id.of("1"), Id.of("5"), Id.of("7")));
    assertThat(ints.indicesIn(longs)).containsExactly(-1, 1, 3);
    assertThat(longs.indicesIn(ints)).containsExactly(-1, 1, -1, 2, -1);
    assertThat(ints.indicesIn(texts)).containsExactly(-1, -1, -1);
    assertThat(texts.indicesIn(longs)).containsExactly(-1, -1, -1);
    assertThat(ints.isComparable(longs)).isTrue();
    assertThat(ints.isComparable(texts)).isFalse();
  }

  @Test
  void firstFrom_isTheFirstThatIsNotSmaller() {
    NumberTable table = (NumberTable) IdTable.of(new long[] {Long.MIN_VALUE, -3, 5, 7});
    assertThat(table.firstFrom(Long.MIN_VALUE)).isEqualTo(0);
    assertThat(table.firstFrom(-3)).isEqualTo(1);
    assertThat(table.firstFrom(-2)).isEqualTo(2);
    assertThat(table.firstFrom(6)).isEqualTo(3);
    assertThat(table.firstFrom(Long.MAX_VALUE)).isEqualTo(4);
  }

  /// A request need not know how a dataset writes its ids.
  @Test
  void convert_writesAnIdAsTheTableDoes() throws IOException {
    IdTable ints = IdTable.of(new int[] {42});
    IdTable texts = write(IdType.UTF8, List.of(Id.of("42")));
    assertThat(ints.convert(Id.of("42"))).extracting(Id::json).isEqualTo("42");
    assertThat(ints.convert(Id.of(42))).extracting(Id::json).isEqualTo("42");
    assertThat(texts.convert(Id.of(42))).extracting(Id::json).isEqualTo("\"42\"");
    assertThat(texts.convert(Id.of("x"))).extracting(Id::json).isEqualTo("\"x\"");
    assertThat(ints.convert(Id.of("x"))).isNull();
    assertThat(ints.indexOf(Id.of("x"))).isNegative();
    assertThat(ints.indexOf(Id.of((1L << 32) + 42))).isNegative();
  }

  /// By unsigned bytes: characters outside the basic plane come last, after those that Java's strings sort
  /// behind their surrogates.
  @Test
  void texts_ascendByTheirBytes() throws IOException {
    List<Id> ids = List.of(Ids.of("A", "a", "ab", "é", "\uffee", "🎬", "🎬b"));
    assertThat(ids(write(IdType.UTF8, ids))).isEqualTo(ids);
    assertThatThrownBy(() -> write(IdType.UTF8, List.of(Ids.of("a", "🎬", "\uffee"))))
        .isInstanceOf(MalformedFileException.class)
        .hasMessage(
            "ids.arrow: row 2: itemId does not come after that of the row before; ids must ascend");
  }

  @ParameterizedTest
  @EnumSource(IdType.class)
  void idsThatDoNotAscend_areRefused(IdType type) {
    for (List<Id> ids : List.of(List.of(Ids.of(1, 3, 3)), List.of(Ids.of(1, 4, 3)))) {
      assertThatThrownBy(() -> write(type, ids))
          .isInstanceOf(MalformedFileException.class)
          .hasMessageContaining("row 2: itemId does not come after");
    }
  }

  @Test
  void textsOfAnotherLength_areRefused() {
    assertThatThrownBy(() -> writeTexts(List.of("", "a")))
        .isInstanceOf(MalformedFileException.class)
        .hasMessage("ids.arrow: row 0: itemId has 0 bytes, expected 1 to 256");
    assertThatThrownBy(() -> writeTexts(List.of("a", "é".repeat(129))))
        .hasMessage("ids.arrow: row 1: itemId has 258 bytes, expected 1 to 256");
  }

  private static Map<Id, Integer> sorted(SplittableRandom random, IdType type, int count) {
    TreeMap<Id, Integer> ids =
        new TreeMap<>(
            type == IdType.UTF8
                ? (a, b) -> Arrays.compareUnsigned(bytes(a), bytes(b))
                : (a, b) ->
                    Long.compare(Long.parseLong(a.toString()), Long.parseLong(b.toString())));
    while (ids.size() < count) {
      ids.put(random(random, type), 0);
    }
    int index = 0;
    for (Map.Entry<Id, Integer> entry : ids.entrySet()) {
      entry.setValue(index++);
    }
    return ids;
  }

  private static byte[] bytes(Id id) {
    return id.toString().getBytes(StandardCharsets.UTF_8);
  }

  /// Returns an id that is likely to be drawn again, to share a prefix with others, or to be an extreme.
  private static Id random(SplittableRandom random, IdType type) {
    return switch (type) {
      case INT32 ->
          Id.of(random.nextInt(5) == 0 ? random.nextInt(Integer.MAX_VALUE) : random.nextInt(3_000));
      case INT64 ->
          Id.of(
              switch (random.nextInt(4)) {
                case 0 -> random.nextLong();
                case 1 -> random.nextBoolean() ? Long.MIN_VALUE : Long.MAX_VALUE;
                default -> random.nextInt(-2_000, 2_000);
              });
      case UTF8 -> {
        StringBuilder text = new StringBuilder();
        int length = 1 + (random.nextInt(50) == 0 ? 63 : random.nextInt(4));
        for (int i = 0; i < length; i++) {
          text.appendCodePoint("aZ09-é漢\uffee🎬🎭".codePoints().toArray()[random.nextInt(10)]);
        }
        yield Id.of(text.toString());
      }
    };
  }

  private static List<Id> ids(IdTable table) {
    return IntStream.range(0, table.size()).mapToObj(table::id).toList();
  }

  /// Writes ids in several record batches, and reads them.
  private IdTable write(IdType type, List<Id> ids) throws IOException {
    return switch (type) {
      case INT32 ->
          write(IdTable.of(ids.stream().mapToInt(id -> Integer.parseInt(id.toString())).toArray()));
      case INT64 ->
          write(IdTable.of(ids.stream().mapToLong(id -> Long.parseLong(id.toString())).toArray()));
      case UTF8 -> writeTexts(ids.stream().map(Id::toString).toList());
    };
  }

  private IdTable write(IdTable ids) throws IOException {
    List<List<MemorySegment>> batches = new ArrayList<>();
    for (int from = 0; from < ids.size(); from += BATCH_ROWS) {
      batches.add(ids.buffers(from, Math.min(ids.size(), from + BATCH_ROWS)));
    }
    return write(ids.type(), batches, ids.size());
  }

  private IdTable writeTexts(List<String> texts) throws IOException {
    Buffers.Text column = Buffers.text(texts);
    IdTable whole =
        write(IdType.UTF8, List.of(List.of(column.offsets(), column.data())), texts.size());
    return texts.size() > BATCH_ROWS ? write(whole) : whole;
  }

  private IdTable write(IdType type, List<List<MemorySegment>> batches, int rows)
      throws IOException {
    Path path = directory.resolve("ids.arrow");
    try (ArrowFileWriter writer =
        ArrowFileWriter.create(path, Schemas.dictionary(Schemas.ITEM_ID, type), Map.of())) {
      for (int i = 0; i < batches.size(); i++) {
        int count = batches.size() == 1 ? rows : Math.min(BATCH_ROWS, rows - i * BATCH_ROWS);
        writer.writeBatch(count, batches.get(i).toArray(MemorySegment[]::new));
      }
    }
    try (ArrowFile file = ArrowFile.open(path, "ids.arrow")) {
      return IdTable.read(file, Schemas.ITEM_ID);
    }
  }
}
