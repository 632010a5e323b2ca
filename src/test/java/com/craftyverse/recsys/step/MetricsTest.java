package com.craftyverse.recsys.step;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Pins CloudWatch's embedded metric format: the names under `_aws` refer to members of the line.
class MetricsTest {
  private final ObjectMapper mapper = new ObjectMapper();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void failure_isOneMetricOfTheFunction() throws IOException {
    Metrics.write(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        "recsys",
        Map.of("FunctionName", "stack-serve"),
        "Failures",
        1,
        "Count",
        1_700_000_000_000L);
    assertThat(line())
        .isEqualTo(
            mapper.readTree(
                """
                {"FunctionName": "stack-serve", "Failures": 1,
                 "_aws": {"Timestamp": 1700000000000, "CloudWatchMetrics": [
                   {"Namespace": "recsys", "Dimensions": [["FunctionName"]],
                    "Metrics": [{"Name": "Failures", "Unit": "Count"}]}]}}
                """));
  }

  @Test
  void modelAge_hasADatasetDimension() throws IOException {
    Metrics.write(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        "recsys",
        new TreeMap<>(Map.of("FunctionName", "stack-serve", "Dataset", "ml-latest")),
        "ModelAge",
        90,
        "Seconds",
        1_700_000_000_000L);
    assertThat(line())
        .isEqualTo(
            mapper.readTree(
                """
                {"FunctionName": "stack-serve", "Dataset": "ml-latest", "ModelAge": 90,
                 "_aws": {"Timestamp": 1700000000000, "CloudWatchMetrics": [
                   {"Namespace": "recsys", "Dimensions": [["Dataset", "FunctionName"]],
                    "Metrics": [{"Name": "ModelAge", "Unit": "Seconds"}]}]}}
                """));
  }

  private JsonNode line() throws IOException {
    String text = out.toString(StandardCharsets.UTF_8);
    assertThat(text).endsWith("\n").containsOnlyOnce("\n");
    return mapper.readTree(text);
  }
}
