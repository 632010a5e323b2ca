package com.craftyverse.recsys.spark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/// Spark on two threads in the tests' process, started once.
final class LocalSpark {
  static final SparkSession SESSION =
      SparkSession.builder()
          .appName("tests")
          .master("local[2]")
          .config("spark.ui.enabled", false)
          .config("spark.driver.host", "127.0.0.1")
          .config("spark.driver.bindAddress", "127.0.0.1")
          .config("spark.sql.shuffle.partitions", 2)
          .config("spark.sql.session.timeZone", "UTC")
          .getOrCreate();

  private LocalSpark() {}

  /// Returns a store in a directory.
  static Store store(Path directory) {
    return new Store(directory.toString(), SESSION.sparkContext().hadoopConfiguration());
  }

  /// Writes a text to an object of a store.
  static void write(Path directory, String key, String text) throws IOException {
    Path file = directory.resolve(key);
    Files.createDirectories(file.getParent());
    Files.write(file, text.getBytes(StandardCharsets.UTF_8));
  }
}
