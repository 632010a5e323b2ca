package com.craftyverse.recsys.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadTest {
  private static final String MOVIELENS =
      """
      userId,movieId,rating,timestamp
      1,10,4.0,100
      2,10,3.5,200
      1,20,5.0,300
      """;

  @TempDir private Path directory;

  private List<String> read(String key) throws IOException {
    return rows(ratings(key));
  }

  private Ratings ratings(String key) throws IOException {
    Store store = LocalSpark.store(directory);
    return Ratings.of(Upload.open(LocalSpark.SESSION, store, key, Settings.of(store, key)));
  }

  private static List<String> rows(Ratings ratings) {
    return ratings.rows().orderBy("position").collectAsList().stream()
        .map(
            row ->
                row.getInt(0) + " " + row.getInt(1) + " " + row.getFloat(2) + " " + row.getLong(3))
        .toList();
  }

  @Test
  void open_zip_readsRatingsAndMovies() throws IOException {
    Files.createDirectories(directory.resolve("raw"));
    try (ZipOutputStream zip =
        new ZipOutputStream(Files.newOutputStream(directory.resolve("raw/ml.zip")))) {
      zip.putNextEntry(new ZipEntry("ml/movies.csv"));
      zip.write(
          "movieId,title,genres\n10,\"Heat, The (1995)\",Action|Crime\n20,Alien,(no genres listed)\n"
              .getBytes(StandardCharsets.UTF_8));
      zip.putNextEntry(new ZipEntry("ml/ratings.csv"));
      zip.write(MOVIELENS.getBytes(StandardCharsets.UTF_8));
    }
    Store store = LocalSpark.store(directory);

    Upload upload =
        Upload.open(LocalSpark.SESSION, store, "raw/ml.zip", Settings.of(store, "raw/ml.zip"));

    assertThat(rows(Ratings.of(upload)))
        .containsExactly("1 10 4.0 100", "2 10 3.5 200", "1 20 5.0 300");
    assertThat(upload.layout().name()).isEqualTo("ratings.csv");
    assertThat(upload.layout().scale()).isEqualTo(Scale.STARS);
    assertThat(upload.items())
        .containsExactly(
            new Items.Item(10L, "Heat, The (1995)", List.of("Action", "Crime"), 1995),
            new Items.Item(20L, "Alien", List.of(), 0));
  }

  @Test
  void open_itemsWithBadAndRepeatedRows_keepsTheFirstOfEachAndCountsTheOthers() throws IOException {
    LocalSpark.write(directory, "raw/a/ratings.csv", MOVIELENS);
    LocalSpark.write(
        directory,
        "raw/a/movies.csv",
        """
        movieId,title,genres
        10,Heat (1995),Crime
        ,Nameless,
        10,Heat,
        20,"Alien,
        20,Alien,
        """);
    Store store = LocalSpark.store(directory);

    Upload upload = Upload.open(LocalSpark.SESSION, store, "raw/a/", Settings.of(store, "raw/a/"));

    assertThat(upload.items())
        .containsExactly(
            new Items.Item(10L, "Heat (1995)", List.of("Crime"), 1995),
            new Items.Item(20L, "Alien", List.of(), 0));
    assertThat(upload.descriptions().skipped()).isEqualTo(3);
    assertThat(upload.descriptions().examples())
        .containsExactly(
            "raw/a/movies.csv, line 3: expected an id of type int32 and a title",
            "raw/a/movies.csv, line 4: the id 10 occurs twice",
            "raw/a/movies.csv, line 5: expected an id of type int32 and a title");
  }

  @Test
  void open_gzip_readsIt() throws IOException {
    Files.createDirectories(directory.resolve("raw"));
    try (OutputStream gzip =
        new GZIPOutputStream(Files.newOutputStream(directory.resolve("raw/a.csv.gz")))) {
      gzip.write(MOVIELENS.getBytes(StandardCharsets.UTF_8));
    }

    assertThat(read("raw/a.csv.gz"))
        .containsExactly("1 10 4.0 100", "2 10 3.5 200", "1 20 5.0 300");
  }

  @Test
  void open_damagedFiles_areRefusedInASentence() throws IOException {
    LocalSpark.write(directory, "raw/none.zip", MOVIELENS);
    LocalSpark.write(directory, "raw/none.csv.gz", MOVIELENS);
    LocalSpark.write(directory, "raw/none.parquet", MOVIELENS);
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    byte[] random = new byte[100_000];
    new Random(1).nextBytes(random);
    try (OutputStream a = new GZIPOutputStream(gzip);
        ZipOutputStream b = new ZipOutputStream(zip)) {
      b.putNextEntry(new ZipEntry("ratings.csv"));
      for (OutputStream output : List.of(a, b)) {
        output.write(MOVIELENS.getBytes(StandardCharsets.UTF_8));
        output.write(random);
      }
    }
    Files.write(directory.resolve("raw/cut.csv.gz"), Arrays.copyOf(gzip.toByteArray(), 50_000));
    Files.write(directory.resolve("raw/cut.zip"), Arrays.copyOf(zip.toByteArray(), 50_000));

    for (String file :
        List.of("none.zip", "cut.zip", "none.csv.gz", "cut.csv.gz", "none.parquet")) {
      String format = file.endsWith("zip") ? "a zip" : file.endsWith("gz") ? "gzip" : "Parquet";
      assertThatThrownBy(() -> read("raw/" + file))
          .isInstanceOf(RefusedException.class)
          .hasMessageStartingWith(
              "'raw/"
                  + file
                  + "' cannot be read as "
                  + format
                  + "; it is damaged, truncated or something else (")
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void open_folderWithEmptyPartsAndFilesBeside_readsTheRatings() throws IOException {
    LocalSpark.write(directory, "raw/a/README.txt", "About these data.\n");
    LocalSpark.write(directory, "raw/a/links.csv", "movieId,imdbId,tmdbId\n10,1,2\n");
    LocalSpark.write(directory, "raw/a/part-0.csv", "");
    LocalSpark.write(directory, "raw/a/part-1.csv", "userId,movieId,rating,timestamp\n");
    LocalSpark.write(directory, "raw/a/part-2.csv", MOVIELENS);
    LocalSpark.write(directory, "raw/a/tags.csv", "userId,movieId,tag,timestamp\n1,10,x,2\n");

    assertThat(read("raw/a/")).containsExactly("1 10 4.0 100", "2 10 3.5 200", "1 20 5.0 300");
    assertThatThrownBy(() -> read("raw/a"))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "argument --key: 'raw/a' is a directory; to read the files in it, write 'raw/a/'");
  }

  @Test
  void open_namesWithBlanksAccentsAndPatterns_readsThoseFiles() throws IOException {
    Path home = directory.resolve("jörg/My Data [1]");
    for (String name : List.of("a,1 {x,y} [z].csv", "é*?.csv")) {
      LocalSpark.write(home, "raw/d/" + name, MOVIELENS);
    }
    LocalSpark.write(home, "raw/d/a,1 {x,y} z.csv", "no,ratings\n");
    Store store = LocalSpark.store(home);

    for (String name : List.of("a,1 {x,y} [z].csv", "é*?.csv")) {
      String key = "raw/d/" + name;
      Upload upload = Upload.open(LocalSpark.SESSION, store, key, Settings.of(store, key));
      assertThat(upload.rows().count()).isEqualTo(3);
    }
    store.write("raw/ü b.txt", new byte[] {1});
    assertThat(home.resolve("raw/ü b.txt")).hasSize(1);
  }

  @Test
  void open_folderOfParts_readsThemInOrderWithoutTheirHeaders() throws IOException {
    LocalSpark.write(
        directory, "raw/a/part-1.csv", "userId,movieId,rating,timestamp\n2,10,1.0,900\n");
    LocalSpark.write(directory, "raw/a/part-0.csv", MOVIELENS);

    assertThat(read("raw/a/")).containsExactly("1 10 4.0 100", "1 20 5.0 300", "2 10 1.0 900");
  }

  @Test
  void open_folderBesideOthers_readsItsFilesAndTheSettingsOfItsDataset() throws IOException {
    LocalSpark.write(directory, "raw/a/settings.json", "{\"onBadRow\": \"skip\"}");
    LocalSpark.write(directory, "raw/a/1/part-0.csv", MOVIELENS);
    LocalSpark.write(directory, "raw/a/2/_SUCCESS", "");
    LocalSpark.write(
        directory, "raw/a/2/part-0.csv", "userId,movieId,rating,timestamp\n2,10,1.0,900\n3,x\n");

    assertThat(read("raw/a/2/")).containsExactly("2 10 1.0 900");
  }

  @Test
  void open_folderWithAFolderOrAGivenSplit_isRefused() throws IOException {
    LocalSpark.write(directory, "raw/a/1/day=2/part-0.csv", MOVIELENS);
    LocalSpark.write(directory, "raw/a/2/train.csv", MOVIELENS);
    LocalSpark.write(directory, "raw/a/2/test.csv", MOVIELENS);

    assertThatThrownBy(() -> read("raw/a/1/"))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "'raw/a/1/' has a folder 'day=2'; the Spark job reads the files directly in a folder");
    assertThatThrownBy(() -> read("raw/a/2/"))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith(
            "'raw/a/2/' has a training and a test set; the Spark job splits by");
  }

  @Test
  void open_parquet_readsColumnsByName() throws IOException {
    LocalSpark.SESSION
        .range(3)
        .select(
            functions.concat(functions.lit("u"), functions.col("id")).as("user_id"),
            functions.col("id").multiply(10_000_000_000L).as("item"),
            functions.col("id").cast("double").as("stars"),
            functions.col("id").plus(1_500_000_000_000L).as("ts"))
        .coalesce(1)
        .write()
        .parquet(directory.resolve("raw/p").toString());

    Store store = LocalSpark.store(directory);
    Ratings ratings =
        Ratings.of(Upload.open(LocalSpark.SESSION, store, "raw/p/", Settings.of(store, "raw/p/")));

    assertThat(rows(ratings))
        .containsExactly("0 0 0.0 1500000000", "1 1 1.0 1500000000", "2 2 2.0 1500000000");
    assertThat(ratings.users().find(List.of(2))).containsEntry(2, "u2");
    assertThat(ratings.items().find(List.of(2))).containsEntry(2, 20_000_000_000L);
    assertThat(ratings.scale()).isEqualTo(new Scale(0, 2, 1.0));
  }

  /// Writes a table to a single Parquet file.
  private void writeParquet(String key, String query) throws IOException {
    Path file = directory.resolve(key);
    Path parts = directory.resolve("parts");
    LocalSpark.SESSION.sql(query).coalesce(1).write().mode("overwrite").parquet(parts.toString());
    Files.createDirectories(file.getParent());
    try (Stream<Path> written = Files.list(parts)) {
      Files.move(
          written.filter(part -> part.toString().endsWith(".parquet")).findFirst().orElseThrow(),
          file);
    }
  }

  @Test
  void open_parquetFilesOfAnyLength_keepTheOrderOfTheirNames() throws IOException {
    String row = "select int(%s) as user, int(10) as item, float(%s) as rating, 100L as time";
    writeParquet("raw/p/ä 0 [a].parquet", row.formatted("id", "id") + " from range(1)");
    writeParquet("raw/p/ä 1 {b}.parquet", row.formatted("id % 500", "id") + " from range(1000)");
    writeParquet("raw/p/ä 2.parquet", row.formatted("id + 1", "7") + " from range(2)");

    List<String> rows = read("raw/p/");

    assertThat(rows).hasSize(500).startsWith("0 10 500.0 100", "3 10 503.0 100");
    assertThat(rows).endsWith("1 10 7.0 100", "2 10 7.0 100");
  }

  @Test
  void open_parquet_readsTimesOfAnyType() throws IOException {
    writeParquet(
        "raw/p/a.parquet",
        """
        select '7' as user, 21D as item, 4 as stars,
          timestamp_ntz'2019-03-01 12:30:00.9' as local, timestamp'2019-03-01T12:30:00.9Z' as utc,
          date'2019-03-01' as day, '2019-03-01 12:30:00' as text, 1551443400999999999L as nanos,
          1551443400 as number, 1551443400.7D as double
        """);

    assertThat(rowWithTime("local", "")).isEqualTo("[7,21,4.0,1551443400,0]");
    assertThat(rowWithTime("utc", "")).isEqualTo("[7,21,4.0,1551443400,0]");
    assertThat(rowWithTime("day", "")).isEqualTo("[7,21,4.0,1551398400,0]");
    assertThat(rowWithTime("text", "")).isEqualTo("[7,21,4.0,1551443400,0]");
    assertThat(rowWithTime("nanos", "")).isEqualTo("[7,21,4.0,1551443400,0]");
    assertThat(rowWithTime("double", "")).isEqualTo("[7,21,4.0,1551443400,0]");
    assertThat(rowWithTime("number", ", \"time\": \"milliseconds\""))
        .isEqualTo("[7,21,4.0,1551443,0]");
  }

  /// Returns the row of `raw/p/a.parquet` with one of its columns as the time.
  private String rowWithTime(String column, String setting) throws IOException {
    LocalSpark.write(
        directory,
        "raw/p/settings.json",
        """
        {"columns": {"user": "user", "item": "item", "rating": "stars", "timestamp": "%s"}%s}
        """
            .formatted(column, setting));
    Store store = LocalSpark.store(directory);
    String key = "raw/p/a.parquet";
    return Upload.open(LocalSpark.SESSION, store, key, Settings.of(store, key))
        .rows()
        .first()
        .toString();
  }

  @Test
  void open_parquetWithNanoseconds_readsThem() throws IOException {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            "message m { required int64 user; required int64 item; required double rating;"
                + " required int64 time (TIMESTAMP(NANOS,false)); }");
    Files.createDirectories(directory.resolve("raw"));
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(
                new org.apache.hadoop.fs.Path(directory.resolve("raw/n.parquet").toString()))
            .withType(schema)
            .build()) {
      writer.write(
          new SimpleGroup(schema)
              .append("user", 1L)
              .append("item", 2L)
              .append("rating", 4.5)
              .append("time", 1_551_443_400_999_999_999L));
    }

    assertThat(read("raw/n.parquet")).containsExactly("1 2 4.5 1551443400");
  }

  @Test
  void open_parquetOfTypesThatAreNoRatings_namesThem() throws IOException {
    writeParquet("raw/p/a.parquet", "select 1 as user, 2 as item, 3 as rating, array(4) as time");
    writeParquet("raw/p/b.parquet", "select 1 as user, true as item, 3 as rating, 4 as time");

    assertThatThrownBy(() -> read("raw/p/a.parquet"))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "raw/p/a.parquet: column 'time' has the type array<int>, expected times, dates, numbers"
                + " or texts");
    assertThatThrownBy(() -> read("raw/p/b.parquet"))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "raw/p/b.parquet: column 'item' has the type boolean, expected whole numbers or texts");
  }

  @Test
  void open_parquetWithMalformedRows_countsTheFaultsOfEachColumnAndNamesTheFirst()
      throws IOException {
    String row = "select 1 as user, float(1.9) as stars, %s as item, 'noon' as time";
    writeParquet("raw/p/a.parquet", row.replace("'noon'", "'2019-03-01'").formatted("2"));
    writeParquet(
        "raw/p/b.parquet",
        """
        select * from values (1, float(4.9), 2, '2019-03-01'), (1, float(4.85), null, '2019-03-01'),
          (1, float(99.9), 3, '2019-03-01'), (1, float(5), 3, 'noon') as t(user, stars, item, time)
        """);
    LocalSpark.write(
        directory,
        "raw/p/settings.json",
        """
        {"scale": {"min": 1.9, "max": 4.9, "step": 0.1}, "missing": [99.9]}
        """);

    assertThatThrownBy(() -> read("raw/p/"))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "raw/p/b.parquet, row 2 is the first of 2 malformed rows: 'item' is not int32 in 1,"
                + " 'stars' is not a number from 1.9 to 4.9 in steps of 0.1 in 2, 'time' is not a"
                + " time in date in 1");
  }

  @Test
  void session_isInUtc() {
    LocalSpark.SESSION.conf().set("spark.sql.session.timeZone", "Asia/Tokyo");

    assertThat(SparkPipeline.session().conf().get("spark.sql.session.timeZone")).isEqualTo("UTC");
  }

  @Test
  void ratings_repeatedPair_keepsTheLatestAndOfTheSameSecondTheLast() throws IOException {
    LocalSpark.write(
        directory,
        "raw/a.csv",
        """
        userId,movieId,rating,timestamp
        1,10,1.0,300
        1,10,2.0,100
        2,10,3.0,100
        2,10,4.0,100
        """);

    assertThat(read("raw/a.csv")).containsExactly("1 10 1.0 300", "2 10 4.0 100");
  }

  @Test
  void ratings_texts_getCodesInOrderOfTheirBytes() throws IOException {
    LocalSpark.write(
        directory,
        "raw/a.csv",
        """
        reviewer;product;score;date
        zoé;"x;1";7,5;2019-03-01
        Zoe;y;8,0;2019-03-01 12:30:00
        zoe;y;2,5;2019-03-01T12:30:00Z
        """);

    // Z < zoe < zoé, and the time of day is UTC
    assertThat(read("raw/a.csv"))
        .containsExactly("2 0 7.5 1551398400", "0 1 8.0 1551443400", "1 1 2.5 1551443400");
  }

  @Test
  void ratings_settings_nameColumnsAndSkipRows() throws IOException {
    LocalSpark.write(
        directory,
        "raw/a/settings.json",
        """
        {"columns": {"user": "who", "item": "what", "rating": "how"}, "onBadRow": "skip", "missing": [0, 99.9],
         "scale": {"min": 1, "max": 10, "step": 1}}
        """);
    LocalSpark.write(
        directory, "raw/a/x.csv", "what|who|how\n5|1|7\n5|2|0\n5|3|99.9\n6|1|7.5\n6|2|10\n");
    Store store = LocalSpark.store(directory);

    Upload upload =
        Upload.open(LocalSpark.SESSION, store, "raw/a/x.csv", Settings.of(store, "raw/a/x.csv"));

    assertThat(rows(Ratings.of(upload))).containsExactly("1 5 7.0 0", "2 6 10.0 0");
    assertThat(upload.badRows()).isEqualTo(1);
    assertThat(upload.missing()).isEqualTo(2);
  }

  @Test
  void open_malformedRow_saysWhereAndWhat() throws IOException {
    LocalSpark.write(directory, "raw/a.csv", MOVIELENS + "3,10,4.0\n");

    assertThatThrownBy(() -> read("raw/a.csv"))
        .satisfies(
            failure ->
                assertThat(RefusedException.causeOf(failure))
                    .hasMessage("raw/a.csv, line 5: a row has 3 values, expected 4"));
  }

  @Test
  void open_malformedRowsOfAFolder_saysWhichFileAndLine() throws IOException {
    LocalSpark.write(directory, "raw/a/0.csv", MOVIELENS);
    LocalSpark.write(
        directory, "raw/a/1.csv", MOVIELENS.replace("\n", "\r\n") + "3,10,9,1\r\n4,1\r\n");
    String problem = "raw/a/1.csv, line 5: rating is '9', expected a number from 0.5 to 5.0";

    assertThatThrownBy(() -> read("raw/a/"))
        .satisfies(failure -> assertThat(RefusedException.causeOf(failure)).hasMessage(problem));
    LocalSpark.write(
        directory, "raw/a/settings.json", "{\"onBadRow\": \"skip\", \"maxBadRows\": 1}");
    assertThatThrownBy(() -> read("raw/a/"))
        .isInstanceOf(RefusedException.class)
        .hasMessage(problem + "; it is the first of 2 malformed rows, maxBadRows allows 1");
  }

  @Test
  void open_noRatings_isRefused() throws IOException {
    LocalSpark.write(directory, "raw/a.csv", "userId,itemId\n1,2\n");

    assertThatThrownBy(() -> read("raw/a.csv"))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "raw/a.csv has no column of ratings among userId, itemId; the Spark job does not train"
                + " from choices yet");
  }

  @Test
  void open_missing_isRefused() {
    assertThatThrownBy(() -> read("raw/none.csv"))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "argument --key: there is no object 'raw/none.csv' in the store, nor any below it");
  }

  @Test
  void ids_ofAFewRows_areFound() throws IOException {
    LocalSpark.write(directory, "raw/a.csv", MOVIELENS);
    Store store = LocalSpark.store(directory);
    Ratings ratings =
        Ratings.of(
            Upload.open(LocalSpark.SESSION, store, "raw/a.csv", Settings.of(store, "raw/a.csv")));

    List<Row> first = Index.first(ratings.rows(), "position", 1);

    assertThat(first.get(0).getInt(0)).isEqualTo(1);
    assertThat(ratings.users().find(List.of(1))).containsEntry(1, 1);
  }
}
