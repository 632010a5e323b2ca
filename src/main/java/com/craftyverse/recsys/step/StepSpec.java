package com.craftyverse.recsys.step;

import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.StepName;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// What a step is about to do. Its [#id] is the same for the same work, wherever and whenever it is
/// done.
///
/// @param step the step's name
/// @param dataset the dataset that it is about
/// @param inputs what it reads, by name: digests or ids
/// @param parameters a record of all that shapes the result, and nothing else
public record StepSpec(
    StepName step, String dataset, Map<String, String> inputs, Object parameters) {
  private static final int ID_LENGTH = 20;

  /// Keeps a sorted copy of the inputs.
  public StepSpec {
    inputs = Collections.unmodifiableMap(new TreeMap<>(inputs));
  }

  /// 20 hexadecimal digits of the SHA-256 over step, format version, inputs and parameters.
  public String id() {
    Map<String, Object> work = new TreeMap<>();
    work.put("step", step);
    work.put("formatVersion", step.formatVersion());
    work.put("inputs", inputs);
    work.put("parameters", new TreeMap<>(Json.toMap(parameters)));
    return Digest.of(Json.write(work)).substring(0, ID_LENGTH);
  }
}
