package com.craftyverse.recsys.step;

import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a step did, written last: where a manifest is, the objects that it names are complete.
///
/// @param step the step's name
/// @param formatVersion the version of the step's files
/// @param id the digest of inputs and parameters
/// @param dataset the dataset that it is about
/// @param inputs what was read, by name: digests or ids
/// @param sources where that came from: keys
/// @param parameters what shaped the result
/// @param outputs bytes of each object in the manifest's directory
/// @param figures what the step counted and measured
/// @param finished when, in UTC
/// @param seconds how long the work took
public record Manifest(
    String step,
    int formatVersion,
    String id,
    String dataset,
    Map<String, String> inputs,
    Map<String, String> sources,
    Map<String, Object> parameters,
    Map<String, Long> outputs,
    Map<String, Object> figures,
    String finished,
    double seconds) {

  /// Keeps sorted copies.
  public Manifest {
    inputs = new TreeMap<>(inputs);
    sources = new TreeMap<>(sources);
    parameters = new TreeMap<>(parameters);
    outputs = new TreeMap<>(outputs);
  }

  /// Reads the manifest that a request names.
  ///
  /// @param step the step that must have written it
  /// @param formatVersion the version that the reader understands
  /// @throws RequestException when the key is not below the step's prefix, there is no such object, or it
  ///     is another step's
  public static Manifest read(ObjectStore store, String key, String step, int formatVersion)
      throws IOException {
    return read(store, "manifest", key, step, formatVersion);
  }

  /// The same for a manifest that another field names.
  ///
  /// @param field the request's field that holds the key
  public static Manifest read(
      ObjectStore store, String field, String key, String step, int formatVersion)
      throws IOException {
    String prefix = List.of("train", "evaluate").contains(step) ? "models/" : "datasets/";
    if (!key.startsWith(prefix)) {
      throw RequestException.invalid(
          "field '"
              + field
              + "': "
              + ObjectKeys.quote(key)
              + " is not below "
              + prefix
              + ", where "
              + step
              + " writes");
    }
    byte[] json;
    try {
      json = store.read(key).content();
    } catch (NoSuchObjectException e) {
      throw RequestException.notFound(
          "field '" + field + "': there is no object " + ObjectKeys.quote(key) + " in the store");
    }
    Manifest manifest = Json.read(json, Manifest.class, key);
    if (!manifest.step.equals(step)) {
      throw RequestException.invalid(
          "field '"
              + field
              + "': "
              + ObjectKeys.quote(key)
              + " was written by "
              + manifest.step
              + "; the manifest of "
              + step
              + " was expected");
    }
    if (manifest.formatVersion != formatVersion) {
      throw RequestException.unprocessable(
          key
              + " has format version "
              + manifest.formatVersion
              + ", this version reads "
              + formatVersion
              + "; run "
              + step
              + " again");
    }
    return manifest;
  }

  /// The key of something that was read.
  ///
  /// @throws RequestException when the manifest names no such source
  public String source(String name) {
    String key = sources.get(name);
    if (key == null) {
      throw RequestException.unprocessable(
          "the manifest of " + step + " " + id + " does not say where its " + name + " is");
    }
    return key;
  }

  /// The step's figures as the record that they were.
  public <F> F figures(Class<F> type) {
    return Json.fromTree(figures, type, "the manifest of " + step + " " + id);
  }

  /// The step's parameters as the record that they were.
  public <P> P parameters(Class<P> type) {
    return Json.fromTree(parameters, type, "the manifest of " + step + " " + id);
  }

  /// A parameter of a model that is a number.
  ///
  /// @throws RequestException when the manifest does not say it
  public double number(String parameter) {
    if (parameters.get(parameter) instanceof Number number) {
      return number.doubleValue();
    }
    throw RequestException.unprocessable(
        "the manifest of the model "
            + id
            + " does not say the "
            + parameter
            + " that it was trained with; train it again");
  }
}
