package com.craftyverse.recsys.step;

import com.craftyverse.recsys.format.Json;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logging.MDC;

/// Metrics in CloudWatch's embedded metric format: lines of JSON on standard output that CloudWatch turns
/// into metrics. No service call is needed.
///
/// Enabled only if `RECSYS_METRICS_NAMESPACE` is set.
public final class Metrics {
  private static final String NAMESPACE = System.getenv("RECSYS_METRICS_NAMESPACE");
  private static final String FUNCTION = System.getenv("AWS_LAMBDA_FUNCTION_NAME");

  /// Figures that become metrics, with their units.
  private static final Map<String, String> UNITS =
      Map.of(
          "Seconds", "Seconds",
          "ratings", "Count",
          "testRmse", "None",
          "validationRmse", "None",
          "testNdcg", "None",
          "validationNdcg", "None",
          "updatesPerSecond", "Count/Second");

  private Metrics() {}

  /// Counts a failure that is not the caller's fault: an error of the program, of the store or of the
  /// project's own files. An alarm watches this metric.
  public static void emitFailure() {
    emit(Map.of(), "Failures", 1, "Count");
  }

  /// Records how long ago a dataset's current model was published.
  ///
  /// @param published when it was published, in UTC
  public static void emitModelAge(String dataset, String published) {
    if (isEnabled()) {
      long seconds = Duration.between(Instant.parse(published), Instant.now()).toSeconds();
      emit(Map.of("Dataset", dataset), "ModelAge", seconds, "Seconds");
    }
  }

  private static boolean isEnabled() {
    return NAMESPACE != null && !NAMESPACE.isEmpty() && FUNCTION != null;
  }

  private static void emit(Map<String, String> dimensions, String metric, long value, String unit) {
    if (isEnabled()) {
      Map<String, String> all = new TreeMap<>(dimensions);
      all.put("FunctionName", FUNCTION);
      write(System.out, NAMESPACE, all, metric, value, unit, System.currentTimeMillis());
    }
  }

  static void write(
      PrintStream out,
      String namespace,
      Map<String, String> dimensions,
      String metric,
      long value,
      String unit,
      long epochMillis) {
    Map<String, Object> line = new LinkedHashMap<>(dimensions);
    line.put(metric, value);
    line.put(
        "_aws",
        directives(
            namespace,
            List.of(List.copyOf(dimensions.keySet())),
            List.of(Map.of("Name", metric, "Unit", unit)),
            epochMillis));
    out.println(new String(Json.writeLine(line), StandardCharsets.UTF_8));
  }

  private static Map<String, Object> directives(
      String namespace,
      List<List<String>> dimensions,
      List<Map<String, String>> metrics,
      long epochMillis) {
    return Map.of(
        "Timestamp",
        epochMillis,
        "CloudWatchMetrics",
        List.of(Map.of("Namespace", namespace, "Dimensions", dimensions, "Metrics", metrics)));
  }

  /// Records the metrics of completed work.
  static void emit(StepSpec spec, double seconds, Map<String, Object> figures) {
    if (NAMESPACE != null && !NAMESPACE.isEmpty()) {
      write(System.out, NAMESPACE, spec, seconds, figures, System.currentTimeMillis());
    }
  }

  static void write(
      PrintStream out,
      String namespace,
      StepSpec spec,
      double seconds,
      Map<String, Object> figures,
      long epochMillis) {
    Map<String, Object> values = new LinkedHashMap<>(figures);
    values.put("Seconds", seconds);
    List<Map<String, String>> metrics = new ArrayList<>();
    values.forEach(
        (name, value) -> {
          if (UNITS.containsKey(name) && value instanceof Number) {
            metrics.add(Map.of("Name", name, "Unit", UNITS.get(name)));
          }
        });
    Map<String, Object> line = new LinkedHashMap<>(values);
    line.put("Step", spec.step());
    line.put("Dataset", spec.dataset());
    Object correlationId = MDC.get(Request.CORRELATION_ID);
    if (correlationId != null) {
      line.put(Request.CORRELATION_ID, correlationId);
    }
    line.put(
        "_aws",
        directives(
            namespace, List.of(List.of("Step"), List.of("Step", "Dataset")), metrics, epochMillis));
    out.println(new String(Json.writeLine(line), StandardCharsets.UTF_8));
  }
}
