package com.craftyverse.recsys.spark;

/// The pipeline as a job on Apache Spark.
public final class SparkPipeline {
  private static final int REFUSED = 2;

  private SparkPipeline() {}

  /// Runs the job. Exits with 2 and one sentence if the arguments or the data are refused.
  ///
  /// @param line see [Arguments#USAGE]
  public static void main(String[] line) {
    if (line.length == 0 || line[0].equals("--help")) {
      System.out.println(Arguments.USAGE);
      return;
    }
    try {
      Arguments.parse(line);
    } catch (RefusedException e) {
      System.err.println(e.getMessage());
      System.exit(REFUSED);
    }
  }
}
