package com.craftyverse.recsys.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.storage.LocalObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The columns of a table of items besides id, title, genres and year.
class AttributesTest {
  private static final String RATINGS =
      "user,item,rating,time\nu1,a,4,1400000001\nu1,b,2,1400000002\nu2,a,5,1400000003\n";

  @TempDir Path directory;
  private LocalObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory.resolve("store"));
  }

  @Test
  void csvInZip_keepsOtherColumns() throws IOException {
    IngestResult result =
        ingestZip(
            "items.csv",
            """
            ,item_id,title,brand,genres,price,release_date
            0,a,"Lamp, red",Acme,Light|Home,5.00,1995-10-30
            1,b,Chair,,Home,,30/10/2001
            """);
    assertThat(result.figures().items()).isEqualTo(2);
    assertThat(result.figures().attributes()).containsExactly("brand", "price", "release_date");
    assertThat(result.figures().leftOutAttributes()).isEmpty();
    assertThat(attributes(result)).containsExactly("Acme,5.00,1995-10-30", ",,30/10/2001");
    assertThat(items(result))
        .containsExactly("a,Lamp, red,[Light, Home],1995", "b,Chair,[Home],2001");
  }

  @Test
  void categories_areDividedAtCommas_ifNoneHasABar() throws IOException {
    String table = "item_id,title,categories\na,Lamp,\"Light, Home\"\nb,Chair,Home\nc,Vase,\n";
    assertThat(items(ingestZip("items.csv", table)))
        .containsExactly("a,Lamp,[Light, Home],0", "b,Chair,[Home],0", "c,Vase,[],0");
    assertThat(genres(ingestZip("items.csv", table))).containsExactly("Light", "Home", "Home");
    // In a table with bars, a comma is part of a name.
    assertThat(genres(ingestZip("items.csv", table + "d,Desk,Home|Work\n")))
        .containsExactly("Light, Home", "Home", "Home", "Work");
  }

  @Test
  void jsonLines_keepListsAndFieldsOfNestedObjects() throws IOException {
    IngestResult result =
        ingestZip(
            "meta.jsonl",
            """
            {"sku": "a", "title": "Lamp", "colors": ["red", "blue"], "price": 5, "sold": true}
            {"sku": "b", "title": "Chair", "price": 4.50, "maker": {"name": "Acme"}, "colors": null}
            """);
    assertThat(result.figures().attributes())
        .containsExactly("colors", "price", "sold", "maker.name");
    assertThat(attributes(result)).containsExactly("red|blue,5,true,", ",4.50,,Acme");
  }

  @Test
  void parquet_keepsOtherColumns() throws IOException, SQLException {
    Path parquet = directory.resolve("items.parquet");
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      statement.execute(
          "copy (select * from (values ('a', 'Lamp', 'Acme', 5.5, true, timestamp '1964-07-01'),"
              + " ('b', 'Chair', null, null, false, timestamp '1995-07-01'))"
              + " v(item_id, title, brand, price, sold, release_date))"
              + " to '"
              + parquet
              + "' (format parquet, compression zstd)");
    }
    IngestResult result =
        ingestZip(
            Map.of(
                "ratings.csv",
                RATINGS.getBytes(StandardCharsets.UTF_8),
                "items.parquet",
                Files.readAllBytes(parquet)));
    assertThat(result.figures().attributes())
        .containsExactly("brand", "price", "sold", "release_date");
    assertThat(attributes(result)).containsExactly("Acme,5.5,1,-173664000", ",,0,804556800");
    assertThat(items(result)).containsExactly("a,Lamp,[],1964", "b,Chair,[],1995");
  }

  @Test
  void noOtherColumns_writeNoFile() throws IOException {
    IngestResult result = ingestZip("items.csv", "item_id,title,genres\na,Lamp,Home\n");
    assertThat(result.figures().attributes()).isEmpty();
    assertThat(result.figures().leftOutAttributes()).isEmpty();
    assertThat(store.find(key(result, StoreLayout.ATTRIBUTES))).isEmpty();
  }

  @Test
  void unusableColumnsAndLongValues_areLeftOutAndReported() throws IOException {
    String tooLong = "é".repeat(129);
    String names =
        IntStream.rangeClosed(1, 62).mapToObj(i -> "c" + i).collect(Collectors.joining(","));
    String values = "x,".repeat(61) + "x";
    IngestResult result =
        ingestZip(
            "items.csv",
            "item_id,title,text,note,empty,note,"
                + names
                + "\n"
                + ("a,Lamp," + tooLong + ",é" + "é".repeat(127) + ",,n," + values + "\n")
                + ("b,Chair," + tooLong + ",hm,,n," + values + "\n")
                + ("c,Desk,short," + tooLong + ",,n," + values + "\n"));
    assertThat(result.figures().attributes()).hasSize(62).startsWith("note", "c1").endsWith("c61");
    assertThat(result.figures().leftOutAttributes())
        .containsExactly(
            "'note': another column has this name",
            "'c62': 64 other columns come before it",
            "'text': 2 of 3 values are longer than 256 bytes",
            "'note': 1 of 3 values are longer than 256 bytes; only these are left out",
            "'empty': it has no values");
    assertThat(attributes(result).getLast()).isEqualTo(",x".repeat(61));
  }

  /// A value that repeats takes its bytes each time, as it does in the file.
  @Test
  void columnsThatAreTooLargeTogether_loseTheLargest() throws IOException {
    Attributes attributes = tenItems(200);
    assertThat(attributes.names()).containsExactly("brand", "size");
    assertThat(attributes.leftOut())
        .containsExactly("'link': the columns are larger than 200 bytes together, this one most");
    assertThat(tenItems(129).names()).containsExactly("size");
  }

  private static Attributes tenItems(long maxBytes) {
    Attributes attributes = new Attributes(maxBytes);
    attributes.addColumns(List.of("brand", "link", "size"));
    CsvRow row = new CsvRow("items.csv", 1);
    row.setColumns(List.of("brand", "link", "size"), new int[] {0, 1, 2});
    for (int item = 0; item < 10; item++) {
      row.beginRow(item);
      for (String value : List.of("Acme", "https://shop/" + item, "" + item % 3)) {
        row.add(value.toCharArray(), 0, value.length(), false);
      }
      attributes.add(row, 0);
    }
    return attributes;
  }

  @Test
  void compactDates_giveTheYear() throws IOException {
    IngestResult result =
        ingestZip(
            "items.csv",
            "item_id,title,release_date\na,Lamp,19951030\nb,Chair,804556800\nc,Vase,35000\n");
    assertThat(items(result)).containsExactly("a,Lamp,[],1995", "b,Chair,[],1995", "c,Vase,[],0");
  }

  @Test
  void longDescriptions_leaveTheRestReadable() throws IOException {
    StringBuilder items = new StringBuilder("item_id,title,brand,text\n");
    for (int i = 0; i < 700; i++) {
      items.append("i%d,Title %d,Acme,%s\n".formatted(i, i, "x".repeat(100_000)));
    }
    IngestResult result = ingestZip("items.csv", items.toString());
    assertThat(items.length()).isGreaterThan(64 << 20);
    assertThat(result.figures().items()).isEqualTo(700);
    assertThat(result.figures().sideFileProblems()).isZero();
    assertThat(result.figures().attributes()).containsExactly("brand");
  }

  @Test
  void delta_winsOverEarlierItems_andAddsColumns() throws IOException {
    put("raw/shop/settings.json", "{\"append\": true}".getBytes(StandardCharsets.UTF_8));
    put(
        "raw/shop/all.zip",
        zip("items.csv", "item_id,title,brand,size\na,Lamp,Acme,1\nb,Chair,Bo,2\n"));
    IngestResult first = new Ingest(store).run(IngestRequest.of("raw/shop/all.zip"));
    assertThat(attributes(first)).containsExactly("Acme,1", "Bo,2");
    put(
        "raw/shop/more.zip",
        zip("items.csv", "item_id,title,color,brand\nb,Stool,red,Cy\nc,Desk,blue,\n"));
    IngestResult second = new Ingest(store).run(IngestRequest.of("raw/shop/more.zip"));
    assertThat(second.figures().attributes()).containsExactly("color", "brand", "size");
    assertThat(items(second)).containsExactly("b,Stool,[],0", "c,Desk,[],0", "a,Lamp,[],0");
    assertThat(attributes(second)).containsExactly("red,Cy,", "blue,,", ",Acme,1");
    put(
        "raw/shop/rows.csv",
        "user,item,rating,time\nu3,a,1,1400000009\n".getBytes(StandardCharsets.UTF_8));
    IngestResult third = new Ingest(store).run(IngestRequest.of("raw/shop/rows.csv"));
    assertThat(attributes(third)).isEqualTo(attributes(second));

    put("bases/shop/" + third.version() + "/attributes.arrow", attributesOf("a", "b"));
    put(
        "raw/shop/last.csv",
        "user,item,rating,time\nu4,a,1,1400000009\n".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> new Ingest(store).run(IngestRequest.of("raw/shop/last.csv")))
        .isInstanceOf(MalformedFileException.class)
        .hasMessage("attributes.arrow: 2 rows, but there are 3 items");
  }

  private byte[] attributesOf(String... values) throws IOException {
    Path file = directory.resolve("attributes");
    Buffers.Text texts = Buffers.text(List.of(values));
    try (ArrowFileWriter writer =
        ArrowFileWriter.create(file, List.of(Column.utf8("brand")), Map.of())) {
      writer.writeBatch(values.length, texts.offsets(), texts.data());
    }
    return Files.readAllBytes(file);
  }

  private IngestResult ingestZip(String items, String text) throws IOException {
    put("raw/set.zip", zip(items, text));
    return new Ingest(store).run(IngestRequest.of("raw/set.zip"));
  }

  private IngestResult ingestZip(Map<String, byte[]> files) throws IOException {
    put("raw/set.zip", Uploads.zipOfBytes(files));
    return new Ingest(store).run(IngestRequest.of("raw/set.zip"));
  }

  private static byte[] zip(String items, String text) {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("ratings.csv", RATINGS);
    files.put(items, text);
    return Uploads.zip(files);
  }

  private static String key(IngestResult result, String name) {
    return StoreLayout.datasetDirectory(result.dataset(), result.version()) + name;
  }

  /// Returns the values of each item.
  private List<String> attributes(IngestResult result) throws IOException {
    String key = key(result, StoreLayout.ATTRIBUTES);
    ArrowFile file = ArrowFile.of(store.read(key).content(), key);
    assertThat(file.columns())
        .isEqualTo(result.figures().attributes().stream().map(Column::utf8).toList());
    List<String> rows = new ArrayList<>();
    for (RecordBatch batch : file.batches()) {
      for (int i = 0; i < batch.rows(); i++) {
        List<String> values = new ArrayList<>();
        for (Column column : file.columns()) {
          values.add(batch.texts(column.name())[i]);
        }
        rows.add(String.join(",", values));
      }
    }
    return rows;
  }

  private List<String> genres(IngestResult result) throws IOException {
    String key = key(result, StoreLayout.ITEMS);
    List<String> genres = new ArrayList<>();
    for (RecordBatch batch : ArrowFile.of(store.read(key).content(), key).batches()) {
      genres.addAll(List.of(batch.texts("genres.item")));
    }
    return genres;
  }

  /// Returns the items: `itemId,title,genres,year`.
  private List<String> items(IngestResult result) throws IOException {
    String key = key(result, StoreLayout.ITEMS);
    List<String> rows = new ArrayList<>();
    for (RecordBatch batch : ArrowFile.of(store.read(key).content(), key).batches()) {
      String[] genres = batch.texts("genres.item");
      for (int i = 0; i < batch.rows(); i++) {
        List<String> own =
            List.of(genres)
                .subList(batch.offsets("genres").get(i), batch.offsets("genres").get(i + 1));
        rows.add(
            batch.texts("itemId")[i]
                + ","
                + batch.texts("title")[i]
                + ","
                + own
                + ","
                + batch.ints("year").get(i));
      }
    }
    return rows;
  }

  private void put(String key, byte[] bytes) throws IOException {
    store.put(key, bytes);
  }
}
