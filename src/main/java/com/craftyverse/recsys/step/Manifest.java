package com.craftyverse.recsys.step;

import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The record of a completed step. It is written last: if a manifest exists, the objects that it lists are
/// complete.
///
/// @param step the step's name
/// @param formatVersion the format version of the step's files
/// @param id the digest of inputs and parameters
/// @param dataset the dataset's name
/// @param inputs digests or ids of what the step read, by name
/// @param sources keys of what the step read, by name
/// @param parameters the parameters that determine the result
/// @param outputs size in bytes of each object in the manifest's directory
/// @param digests SHA-256 of each object of a model, in lower-case hexadecimal; empty for other steps, and for
///     models of earlier versions
/// @param figures the step's counts and measurements
/// @param finished completion time, in UTC
/// @param seconds duration of the work
public record Manifest(
    StepName step,
    int formatVersion,
    String id,
    String dataset,
    Map<String, String> inputs,
    Map<String, String> sources,
    Map<String, Object> parameters,
    Map<String, Long> outputs,
    Map<String, String> digests,
    Map<String, Object> figures,
    String finished,
    double seconds) {

  /// Keeps sorted copies. A manifest of an earlier version has no digests.
  public Manifest {
    inputs = new TreeMap<>(inputs);
    sources = new TreeMap<>(sources);
    parameters = new TreeMap<>(parameters);
    outputs = new TreeMap<>(outputs);
    digests = digests == null ? Map.of() : new TreeMap<>(digests);
  }

  /// Reads the manifest that a request names.
  ///
  /// @param step the step that must have written it
  /// @throws RequestException if the key is not below the step's prefix, the object does not exist, or
  ///     another step wrote it
  public static Manifest read(ObjectStore store, String key, StepName step) throws IOException {
    return read(store, "manifest", key, step);
  }

  /// Reads a manifest that another field of the request names.
  ///
  /// @param field the request's field that holds the key
  public static Manifest read(ObjectStore store, String field, String key, StepName step)
      throws IOException {
    String prefix =
        switch (step) {
          case TRAIN, EVALUATE -> "models/";
          case RECOMMEND_ALL -> StoreLayout.BATCHES;
          default -> "datasets/";
        };
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
    if (manifest.step != step) {
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
    if (manifest.formatVersion != step.formatVersion()) {
      throw RequestException.unprocessable(
          key
              + " has format version "
              + manifest.formatVersion
              + ", this version reads "
              + step.formatVersion()
              + "; run "
              + step
              + " again");
    }
    return manifest;
  }

  /// Returns the key of the manifest of an earlier step that this one read.
  ///
  /// @throws RequestException if the manifest names no such source
  public String source(StepName earlier) {
    return source(earlier.toString());
  }

  /// Returns the key of an input that the step read.
  ///
  /// @throws RequestException if the manifest names no such source
  public String source(String name) {
    String key = sources.get(name);
    if (key == null) {
      throw RequestException.unprocessable(
          "the manifest of " + step + " " + id + " names no source '" + name + "'");
    }
    return key;
  }

  /// Returns the step's figures as a record.
  ///
  /// @throws RequestException if the manifest's figures do not fit the type
  public <F> F figures(Class<F> type) {
    return convert(figures, type);
  }

  /// Returns the step's parameters as a record.
  ///
  /// @throws RequestException if the manifest's parameters do not fit the type
  public <P> P parameters(Class<P> type) {
    return convert(parameters, type);
  }

  private <T> T convert(Map<String, Object> tree, Class<T> type) {
    try {
      return Json.fromTree(tree, type, "the manifest of " + step + " " + id);
    } catch (MalformedFileException e) {
      throw RequestException.unprocessable(String.valueOf(e.getMessage()));
    }
  }

  /// The only figures that [#feedback] and [#scale] need.
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Recorded(@Nullable Feedback feedback, @Nullable RatingScale scale) {}

  /// Returns the kind of feedback that `ingest` or `index` recorded in its figures. Earlier versions knew only
  /// ratings.
  public Feedback feedback() {
    return Objects.requireNonNullElse(figures(Recorded.class).feedback, Feedback.RATINGS);
  }

  /// Returns the rating scale that `ingest` or `index` recorded in its figures.
  ///
  /// @return null for choices
  /// @throws RequestException if a dataset of ratings lacks it
  public @Nullable RatingScale scale() {
    if (feedback() == Feedback.CHOICES) {
      return null;
    }
    RatingScale scale = figures(Recorded.class).scale;
    if (scale == null) {
      throw RequestException.unprocessable(
          "the manifest of " + step + " " + id + " has no rating scale; run " + step + " again");
    }
    return scale;
  }

  /// Returns a numeric parameter of a model.
  ///
  /// @throws RequestException if the manifest has no such number
  public double number(String parameter) {
    if (parameters.get(parameter) instanceof Number number) {
      return number.doubleValue();
    }
    throw RequestException.unprocessable(
        "the manifest of the model "
            + id
            + " has no number '"
            + parameter
            + "'; train the model again");
  }
}
