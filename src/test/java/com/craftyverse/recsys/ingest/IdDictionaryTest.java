package com.craftyverse.recsys.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.IdType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdDictionaryTest {
  @TempDir Path directory;

  /// Random texts with common beginnings, of all lengths, against a map.
  @Test
  void texts_areNumberedInTheOrderOfTheirBytes() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    List<String> ids = new ArrayList<>();
    String[] starts = {"", "A", "user-0000", "user-00000000", "ä", "𝄞", "0"};
    for (int i = 0; i < 40_000; i++) {
      StringBuilder id = new StringBuilder(starts[random.nextInt(starts.length)]);
      for (int n = random.nextInt(i % 50 == 0 ? 120 : 9); n >= 0; n--) {
        id.appendCodePoint(random.nextInt(20) == 0 ? 0x1D11E : 'a' + random.nextInt(4));
      }
      ids.add(id.toString());
    }
    check(IdType.UTF8, ids, Comparator.comparing(IdDictionaryTest::bytes, Arrays::compareUnsigned));
  }

  @Test
  void numbers_areNumberedInTheirOrder() throws IOException {
    SplittableRandom random = new SplittableRandom(2);
    List<String> ids = new ArrayList<>(List.of("9223372036854775807", "-9223372036854775808", "0"));
    for (int i = 0; i < 40_000; i++) {
      ids.add(Long.toString(random.nextLong() >> random.nextInt(64)));
    }
    check(IdType.INT64, ids, Comparator.comparing(Long::valueOf));
  }

  private void check(IdType type, List<String> ids, Comparator<String> order) throws IOException {
    IdDictionary dictionary = Objects.requireNonNull(IdDictionary.of(type));
    Map<String, Integer> codes = new HashMap<>();
    for (String id : ids) {
      int code = code(dictionary, id);
      assertThat(code).as(id).isEqualTo(codes.computeIfAbsent(id, _ -> codes.size()));
    }
    int[] sorted = dictionary.sort();
    List<String> expected = codes.keySet().stream().sorted(order).toList();
    assertThat(dictionary.size()).isEqualTo(expected.size());
    for (int i = 0; i < expected.size(); i++) {
      assertThat(dictionary.id(i)).hasToString(expected.get(i));
      assertThat(sorted[codes.getOrDefault(expected.get(i), -1)]).isEqualTo(i);
    }
    Path path = directory.resolve("ids.arrow");
    dictionary.write(path, "userId");
    List<String> written = new ArrayList<>();
    try (ArrowFile file = ArrowFile.open(path, "ids.arrow")) {
      assertThat(IdType.of(file, "userId")).isEqualTo(type);
      for (RecordBatch batch : file.batches()) {
        if (type == IdType.UTF8) {
          written.addAll(List.of(batch.texts("userId")));
        } else {
          for (int i = 0; i < batch.rows(); i++) {
            written.add(Long.toString(batch.longs("userId").get(i)));
          }
        }
      }
    }
    assertThat(written).isEqualTo(expected);
  }

  @Test
  void textsThatAreNoIds_areRefused() {
    IdDictionary texts = new TextIdDictionary();
    assertThat(code(texts, "")).isEqualTo(IdDictionary.INVALID);
    assertThat(code(texts, "x".repeat(Id.MAX_BYTES + 1))).isEqualTo(IdDictionary.INVALID);
    assertThat(code(texts, "x".repeat(Id.MAX_BYTES))).isZero();
    byte[] latin = {'M', (byte) 0xE4, 'r', 'z', 0, 0, 0, 0, 0, 0, 0, 0};
    assertThat(texts.code(latin, 0, 4)).isEqualTo(IdDictionary.INVALID);
    assertThat(texts.size()).isEqualTo(1);
  }

  @Test
  void numbers_mayBeWrittenAsDecimals_andOthersAreRefused() {
    IdDictionary numbers = new LongIdDictionary();
    assertThat(code(numbers, "104000100021")).isZero();
    assertThat(code(numbers, "104000100021.0")).isZero();
    assertThat(code(numbers, "1.04000100021e11")).isZero();
    assertThat(code(numbers, "-5")).isEqualTo(1);
    for (String other : List.of("", "x", "1.5", "+5", "9223372036854775808", "1e400", "-")) {
      assertThat(code(numbers, other)).as(other).isEqualTo(IdDictionary.INVALID);
    }
  }

  private static int code(IdDictionary dictionary, String id) {
    byte[] bytes = ("," + id + ",12345678").getBytes(StandardCharsets.UTF_8);
    return dictionary.code(bytes, 1, 1 + bytes(id).length);
  }

  private static byte[] bytes(String id) {
    return id.getBytes(StandardCharsets.UTF_8);
  }
}
