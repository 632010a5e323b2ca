package com.craftyverse.recsys.spark;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.hadoop.fs.FileStatus;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/// An upload as a table: `user, item, rating, time, position`, a row for each rating. Positions
/// ascend as the rows do in the upload: its files by name, and the rows of each as they are in it.
///
/// A file of items beside the ratings, such as `movies.csv`, is small and read by the driver.
///
/// @param layout how the ratings are written
/// @param rows the ratings
/// @param descriptions the items that the upload describes
/// @param bytes the size of the upload
/// @param badRows rows that were skipped
/// @param missing rows without a rating
record Upload(
    Layout layout, Dataset<Row> rows, Items descriptions, long bytes, long badRows, long missing) {
  static final List<String> RATINGS = List.of("ratings.csv", "ratings.dat", "u.data");
  static final List<String> ITEMS = List.of("movies.csv", "movies.dat");

  private static final System.Logger LOG = System.getLogger(Upload.class.getName());
  private static final int POSITION_BITS = 40;
  private static final List<String> TEXTS = List.of(".csv", ".tsv", ".txt", ".dat", ".data", ".gz");

  /// MovieLens' files that have neither ratings nor titles that this job reads.
  private static final Set<String> ASIDE =
      Set.of(
          "tags.csv",
          "tags.dat",
          "links.csv",
          "genome-scores.csv",
          "genome-tags.csv",
          "users.dat",
          "u.item",
          "u.user",
          "u.genre",
          "u.info",
          "u.occupation");

  /// Returns the items that the upload describes, each once.
  List<Items.Item> items() {
    return descriptions.items();
  }

  /// Opens an upload.
  ///
  /// @throws RefusedException if its ratings cannot be read
  static Upload open(SparkSession spark, Store store, String key, Settings settings)
      throws IOException {
    List<FileStatus> files = store.files(key);
    long bytes = files.stream().mapToLong(FileStatus::getLen).sum();
    boolean isFolder = key.endsWith("/");
    List<String> ratings = new ArrayList<>();
    List<String> aside = new ArrayList<>();
    String items = null;
    for (FileStatus file : files) {
      String name = file.getPath().getName();
      if (ITEMS.contains(name)) {
        items = isFolder ? key + name : key;
      } else if (isFolder && (isAside(name) || file.getLen() == 0)) {
        aside.add(name);
      } else if (!name.equals("settings.json")) {
        ratings.add(isFolder ? key + name : key);
      }
    }
    if (!aside.isEmpty()) {
      LOG.log(Level.INFO, "{0}: without ratings, not read: {1}", key, String.join(", ", aside));
    }
    if (hasSet(ratings, "train") && hasSet(ratings, "test")) {
      throw new RefusedException(
          "'"
              + key
              + "' has a training and a test set; the Spark job splits by time or within users, so upload"
              + " one set of ratings");
    }
    if (ratings.isEmpty()) {
      throw new RefusedException("'" + key + "' has no file of ratings");
    }
    String first = ratings.get(0);
    String ending = first.substring(first.lastIndexOf('.') + 1);
    for (String each : ratings) {
      if (!isNamed(each, ending)) {
        throw new RefusedException(
            "the files of '" + key + "' have different endings: '" + first + "', '" + each + "'");
      }
    }
    if (isNamed(first, ".parquet")) {
      return new ParquetUpload(spark, store, ratings, settings).open(items, bytes);
    }
    if (isNamed(first, ".zip")) {
      if (ratings.size() > 1) {
        throw new RefusedException("'" + key + "' has several zips, expected one");
      }
      return TextUpload.openZip(spark, store, first, bytes, settings);
    }
    if (!isText(first)) {
      throw new RefusedException(
          "'"
              + first
              + "': the Spark job reads .csv, .tsv, .txt, .dat, .data, each also with .gz,"
              + " .zip and .parquet");
    }
    return TextUpload.open(spark, store, ratings, items, bytes, settings);
  }

  /// Returns whether a file is named like one of the sets of a given split, `train.csv` for
  /// example.
  private static boolean hasSet(List<String> files, String set) {
    return files.stream().anyMatch(file -> baseName(file).replaceAll("\\..*", "").equals(set));
  }

  /// Returns whether a file has an ending, in any case.
  static boolean isNamed(String file, String ending) {
    return file.toLowerCase(Locale.ROOT).endsWith(ending.toLowerCase(Locale.ROOT));
  }

  static boolean isText(String file) {
    return TEXTS.stream().anyMatch(ending -> isNamed(file, ending));
  }

  /// Returns whether a file has nothing that this job reads, by its name.
  static boolean isAside(String name) {
    return ASIDE.contains(name) || name.toLowerCase(Locale.ROOT).startsWith("readme");
  }

  static String baseName(String entry) {
    return entry.substring(entry.lastIndexOf('/') + 1);
  }

  /// Returns the position of a row.
  ///
  /// @param file the number of its file, from 0
  /// @param place its place in the file, which ascends from row to row and is below 2⁴⁰
  static long position(int file, long place) {
    return (long) file << POSITION_BITS | place;
  }

  /// Returns the number of the file that a position is in.
  static int file(long position) {
    return (int) (position >> POSITION_BITS);
  }

  /// Returns the place in its file of a position.
  static long place(long position) {
    return position & ((1L << POSITION_BITS) - 1);
  }

  /// Returns the refusal of a file that is not what its name says.
  static RefusedException damaged(String key, String format, Throwable e) {
    return new RefusedException(
        "'"
            + key
            + "' cannot be read as "
            + format
            + "; it is damaged, truncated or something else ("
            + String.valueOf(e.getMessage()).lines().findFirst().orElse("")
            + ")");
  }
}
