package com.craftyverse.recsys.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.columnar.Mutations;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.ArrowWriter;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// JSON Lines, Parquet and Arrow files of independent writers give the dataset that the same rows give as CSV.
class TableFormatsTest {
  private static final int ROWS = 600;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;
  private LocalObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory.resolve("store"));
  }

  private record Row(int user, String item, double rating, long time) {
    static Row of(int i) {
      String item = i % 11 == 0 ? "A, \"B\" " + i % 7 : "item-é-" + i % 301;
      return new Row(i / 10, item, 0.5 * (1 + i * 7 % 10), 1_400_000_000L + 977L * i);
    }

    String json() {
      return JSON.createObjectNode()
          .put("user_id", user)
          .put("note", "x\ny")
          .put("sku", item)
          .put("stars", rating)
          .put("moment", time)
          .toString();
    }
  }

  private static String csv() {
    StringBuilder csv = new StringBuilder("user_id,sku,stars,moment\n");
    for (int i = 0; i < ROWS; i++) {
      Row row = Row.of(i);
      csv.append(row.user).append(",\"").append(row.item.replace("\"", "\"\"")).append("\",");
      csv.append(row.rating).append(',').append(row.time).append('\n');
    }
    return csv.toString();
  }

  private static final String SETTINGS =
      "{\"columns\": {\"user\": \"user_id\", \"item\": \"sku\", \"rating\": \"stars\", \"timestamp\":"
          + " \"moment\"}}";

  private List<String> expected() throws IOException {
    return Datasets.rows(store, ingest("csv", "a.csv", csv().getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void jsonLines_giveTheRowsOfTheCsv_plainAndCompressed() throws IOException {
    byte[] json = jsonLines();
    List<String> expected = expected();
    assertThat(expected).hasSize(ROWS);
    IngestResult plain = ingest("json", "a.jsonl", json);
    assertThat(Datasets.rows(store, plain)).isEqualTo(expected);
    DetectedFormat format = Objects.requireNonNull(plain.figures().format());
    assertThat(format.findings()).first().isEqualTo("the file is json lines");
    assertThat(Datasets.rows(store, ingest("gz", "a.jsonl.gz", compressed(json, "gz"))))
        .isEqualTo(expected);
    assertThat(Datasets.rows(store, ingest("zst", "a.jsonl.zst", compressed(json, "zst"))))
        .isEqualTo(expected);
    assertThat(Datasets.rows(store, ingest("zip", "a.zip", zip("x/reviews.jsonl", json))))
        .isEqualTo(expected);
  }

  private static byte[] jsonLines() {
    StringBuilder json = new StringBuilder();
    for (int i = 0; i < ROWS; i++) {
      json.append(Row.of(i).json()).append(i % 2 == 0 ? "\n" : "\r\n");
    }
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void compressedCsv_isReadWithoutSettings() throws IOException {
    byte[] csv = csv().getBytes(StandardCharsets.UTF_8);
    assertThat(Datasets.rows(store, ingest("zst", "a.csv.zst", compressed(csv, "zst"))))
        .isEqualTo(expected());
    byte[] truncated = compressed(csv, "zst");
    assertThatThrownBy(
            () -> ingest("cut", "a.csv.zst", Arrays.copyOf(truncated, truncated.length - 9)))
        .isInstanceOf(RequestException.class)
        .hasMessageStartingWith(
            "a.csv.zst is a zstd that cannot be read; it is damaged or truncated (");
  }

  @Test
  void jsonLines_ofAnyShape_areRead() throws IOException {
    IngestResult result =
        ingest(
            "json",
            "a.json",
            ("{\"user\":{\"id\":1},\"asin\":\"B00\\u00e9\",\"overall\":4.0,\"helpful\":[1,2]}\n"
                    + "{ \"overall\" : 5 , \"asin\" : \"B2\", \"user\":{\"id\":2}, \"x\":{\"y\":[{}]}}\n"
                    + "{\"asin\":\"B3\",\"overall\":null,\"user\":{\"id\":3}}\n"
                    + "{\"asin\":\"B3\",\"overall\":3e0,\"user\":{\"id\":3}}\n\n\n")
                .getBytes(StandardCharsets.UTF_8),
            "{\"columns\": {\"user\": \"user.id\", \"item\": \"asin\", \"rating\": \"overall\"},"
                + " \"onBadRow\": \"skip\"}");
    assertThat(Datasets.rows(store, result))
        .containsExactly("1,B00é,4.0,0", "2,B2,5.0,0", "3,B3,3.0,0");
    assertThat(result.figures().badRowExamples())
        .containsExactly(
            "a.json, line 3: overall is empty, expected a number from -1000000.0 to 1000000.0");
  }

  @Test
  void malformedJsonLine_isNamed_andSkippedOnRequest() throws IOException {
    String good = "{\"user\":1,\"item\":2,\"rating\":3}\n";
    byte[] json =
        (good + "{\"user\":1,\"item\":3,\"rating\":\n" + good.replace("2", "4"))
            .getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> ingest("json", "a.jsonl", json, "{}"))
        .isInstanceOf(RequestException.class)
        .hasMessageStartingWith(
            "a.jsonl, line 2: expected a JSON object on one line (Unexpected end")
        .hasMessageEndingWith("; settings.json: \"onBadRow\": \"skip\"");
    IngestResult result = ingest("json", "a.jsonl", json, "{\"onBadRow\": \"skip\"}");
    assertThat(Datasets.rows(store, result)).containsExactly("1,2,3.0,0", "1,4,3.0,0");
    assertThat(result.figures().badRows()).isEqualTo(1);
    byte[] wrong =
        (good + good + good + good.replace("3}", "\"x\"}")).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> ingest("json", "a.jsonl", wrong, "{}"))
        .hasMessageStartingWith("a.jsonl, line 4: rating is 'x', expected a number");
  }

  @ParameterizedTest
  @ValueSource(strings = {"snappy", "zstd", "gzip", "lz4", "lz4_raw", "uncompressed"})
  void parquetOfDuckDb_givesTheRowsOfTheCsv(String codec) throws Exception {
    byte[] parquet =
        parquet(
            "select user_id::int as user_id, sku, stars::float as stars, to_timestamp(moment) as moment",
            "codec " + codec + ", row_group_size 2048");
    assertThat(Datasets.rows(store, ingest("parquet", "a.parquet", parquet))).isEqualTo(expected());
  }

  @Test
  void parquetOfAnyType_isRead() throws Exception {
    List<String> expected = expected();
    for (String types :
        List.of(
            "user_id::bigint as user_id, sku, stars::double as stars, moment::bigint as moment",
            "user_id::usmallint as user_id, sku,"
                + " stars::decimal(3,1) as stars, make_timestamp(moment * 1000000) as moment",
            "user_id::uinteger as user_id, sku, stars, (make_timestamp(moment * 1000000))::timestamp_ms"
                + " as moment",
            "user_id::varchar::int as user_id, sku::varchar as sku, stars,"
                + " (make_timestamp(moment * 1000000))::timestamp_ns as moment, [sku, 'x'] as tags,"
                + " {'a': 1} as nested")) {
      assertThat(
              Datasets.rows(
                  store, ingest("parquet", "a.parquet", parquet("select " + types, "codec zstd"))))
          .as(types)
          .isEqualTo(expected);
    }
  }

  /// Tables of numbers are read as arrays; rows with unusual or wrong values as text.
  @ParameterizedTest
  @CsvSource({
    "int, bigint, double, bigint",
    "uinteger, usmallint, float, timestamp",
    "bigint, integer, double, timestamp_ms"
  })
  void parquetOfNumbers_isReadAsItsText(String user, String item, String rating, String time)
      throws Exception {
    String select =
        """
        select (case user_id when 7 then null when 8 then %s else user_id end)::%s as user_id,
        (row_number() over ()) %% 301::%s as sku,
        (case (row_number() over ()) %% 50 when 0 then 4.25 when 1 then 10 when 2 then null
         when 3 then 'nan'::float else stars end)::%s as stars,
        %s as moment
        """
            .formatted(
                user.startsWith("u") ? "3000000000" : "-3",
                user,
                item,
                rating,
                time.equals("bigint")
                    ? "moment::bigint"
                    : "make_timestamp(moment * 1000000)::" + time);
    String settings =
        SETTINGS.substring(0, SETTINGS.length() - 1)
            + ", \"onBadRow\": \"skip\", \"ids\": {\"user\": \"int32\", \"item\": \"int32\"}}";
    IngestResult numbers =
        ingest("parquet", "a.parquet", parquet(select, "codec snappy"), settings);
    String csv =
        "user_id,sku,stars,moment\n"
            + String.join("\n", text("select * from '" + directory.resolve("out.parquet") + "'"))
            + "\n";
    IngestResult text = ingest("text", "a.csv", csv.getBytes(StandardCharsets.UTF_8), settings);

    assertThat(Datasets.rows(store, numbers)).isEqualTo(Datasets.rows(store, text));
    assertThat(numbers.figures().badRows()).isEqualTo(text.figures().badRows()).isBetween(40L, 50L);
    assertThat(text.figures().badRowExamples().getFirst())
        .startsWith("a.csv, line 3, column 5: stars is empty, expected");
    assertThat(numbers.figures().badRowExamples().getFirst())
        .startsWith("a.parquet, row 2: stars is empty, expected");
  }

  /// Returns the rows of a query as CSV, times in seconds.
  private static List<String> text(String query) throws SQLException {
    List<String> lines = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("set timezone = 'UTC'");
      ResultSet rows = statement.executeQuery(query);
      while (rows.next()) {
        StringBuilder line = new StringBuilder();
        for (int column = 1; column <= 4; column++) {
          Object value = rows.getObject(column);
          String text =
              value == null || value.toString().equals("NaN")
                  ? ""
                  : value instanceof Timestamp time
                      ? Long.toString(time.toLocalDateTime().toEpochSecond(ZoneOffset.UTC))
                      : value.toString();
          line.append(column == 1 ? "" : ",").append(text);
        }
        lines.add(line.toString());
      }
    }
    return lines;
  }

  @Test
  void parquetInAZip_isRead_withItemsBesideIt() throws Exception {
    byte[] parquet = parquet("select user_id, sku, stars, moment", "codec zstd");
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("shop/ratings.parquet", parquet);
    files.put(
        "shop/items.jsonl",
        "{\"sku\":\"item-é-1\",\"title\":\"One\",\"categories\":[\"a\",\"b\"],\"year\":1999}\n"
            .getBytes(StandardCharsets.UTF_8));
    IngestResult result = ingest("zip", "a.zip", zip(files));
    assertThat(Datasets.rows(store, result)).isEqualTo(expected());
    assertThat(result.figures().items()).isEqualTo(1);
  }

  @Test
  void parquetWithoutUsableColumns_orWithBadValues_isRefusedInASentence() throws Exception {
    assertThatThrownBy(
            () -> ingest("p", "a.parquet", parquet("select {'a': 1} as x", "codec zstd"), "{}"))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "a.parquet: the schema has no columns of values; expected a user, an item and a rating");
    byte[] nulls =
        parquet(
            "select user_id, sku, case when user_id = 7 then null else stars end as stars, moment",
            "codec" + " zstd");
    assertThatThrownBy(() -> ingest("n", "a.parquet", nulls))
        .hasMessage(
            "a.parquet, row 71: stars is empty, expected a number from -1000000.0 to 1000000.0;"
                + " settings.json: \"onBadRow\": \"skip\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "stream", "file zstd", "stream lz4"})
  void arrowOfArrowJava_givesTheRowsOfTheCsv(String kind) throws IOException {
    byte[] arrow = arrow(kind);
    assertThat(Datasets.rows(store, ingest("arrow", "a.arrow", arrow))).isEqualTo(expected());
    assertThat(Datasets.rows(store, ingest("gz", "a.arrow.gz", compressed(arrow, "gz"))))
        .isEqualTo(expected());
  }

  @ParameterizedTest
  @Timeout(120)
  @ValueSource(strings = {"json", "parquet zstd", "parquet snappy", "file", "stream lz4"})
  void damagedFile_isReadOrRefusedInASentence(String kind) throws Exception {
    byte[] original =
        switch (kind) {
          case "json" -> jsonLines();
          case "parquet zstd", "parquet snappy" ->
              parquet(
                  kind.endsWith("snappy")
                      ? "select user_id, (row_number() over ()) % 301 as sku, stars, moment"
                      : "select user_id, sku, stars, moment",
                  kind.replace("parquet", "codec") + ", row_group_size 2048");
          default -> arrow(kind);
        };
    int refused = 0;
    int files = kind.startsWith("parquet") ? 60 : 120;
    for (int seed = 0; seed < files; seed++) {
      byte[] damaged = Mutations.damage(original, original.length, new SplittableRandom(seed));
      if (damaged.length == 0) {
        continue;
      }
      String label = kind + ", seed " + seed;
      try {
        List<String> found = Datasets.rows(store, ingest("damaged", "a.bin", damaged));
        if (kind.equals("json")) {
          assertThat(found).as(label).isEqualTo(oracle(damaged));
        }
      } catch (RequestException e) {
        refused++;
        assertThat(e.getMessage()).as(label).startsWith("a.bin").doesNotContain("\n");
      } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
        throw new AssertionError(label, e);
      }
    }
    assertThat(refused).isGreaterThan(10);
  }

  /// Reads JSON Lines by Jackson's tree.
  private static List<String> oracle(byte[] file) throws IOException {
    Map<String, String> latest = new LinkedHashMap<>();
    Map<String, Long> times = new LinkedHashMap<>();
    for (String line : new String(file, StandardCharsets.UTF_8).stripTrailing().split("\n")) {
      JsonNode row = JSON.readTree(line);
      String user = Long.toString(Long.parseLong(row.path("user_id").asText()));
      String item = row.path("sku").asText();
      long time = row.path("moment").asLong();
      String pair = user + "," + item;
      if (time >= times.getOrDefault(pair, Long.MIN_VALUE)) {
        latest.remove(pair);
        latest.put(pair, pair + "," + (float) row.path("stars").asDouble() + "," + time);
        times.put(pair, time);
      }
    }
    return List.copyOf(latest.values());
  }

  private byte[] parquet(String select, String options) throws IOException, SQLException {
    Path csv = directory.resolve("in.csv");
    Path parquet = directory.resolve("out.parquet");
    Files.writeString(csv, csv());
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("set timezone = 'UTC'");
      statement.execute("set threads = 1");
      statement.execute(
          "copy (%s from read_csv('%s', header = true)) to '%s' (format parquet, %s)"
              .formatted(select, csv, parquet, options));
    }
    return Files.readAllBytes(parquet);
  }

  private static byte[] arrow(String kind) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (BufferAllocator allocator = new RootAllocator();
        IntVector users = new IntVector("user_id", allocator);
        VarCharVector items = new VarCharVector("sku", allocator);
        Float8Vector ratings = new Float8Vector("stars", allocator);
        TimeStampMicroVector times = new TimeStampMicroVector("moment", allocator);
        BigIntVector unused = new BigIntVector("unused", allocator);
        VarCharVector values = new VarCharVector("values", allocator)) {
      Map<String, Integer> codes = new LinkedHashMap<>();
      for (int i = 0; i < ROWS; i++) {
        Row row = Row.of(i);
        users.setSafe(i, row.user);
        items.setSafe(i, row.item.getBytes(StandardCharsets.UTF_8));
        ratings.setSafe(i, row.rating);
        times.setSafe(i, row.time * 1_000_000 + 999_999);
        unused.setNull(i);
        codes.putIfAbsent(row.item, codes.size());
      }
      int code = 0;
      for (String item : codes.keySet()) {
        values.setSafe(code++, item.getBytes(StandardCharsets.UTF_8));
      }
      for (var vector : List.of(users, items, ratings, times, unused)) {
        vector.setValueCount(ROWS);
      }
      values.setValueCount(code);
      Dictionary dictionary = new Dictionary(values, new DictionaryEncoding(1, false, null));
      try (var encoded = DictionaryEncoder.encode(items, dictionary)) {
        VectorSchemaRoot root =
            VectorSchemaRoot.of(
                users, (org.apache.arrow.vector.FieldVector) encoded, unused, ratings, times);
        try (ArrowWriter writer =
            writer(kind, root, new DictionaryProvider.MapDictionaryProvider(dictionary), bytes)) {
          writer.writeBatch();
          writer.end();
        }
      }
    }
    return bytes.toByteArray();
  }

  private static ArrowWriter writer(
      String kind, VectorSchemaRoot root, DictionaryProvider dictionaries, OutputStream output) {
    CompressionUtil.CodecType codec =
        kind.endsWith("zstd")
            ? CompressionUtil.CodecType.ZSTD
            : kind.endsWith("lz4")
                ? CompressionUtil.CodecType.LZ4_FRAME
                : CompressionUtil.CodecType.NO_COMPRESSION;
    if (codec == CompressionUtil.CodecType.NO_COMPRESSION) {
      return kind.startsWith("file")
          ? new ArrowFileWriter(root, dictionaries, Channels.newChannel(output))
          : new ArrowStreamWriter(root, dictionaries, Channels.newChannel(output));
    }
    return kind.startsWith("file")
        ? new ArrowFileWriter(
            root,
            dictionaries,
            Channels.newChannel(output),
            Map.of(),
            IpcOption.DEFAULT,
            CommonsCompressionFactory.INSTANCE,
            codec)
        : new ArrowStreamWriter(
            root,
            dictionaries,
            Channels.newChannel(output),
            IpcOption.DEFAULT,
            CommonsCompressionFactory.INSTANCE,
            codec);
  }

  private static byte[] compressed(byte[] content, String kind) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream output =
        kind.equals("gz") ? new GZIPOutputStream(bytes) : new ZstdOutputStream(bytes)) {
      output.write(content);
    }
    return bytes.toByteArray();
  }

  private static byte[] zip(String name, byte[] content) throws IOException {
    return zip(Map.of(name, content));
  }

  private static byte[] zip(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        zip.putNextEntry(new ZipEntry(file.getKey()));
        zip.write(file.getValue());
      }
    }
    return bytes.toByteArray();
  }

  private IngestResult ingest(String dataset, String file, byte[] content) throws IOException {
    return ingest(dataset, file, content, SETTINGS);
  }

  private IngestResult ingest(String dataset, String file, byte[] content, String settings)
      throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    String name = dataset + crc.getValue();
    store.put("raw/" + name + "/settings.json", settings.getBytes(StandardCharsets.UTF_8));
    store.put("raw/" + name + "/" + file, content);
    return new Ingest(store).run(IngestRequest.of("raw/" + name + "/" + file));
  }
}
