package com.craftyverse.recsys.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;

/// The store of the project, on any file system that Hadoop knows. Tasks have it, too.
final class Store implements Serializable {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private static final Pattern URI = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:/.*");

  private final String root;
  private final SerializableConfiguration configuration;

  /// @param location a directory, or the URI of one. Hadoop reads a URI as it is, without
  ///     percent-encoding.
  Store(String location, Configuration configuration) {
    String absolute =
        URI.matcher(location).matches()
            ? location
            : "file://" + java.nio.file.Path.of(location).toAbsolutePath().normalize();
    this.root = absolute.endsWith("/") ? absolute : absolute + "/";
    this.configuration = new SerializableConfiguration(configuration);
  }

  /// Returns the path of an object.
  Path path(String key) {
    return new Path(root + key);
  }

  /// Returns the file system. For a directory it is the one without files of checksums.
  FileSystem fileSystem() throws IOException {
    FileSystem fileSystem = path("").getFileSystem(configuration.value());
    return fileSystem instanceof LocalFileSystem local ? local.getRaw() : fileSystem;
  }

  /// Returns the bytes of a small object; null if there is none.
  byte[] find(String key) throws IOException {
    try (InputStream input = open(key)) {
      return input.readAllBytes();
    } catch (FileNotFoundException e) {
      return null;
    }
  }

  /// Opens an object.
  InputStream open(String key) throws IOException {
    return fileSystem().open(path(key));
  }

  /// Returns the size of an object in bytes; -1 if there is none.
  long size(String key) throws IOException {
    try {
      return fileSystem().getFileStatus(path(key)).getLen();
    } catch (FileNotFoundException e) {
      return -1;
    }
  }

  /// Writes a small object.
  void write(String key, byte[] bytes) throws IOException {
    try (OutputStream output = fileSystem().create(path(key), true)) {
      output.write(bytes);
    }
  }

  /// Reads a document.
  ///
  /// @throws RefusedException if there is none
  JsonNode readJson(String key) throws IOException {
    byte[] json = find(key);
    if (json == null) {
      throw new RefusedException("there is no object '" + key + "' in the store");
    }
    return JSON.readTree(json);
  }

  /// Writes a document as the pipeline does, with its fields in order.
  void writeJson(String key, Object document) throws IOException {
    write(key, JSON.writeValueAsBytes(document));
  }

  /// Returns the files of an upload, by name: the object itself, or all in the directory if the key
  /// ends with a slash.
  ///
  /// @throws RefusedException if there are none
  List<FileStatus> files(String key) throws IOException {
    List<FileStatus> files = new ArrayList<>();
    try {
      if (!key.endsWith("/") && fileSystem().getFileStatus(path(key)).isDirectory()) {
        throw new RefusedException(
            "argument --key: '"
                + key
                + "' is a directory; to read the files in it, write '"
                + key
                + "/'");
      }
      for (FileStatus each : fileSystem().listStatus(path(key))) {
        String name = each.getPath().getName();
        if (name.startsWith(".") || name.startsWith("_")) {
          continue;
        }
        if (each.isFile()) {
          files.add(each);
        } else if (isFolder(key)) {
          throw new RefusedException(
              "'"
                  + key
                  + "' has a folder '"
                  + name
                  + "'; the Spark job reads the files directly in a folder");
        }
      }
    } catch (FileNotFoundException e) {
      // refused below
    }
    if (files.isEmpty()) {
      throw new RefusedException(
          "argument --key: there is no object '" + key + "' in the store, nor any below it");
    }
    files.sort(Comparator.comparing(file -> file.getPath().getName()));
    return files;
  }

  /// Returns whether a key is `raw/DATASET/FOLDER/`, not a file and not all files of a dataset.
  private static boolean isFolder(String key) {
    return key.endsWith("/") && key.chars().filter(c -> c == '/').count() == 3;
  }
}
