package com.craftyverse.recsys.step;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.MDC;

/// Figures of a step as metrics, in CloudWatch's embedded metric format: a line of JSON on standard
/// output, which Lambda's log turns into metrics without a call to a service.
///
/// Written only where `RECSYS_METRICS_NAMESPACE` is set.
final class Metrics {
  private static final String NAMESPACE = System.getenv("RECSYS_METRICS_NAMESPACE");

  /// The figures that are worth a metric of their own, by name: their units.
  private static final Map<String, String> UNITS =
      Map.of(
          "Seconds", "Seconds",
          "ratings", "Count",
          "testRmse", "None",
          "validationRmse", "None",
          "updatesPerSecond", "Count/Second");

  private Metrics() {}

  /// Tells the metrics of work that was done.
  static void tell(StepSpec spec, double seconds, Map<String, Object> figures) {
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
        Map.of(
            "Timestamp",
            epochMillis,
            "CloudWatchMetrics",
            List.of(
                Map.of(
                    "Namespace",
                    namespace,
                    "Dimensions",
                    List.of(List.of("Step"), List.of("Step", "Dataset")),
                    "Metrics",
                    metrics))));
    out.println(new String(Json.writeLine(line), StandardCharsets.UTF_8));
  }
}
