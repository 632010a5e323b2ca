package com.craftyverse.recsys.spark;

import java.io.IOException;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/// The pipeline's steps up to a trained model, as one job on Apache Spark, for data beyond one machine. It
/// reads what `ingest` reads as a table, and writes what `evaluate`, `publish` and `serve` read.
public final class SparkPipeline {
  private static final int REFUSED = 2;
  private static final String EXECUTOR_OPTIONS = "spark.executor.extraJavaOptions";

  /// Stack of a thread. The tasks of ALS refer to each other over its iterations, and Java reads and writes
  /// them recursively; ten iterations overflow the usual 1 MB before the methods are compiled.
  private static final String STACK = "-Xss16m";

  private SparkPipeline() {}

  /// Runs the job and prints its result, a line of JSON. Exits with 2 and one sentence if the arguments or the
  /// data are refused.
  ///
  /// @param line see [Arguments#USAGE]
  public static void main(String[] line) throws IOException {
    if (line.length == 0 || line[0].equals("--help")) {
      System.out.println(Arguments.USAGE);
      return;
    }
    try {
      Arguments arguments = Arguments.parse(line);
      try (SparkSession spark = session()) {
        Store store = new Store(arguments.store(), spark.sparkContext().hadoopConfiguration());
        System.out.println(run(spark, store, arguments));
      }
    } catch (RefusedException e) {
      System.err.println(e.getMessage());
      System.exit(REFUSED);
    }
  }

  /// Runs the job, and writes its result or its refusal to the key that the arguments name.
  static String run(SparkSession spark, Store store, Arguments arguments) throws IOException {
    try {
      String result = new Job(spark, store, arguments).run().json();
      writeResult(store, arguments, result);
      return result;
    } catch (Exception e) {
      RefusedException refused = RefusedException.causeOf(e);
      if (refused == null) {
        throw e;
      }
      writeResult(store, arguments, Formats.line(Map.of("error", refused.getMessage())));
      throw refused;
    }
  }

  private static void writeResult(Store store, Arguments arguments, String line)
      throws IOException {
    if (arguments.result() != null) {
      store.write(
          arguments.result(), (line + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  /// Starts Spark, on this machine's processors unless the environment names another master. Whoever starts
  /// the JVM sets the stack of the driver's own threads.
  static SparkSession session() {
    SparkConf configuration = new SparkConf();
    if (!configuration.contains("spark.master")) {
      configuration
          .setMaster("local[*]")
          .set("spark.ui.enabled", "false")
          .set("spark.driver.host", "127.0.0.1")
          .set("spark.driver.bindAddress", "127.0.0.1");
    }
    // What tasks send the driver grows with the items alone; the usual limit of 1 GB ends some 4
    // million.
    configuration.setIfMissing("spark.driver.maxResultSize", "0");
    // A second attempt beside a slow task would upload the same parts.
    configuration.set("spark.speculation", "false");
    configuration.set(
        EXECUTOR_OPTIONS, (configuration.get(EXECUTOR_OPTIONS, "") + " " + STACK).strip());
    configuration.set("spark.sql.session.timeZone", "UTC");
    return SparkSession.builder().appName("craftyverse-recsys").config(configuration).getOrCreate();
  }
}
