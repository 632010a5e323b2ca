package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.Digest;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// The objects that make an upload: one file; the files of a folder, whose writer puts `_SUCCESS` last; or the files
/// below `raw/{dataset}/` that the settings list.
///
/// @param key the key of the object that brought the upload: the file, `_SUCCESS`, or one of the listed files
/// @param parts the files by their names in messages, in the order of their rows
record UploadObjects(String key, Map<String, ObjectInfo> parts) {
  /// Marks a folder as complete.
  static final String SUCCESS = "_SUCCESS";

  private static final int MAX_PARTS = 1_000;

  /// Finds the objects of an upload.
  ///
  /// @param upload the object that brought it
  /// @param settings the settings of its dataset
  /// @throws RequestException if the object brings no upload, or the folder has no files, or too many
  static UploadObjects of(ObjectStore store, ObjectInfo upload, UploadSettings settings)
      throws IOException {
    String key = upload.key();
    if (isInDirectory(key)) {
      Optional<String> problem = whyIgnored(key, settings);
      if (problem.isPresent()) {
        throw RequestException.invalid("field 'key': " + problem.get());
      }
    }
    String directory = ObjectKeys.directoryOf(key);
    if (fileName(key).equals(SUCCESS)) {
      return new UploadObjects(key, list(store, directory, directory, _ -> true));
    }
    if (settings.files() != null && isInDirectory(key)) {
      String root = StoreLayout.RAW + key.split("/", -1)[1] + "/";
      return new UploadObjects(key, list(store, root, root, matcher(settings.files())));
    }
    return new UploadObjects(key, Map.of(fileName(key), upload));
  }

  /// Returns the size of all objects in a folder, in bytes.
  ///
  /// @param key any object's key
  /// @return null if the key is not that of a folder's `_SUCCESS`
  static @Nullable Long folderSize(ObjectStore store, String key) throws IOException {
    return fileName(key).equals(SUCCESS)
        ? store.list(ObjectKeys.directoryOf(key)).stream().mapToLong(ObjectInfo::size).sum()
        : null;
  }

  /// Returns why an object alone brings no upload, as a whole sentence; empty if it brings one.
  ///
  /// @param key a key that [names a dataset][StoreLayout#nameOfUpload]
  static Optional<String> whyIgnored(String key, UploadSettings settings) {
    String object = ObjectKeys.quote(key);
    String[] segments = key.split("/", -1);
    if (settings.files() != null && isInDirectory(key)) {
      String name = key.substring(StoreLayout.RAW.length() + segments[1].length() + 1);
      return matcher(settings.files()).test(name)
          ? Optional.empty()
          : Optional.of(object + " matches no pattern of \"files\" in settings.json");
    }
    if (segments.length == 4 && fileName(key).equals(SUCCESS)) {
      return Optional.empty();
    }
    return segments.length > 3 || fileName(key).equals(SUCCESS)
        ? Optional.of(
            object
                + " belongs to a folder; a folder 'raw/DATASET/FOLDER/' becomes a dataset when its"
                + " writer puts '_SUCCESS' into it")
        : Optional.empty();
  }

  /// Returns whether a file's name must end like that of an upload.
  static boolean needsEnding(String key) {
    return !fileName(key).equals(SUCCESS) && key.split("/", -1).length <= 3;
  }

  /// Checks patterns of files.
  ///
  /// @throws RequestException if the list is empty, or one has a mistake
  static void requirePatterns(List<String> patterns) {
    try {
      Predicate<String> _ = matcher(patterns);
    } catch (PatternSyntaxException e) {
      throw RequestException.invalid(
          "field 'files': expected patterns such as part-*.csv, found "
              + ObjectKeys.quote(e.getPattern())
              + " ("
              + e.getDescription()
              + ")");
    }
    if (patterns.isEmpty()) {
      throw RequestException.invalid("field 'files': expected patterns such as part-*.csv");
    }
  }

  private static boolean isInDirectory(String key) {
    return key.startsWith(StoreLayout.RAW) && key.indexOf('/', StoreLayout.RAW.length()) > 0;
  }

  private static Predicate<String> matcher(List<String> patterns) {
    List<PathMatcher> matchers =
        patterns.stream()
            .map(pattern -> FileSystems.getDefault().getPathMatcher("glob:" + pattern))
            .toList();
    return name -> matchers.stream().anyMatch(matcher -> matcher.matches(Path.of(name)));
  }

  private static Map<String, ObjectInfo> list(
      ObjectStore store, String prefix, String shown, Predicate<String> isPart) throws IOException {
    Map<String, ObjectInfo> parts = new LinkedHashMap<>();
    List<ObjectInfo> objects = new ArrayList<>(store.list(prefix));
    objects.sort(Comparator.comparing(ObjectInfo::key));
    for (ObjectInfo object : objects) {
      String name = object.key().substring(shown.length());
      boolean isHidden =
          name.startsWith("_")
              || name.startsWith(".")
              || name.contains("/_")
              || name.contains("/.");
      if (!isHidden
          && !name.equals(StoreLayout.SETTINGS)
          && object.size() > 0
          && isPart.test(name)) {
        parts.put(name, object);
      }
    }
    if (parts.isEmpty() || parts.size() > MAX_PARTS) {
      throw RequestException.unprocessable(
          ObjectKeys.quote(prefix)
              + " has "
              + (parts.isEmpty() ? "no files with rows" : parts.size() + " files")
              + ", expected 1 to "
              + MAX_PARTS);
    }
    return parts;
  }

  private static String fileName(String key) {
    return key.substring(key.lastIndexOf('/') + 1);
  }

  /// Returns what a dataset is made from: the file, or `raw/{dataset}/` for folders and listed files, which may change
  /// from version to version.
  static String origin(String key, UploadSettings settings) {
    boolean isSeveral =
        isInDirectory(key) && (settings.files() != null || fileName(key).equals(SUCCESS));
    return isSeveral ? StoreLayout.RAW + key.split("/", -1)[1] + "/" : key;
  }

  /// Returns whether the upload is one file.
  boolean isSingle() {
    return parts.size() == 1 && parts.values().iterator().next().key().equals(key);
  }

  /// Returns the name in messages: the file's, or the folder's.
  String name() {
    return isSingle()
        ? fileName(key)
        : key.substring(0, key.lastIndexOf('/')).replaceFirst("^.*/", "");
  }

  /// Returns the total of sizes and a digest of all ETags, which changes whenever a part may have changed.
  ObjectInfo info() {
    if (isSingle()) {
      return parts.values().iterator().next();
    }
    StringBuilder etags = new StringBuilder();
    long size = 0;
    Instant latest = Instant.EPOCH;
    for (ObjectInfo part : parts.values()) {
      etags.append(part.key()).append('\n').append(part.etag()).append('\n');
      size += part.size();
      latest = part.lastModified().isAfter(latest) ? part.lastModified() : latest;
    }
    String etag = Digest.of(etags.toString().getBytes(StandardCharsets.UTF_8));
    return new ObjectInfo(key, size, etag, latest);
  }

  /// A training set and a test set among the parts.
  record GivenSplit(UploadObjects training, UploadObjects test) {
    /// Returns the parameters without the name of the pair, which both sets are already selected by.
    IngestParameters parameters(IngestParameters parameters) {
      return new IngestParameters(
          parameters.maxBadRows(),
          RatingsFormatBuilder.builder(parameters.format()).entry(null).build());
    }
  }

  /// Returns the parts as a training set and a test set if they are named so: `train.csv` and `test.csv`, folders
  /// `train/` and `test/`, or `u1.base` and `u1.test`.
  ///
  /// @param entry the name of the pair, if the settings have one
  /// @throws RequestException if there are several pairs and the settings name none
  Optional<GivenSplit> givenSplit(Optional<String> entry) {
    if (isSingle()) {
      return Optional.empty();
    }
    List<String> pairs = new ArrayList<>();
    for (String name : parts.keySet()) {
      if (name.endsWith(".base") && parts.containsKey(pair(name) + ".test")) {
        pairs.add(pair(name));
      }
    }
    if (!pairs.isEmpty()) {
      String pair = entry.filter(pairs::contains).orElse(pairs.getFirst());
      if (pairs.size() > 1 && entry.filter(pairs::contains).isEmpty()) {
        throw RequestException.unprocessable(
            name()
                + " has several pairs of a training and a test set: "
                + String.join(", ", pairs)
                + "; settings.json: \"entry\": \""
                + pair
                + "\"");
      }
      Predicate<String> isRatings =
          name -> name.endsWith(".base") || name.endsWith(".test") || name.endsWith("u.data");
      return Optional.of(
          new GivenSplit(
              select(name -> !isRatings.test(name) || name.equals(pair + ".base")),
              select(name -> !isRatings.test(name) || name.equals(pair + ".test"))));
    }
    boolean hasBoth =
        parts.keySet().stream().anyMatch(name -> isNamed(name, "train"))
            && parts.keySet().stream().anyMatch(name -> isNamed(name, "test"));
    return hasBoth
        ? Optional.of(
            new GivenSplit(
                select(name -> !isNamed(name, "test")), select(name -> !isNamed(name, "train"))))
        : Optional.empty();
  }

  private static String pair(String base) {
    return base.substring(0, base.length() - ".base".length());
  }

  private static boolean isNamed(String name, String set) {
    return name.startsWith(set + "/") || StoreLayout.stem(name).equals(set);
  }

  private UploadObjects select(Predicate<String> isKept) {
    Map<String, ObjectInfo> kept = new LinkedHashMap<>();
    parts.forEach(
        (name, part) -> {
          if (isKept.test(name)) {
            kept.put(name, part);
          }
        });
    return new UploadObjects(key, kept);
  }
}
