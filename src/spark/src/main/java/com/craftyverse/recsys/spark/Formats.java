package com.craftyverse.recsys.spark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/// The format versions, keys and manifests of the project, as the pipeline has them.
final class Formats {
  static final int INGEST = 7;
  static final int SPLIT = 3;
  static final int INDEX = 7;
  static final int MODEL = 9;

  static final String MANIFEST = "manifest.json";

  private static final int ID_LENGTH = 20;
  private static final int MAX_DATASET_LENGTH = 100;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private Formats() {}

  /// Returns the id of a step's work: 20 hexadecimal digits that depend on all of it.
  static String id(String step, int version, Object inputs, Object parameters) {
    Map<String, Object> work = new TreeMap<>();
    work.put("engine", "spark");
    work.put("step", step);
    work.put("formatVersion", version);
    work.put("inputs", inputs);
    work.put("parameters", parameters);
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(JSON.writeValueAsBytes(work));
      return HexFormat.of().formatHex(digest).substring(0, ID_LENGTH);
    } catch (NoSuchAlgorithmException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Writes a JSON document on one line.
  static String line(Object document) {
    try {
      return JSON.writeValueAsString(document);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /// What a manifest records.
  ///
  /// @param step the step's name
  /// @param id the id of its work
  /// @param sources keys of what it read, by name
  /// @param outputs size of each object in the manifest's directory
  record Manifest(
      String step,
      int version,
      String id,
      String dataset,
      Map<String, String> inputs,
      Map<String, String> sources,
      Map<String, Object> parameters,
      Map<String, Long> outputs,
      Map<String, Object> figures,
      double seconds) {
    Map<String, Object> json() {
      Map<String, Object> json = new TreeMap<>();
      json.put("step", step);
      json.put("formatVersion", version);
      json.put("id", id);
      json.put("dataset", dataset);
      json.put("inputs", inputs);
      json.put("sources", sources);
      json.put("parameters", parameters);
      json.put("outputs", outputs);
      json.put("digests", Map.of());
      json.put("figures", figures);
      json.put("finished", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
      json.put("seconds", seconds);
      return json;
    }
  }

  /// Returns the key of an upload: the directory of a folder if the key is that of its mark `_SUCCESS`; null for
  /// null.
  static String upload(String key) {
    return key != null && key.endsWith("/_SUCCESS")
        ? key.substring(0, key.length() - "_SUCCESS".length())
        : key;
  }

  /// Returns the dataset of an upload: its directory below `raw/`, or its own name without extensions, turned
  /// into a valid name.
  static String dataset(String key) {
    String[] segments = key.split("/", -1);
    boolean isFolder = segments.length == 4 && segments[3].isEmpty();
    if (segments.length > (isFolder ? 4 : 3) || segments[1].isEmpty()) {
      throw new RefusedException(
          "argument --key: uploads are raw/FILE, raw/DATASET/FILE, raw/DATASET/ or raw/DATASET/FOLDER/,"
              + " found '"
              + key
              + "'");
    }
    String name = segments.length >= 3 ? segments[1] : stem(segments[1]);
    if (isDataset(name)) {
      return name;
    }
    String plain =
        Normalizer.normalize(name, Normalizer.Form.NFKD)
            .replaceAll("\\p{M}+", "")
            .replaceAll("[^A-Za-z0-9._-]+", "-")
            .replaceAll("-{2,}", "-")
            .replaceAll("^[._-]+|[._-]+$", "");
    if (isDataset(plain)) {
      return plain;
    }
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(StandardCharsets.UTF_8));
    String digest = String.format(Locale.ROOT, "-%08x", crc.getValue());
    return plain.isEmpty()
        ? "dataset" + digest
        : plain.substring(0, MAX_DATASET_LENGTH - digest.length()) + digest;
  }

  private static boolean isDataset(String name) {
    return name.length() <= MAX_DATASET_LENGTH && name.matches("[A-Za-z0-9][A-Za-z0-9._-]*");
  }

  private static String stem(String file) {
    String stem = file;
    for (String extension :
        new String[] {".gz", ".zip", ".csv", ".tsv", ".txt", ".dat", ".data", ".parquet"}) {
      if (stem.toLowerCase(Locale.ROOT).endsWith(extension) && stem.length() > extension.length()) {
        stem = stem.substring(0, stem.length() - extension.length());
      }
    }
    return stem;
  }
}
