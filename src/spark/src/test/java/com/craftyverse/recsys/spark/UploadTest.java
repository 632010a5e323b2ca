package com.craftyverse.recsys.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
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
    Store store = LocalSpark.store(directory);
    Upload upload = Upload.open(LocalSpark.SESSION, store, key, Settings.of(store, key));
    return rows(Ratings.of(upload));
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
                    .hasMessage("raw/a.csv, partition 1, line 3: a row has 3 values, expected 4"));
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
