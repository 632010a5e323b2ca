package com.craftyverse.recsys.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.Schemas;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ItemSearchTest {
  private static final int[] IDS = {0, 5, 12, 50, 120, 999, 1299, 2147483647};
  private static final List<String> TITLES =
      List.of(
          "Matrix, The (1999)",
          "Amélie (Fabuleux destin d'Amélie Poulain, Le) (2001)",
          "Se7en (1995)",
          "Ocean's Eleven (2001)",
          "ΟΔΥΣΣΕΎΣ 3½",
          "",
          "...!",
          "東京物語 (Tokyo Story)");

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "matrix         | 0",
        "MAT            | 0",
        "the matrix     | 0",
        "matrix the mat | 0",
        "matrix 2001    | ''",
        "matrixx        | ''",
        "atrix          | ''",
        "amelie         | 5",
        "AMÉLIE         | 5",
        "ame\u0301lie   | 5",
        "d'amel, le     | 5",
        "se7            | 12",
        "7en            | ''",
        "oceans         | ''",
        "ocean's        | 50",
        "eleven-2001    | 50",
        "20             | 5 50",
        "199            | 0 12",
        "οδυσσευς       | 120",
        "οδυς           | 120",
        "ｔｏｋｙｏ     | 2147483647",
        "東京           | 2147483647",
        "31             | 120",
        "12             | 12 120 1299",
        "1              | 0 12 120 1299",
        "9              | 999",
        "0              | 0",
        "00             | ''",
        "012            | ''",
        "2147483647     | 2147483647",
        "2147483648     | ''",
        "9999999999     | ''",
        "12345678901234567890123 | ''",
        "1２             | 12 120 1299",
      })
  void find_matchesPrefixesOfWordsAndIds(String query, String ids) throws IOException {
    assertThat(ids(find(catalog(IDS, TITLES), query))).isEqualTo(ids);
  }

  @Test
  void words_areRunsOfLettersAndDigits_folded() {
    assertThat(ItemSearch.words("")).isEmpty();
    assertThat(ItemSearch.words(" (…) \u0301 !")).isEmpty();
    assertThat(ItemSearch.words("L'Âge d'Or (1930)"))
        .containsExactly("l", "age", "d", "or", "1930");
    assertThat(ItemSearch.words("İstanbul ISTANBUL ıstanbul")).containsExactly("istanbul");
    assertThat(ItemSearch.words("Straße STRASSE")).containsExactly("straße", "strasse");
    assertThat(ItemSearch.words("𝔐atrix")).containsExactly("matrix");
  }

  @Test
  void find_emptyCatalog_findsNothing() throws IOException {
    assertThat(find(catalog(new int[0], List.of()), "a 1")).isEmpty();
  }

  /// Compares with a scan over all titles. Words are short and of few letters, so that most queries match.
  @Test
  void find_randomQueries_isAScanOverAllTitles() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    String[] letters = {"a", "B", "é", "E\u0301", "Ç", "σ", "Σ", "ς", "1", "2", "ﬁ", "東", "-", "'"};
    for (int round = 0; round < 30; round++) {
      int items = random.nextInt(200);
      int[] itemIds = random.ints(0, 3_000).distinct().limit(items).sorted().toArray();
      List<String> titles = new ArrayList<>();
      for (int item = 0; item < items; item++) {
        titles.add(text(random, letters, 5, 4));
      }
      ItemCatalog catalog = catalog(itemIds, titles);
      for (int i = 0; i < 100; i++) {
        String query =
            random.nextInt(4) == 0
                ? String.valueOf(random.nextInt(300))
                : text(random, letters, 2, 3);
        List<Integer> expected = scan(itemIds, titles, query);
        assertThat(find(catalog, query)).as("seed %d, query '%s'", seed, query).isEqualTo(expected);
      }
    }
  }

  private static String text(Random random, String[] letters, int words, int length) {
    StringBuilder text = new StringBuilder();
    for (int word = random.nextInt(words + 1); word > 0; word--) {
      for (int letter = random.nextInt(length + 1); letter > 0; letter--) {
        text.append(letters[random.nextInt(letters.length)]);
      }
      text.append(' ');
    }
    return text.toString();
  }

  private static List<Integer> scan(int[] itemIds, List<String> titles, String query) {
    return IntStream.range(0, itemIds.length)
        .filter(
            item ->
                words(query).stream()
                    .allMatch(
                        word ->
                            String.valueOf(itemIds[item]).startsWith(word)
                                || words(titles.get(item)).stream()
                                    .anyMatch(other -> other.startsWith(word))))
        .mapToObj(item -> itemIds[item])
        .toList();
  }

  private static List<String> words(String text) {
    String plain =
        Normalizer.normalize(text, Normalizer.Form.NFKD)
            .replaceAll("\\p{M}+", "")
            .toUpperCase(Locale.ROOT)
            .replaceAll("[^\\p{L}\\p{Nd}]+", " ")
            .strip();
    return plain.isEmpty() ? List.of() : List.of(plain.split(" "));
  }

  @Test
  void search_firstCallsAtTheSameMoment_buildOneIndex() throws Exception {
    ItemCatalog catalog = catalog(IDS, TITLES);
    int threads = 8;
    CyclicBarrier start = new CyclicBarrier(threads);
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<ItemSearch>> indexes = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        indexes.add(
            executor.submit(
                () -> {
                  start.await();
                  return catalog.search();
                }));
      }
      for (Future<ItemSearch> index : indexes) {
        assertThat(index.get()).isSameAs(catalog.search());
      }
    }
  }

  /// Compares the ranges of ids with a look at every id's digits.
  @Test
  void numbersOf64Bits_areFoundByTheirFirstDigits() throws IOException {
    long[] ids =
        LongStream.concat(
                LongStream.of(Long.MIN_VALUE, Long.MIN_VALUE + 1, -120, -12, -1, 0, 1, 9, 10),
                LongStream.of(
                    99, 120, 129, 12_000_000_000L, Long.MAX_VALUE / 10 * 10, Long.MAX_VALUE))
            .toArray();
    ItemCatalog catalog = catalog(IdTable.of(ids), Collections.nCopies(ids.length, ""));
    for (String digits :
        List.of("0", "1", "12", "9", "92", "9223372036854775", "00", "01", "13", "99999999999")) {
      requireFound(catalog, ids, digits);
    }
    for (long id : ids) {
      String digits = String.valueOf(id).replace("-", "");
      for (int length = 1; length <= digits.length(); length++) {
        requireFound(catalog, ids, digits.substring(0, length));
      }
    }
    assertThat(search(catalog, "99999999999999999999")).isEmpty();
    assertThat(search(catalog, "9223372036854775809")).isEmpty();
  }

  private static void requireFound(ItemCatalog catalog, long[] ids, String prefix) {
    // The absolute value of the smallest number has no prefix of all its digits.
    List<Id> expected =
        LongStream.of(ids)
            .filter(id -> String.valueOf(id).replace("-", "").startsWith(prefix))
            .filter(_ -> !prefix.equals("9223372036854775808"))
            .mapToObj(Id::of)
            .toList();
    assertThat(search(catalog, prefix)).as(prefix).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "b00            | 0 1",
        "B00x           | 0",
        "b00x 12        | 0",
        "3f2a-4b        | 2",
        "4B1D           | 2",
        "f2a            | ''",
        "e              | 3 4",
        "élé            | 3",
        "heat b00       | 1",
        "heat           | 1 4",
      })
  void texts_areFoundByTheBeginningsOfTheirWords_likeTitles(String query, String expected)
      throws IOException {
    List<String> ids = List.of("B00X-12", "B00Y", "c0de_3f2a-4b1d", "élément", "e 🎬");
    Path file = directory.resolve("ids.arrow");
    Buffers.Text column = Buffers.text(ids);
    try (ArrowFileWriter writer =
        ArrowFileWriter.create(file, Schemas.dictionary(Schemas.ITEM_ID, IdType.UTF8), Map.of())) {
      writer.writeBatch(ids.size(), column.offsets(), column.data());
    }
    IdTable table =
        IdTable.readUnordered(ArrowFile.of(Files.readAllBytes(file), "ids.arrow"), Schemas.ITEM_ID);
    List<String> sorted =
        ids.stream()
            .sorted(Comparator.comparing(id -> HexFormat.of().formatHex(bytes(id))))
            .toList();
    ItemCatalog catalog =
        catalog(
            table.select(sorted.stream().mapToInt(ids::indexOf).toArray()),
            sorted.stream().map(id -> id.matches("B00Y|e .*") ? "Heat" : "").toList());
    assertThat(
            search(catalog, query).stream()
                .map(id -> ids.indexOf(id.toString()))
                .sorted()
                .map(String::valueOf)
                .collect(Collectors.joining(" ")))
        .isEqualTo(expected);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<Id> search(ItemCatalog catalog, String query) {
    return ItemSearch.of(catalog).find(ItemSearch.words(query)).stream()
        .mapToObj(catalog::itemId)
        .toList();
  }

  private static List<Integer> find(ItemCatalog catalog, String query) {
    return search(catalog, query).stream().map(id -> Integer.valueOf(id.toString())).toList();
  }

  private static String ids(List<Integer> ids) {
    return String.join(" ", ids.stream().map(String::valueOf).toList());
  }

  private ItemCatalog catalog(int[] ids, List<String> titles) throws IOException {
    return catalog(IdTable.of(ids), titles);
  }

  private ItemCatalog catalog(IdTable ids, List<String> titles) throws IOException {
    Path file = directory.resolve("items.arrow");
    int items = ids.size();
    Buffers.Text text = Buffers.text(titles);
    Buffers.Text noGenres = Buffers.text(List.of());
    try (ArrowFileWriter writer =
        ArrowFileWriter.create(file, Schemas.modelItems(ids.type(), 1, 0), Map.of())) {
      List<MemorySegment> buffers = new ArrayList<>(ids.buffers(0, items));
      buffers.addAll(
          List.of(
              Buffers.of(new float[items], items),
              Buffers.of(new float[items], items),
              text.offsets(),
              text.data(),
              Buffers.of(new int[items + 1], items + 1),
              noGenres.offsets(),
              noGenres.data(),
              Buffers.of(new int[items], items),
              Buffers.of(new int[items], items),
              Buffers.of(new int[items], items)));
      writer.writeBatch(items, buffers.toArray(MemorySegment[]::new));
    }
    ModelCard card =
        new ModelCard(
            ModelCard.FORMAT_VERSION,
            "biased",
            "set",
            "m1",
            1,
            0,
            3,
            3,
            RatingScale.STARS,
            1,
            0,
            items,
            0,
            Rows.TRAIN,
            null,
            null,
            null,
            List.of());
    return ItemCatalog.of(ArrowFile.of(Files.readAllBytes(file), "items.arrow"), card);
  }
}
