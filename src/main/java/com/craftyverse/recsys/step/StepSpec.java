package com.craftyverse.recsys.step;

import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.StepName;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// A description of a step's work. Its [#id] is the same for the same work, on any machine and at any time.
///
/// @param step the step's name
/// @param dataset the dataset's name
/// @param inputs digests or ids of what the step reads, by name
/// @param parameters a record of exactly the parameters that determine the result
public record StepSpec(
    StepName step, String dataset, Map<String, String> inputs, Object parameters) {
  private static final int ID_LENGTH = 20;

  /// Stores a sorted copy of the inputs.
  public StepSpec {
    inputs = Collections.unmodifiableMap(new TreeMap<>(inputs));
  }

  /// Returns 20 hexadecimal digits of the SHA-256 over step, format version, inputs and parameters.
  public String id() {
    Map<String, Object> work = new TreeMap<>();
    work.put("step", step);
    work.put("formatVersion", step.formatVersion());
    work.put("inputs", inputs);
    work.put("parameters", new TreeMap<>(Json.toMap(parameters)));
    return Digest.of(Json.write(work)).substring(0, ID_LENGTH);
  }
}
