package com.craftyverse.recsys.format;

import com.craftyverse.recsys.storage.InvalidKeyException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/// The layout of the store: the key of every object that the project reads or writes.
///
/// ```
/// raw/{dataset}/FILE                       or raw/FILE; datasetOfUpload says how a dataset is named
/// datasets/{dataset}/{version}/            ratings.arrow items.arrow [tags.arrow links.arrow] manifest.json
///   splits/{splitId}/                      train.arrow test.arrow validation.arrow manifest.json
///     index/{indexId}/                     users.arrow items.arrow train.arrow test.arrow validation.arrow
///                                          seen.arrow quality.json manifest.json
/// models/{dataset}/{modelId}/              users.arrow items.arrow seen.arrow model.json history.json
///                                          evaluation.json manifest.json lookup.arrow
///   checkpoint                             while the training run goes on
/// models/{dataset}/current.json
/// ```
public final class StoreLayout {
  /// Where uploads arrive.
  public static final String RAW = "raw/";

  /// The last object that a step writes into its directory: what it did, and that it is complete.
  public static final String MANIFEST = "manifest.json";

  /// Ratings as uploaded: `userId, itemId, rating, timestamp`.
  public static final String RATINGS = "ratings.arrow";

  /// Tags as uploaded, if there are any.
  public static final String TAGS = "tags.arrow";

  /// Items' ids in other databases, if there are any.
  public static final String LINKS = "links.arrow";

  /// The training set, before and after indexing.
  public static final String TRAIN = "train.arrow";

  /// The test set, before and after indexing.
  public static final String TEST = "test.arrow";

  /// The validation set, before and after indexing.
  public static final String VALIDATION = "validation.arrow";

  /// Users by dense index; in a model with their factors.
  public static final String USERS = "users.arrow";

  /// Items as uploaded; in an index by dense index, in a model with their factors, too.
  public static final String ITEMS = "items.arrow";

  /// The training ratings of each user.
  public static final String SEEN = "seen.arrow";

  /// A model's users without their vectors and ratings, and where these lie.
  public static final String LOOKUP = "lookup.arrow";

  /// The Gram matrix of a model's items, for users who are folded in.
  public static final String GRAM = "gram.arrow";

  /// The index step's numbers and checks.
  public static final String QUALITY = "quality.json";

  /// What a model is: kind, factors, scale, mean.
  public static final String MODEL = "model.json";

  /// How far a training run has come, while it goes on.
  public static final String CHECKPOINT = "checkpoint";

  /// A model's training, epoch by epoch.
  public static final String HISTORY = "history.json";

  /// A model's evaluation with the default parameters.
  public static final String EVALUATION = "evaluation.json";

  /// Which model of a dataset is in use.
  public static final String CURRENT = "current.json";

  private static final int LONGEST_DATASET = 100;
  private static final Pattern DATASET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

  /// An evaluation with parameters of its own.
  ///
  /// @param id of the evaluation
  public static String evaluation(String id) {
    return "evaluation-" + id + ".json";
  }

  /// The dataset that an upload belongs to, [named][#datasetNamed] after the directory below `raw/`, or,
  /// for a file straight in `raw/`, after the file without its extension.
  ///
  /// @throws InvalidKeyException when the key is not that of an upload, or names a hidden file
  public static String datasetOfUpload(String key) {
    return datasetNamed(nameOfUpload(key));
  }

  /// The name from which an upload's dataset takes its own: `my set` of `raw/my set/FILE` and of
  /// `raw/my set.csv`.
  ///
  /// @throws InvalidKeyException when the key is not that of an upload, or names a hidden file
  public static String nameOfUpload(String key) {
    ObjectKeys.require(key);
    String[] segments = key.split("/", -1);
    if (!key.startsWith(RAW) || segments.length > 3) {
      throw new InvalidKeyException(
          "the key "
              + ObjectKeys.quote(key)
              + " is not an upload; uploads are raw/FILE or raw/DATASET/FILE");
    }
    if (segments[1].startsWith(".")) {
      throw new InvalidKeyException(
          "the key "
              + ObjectKeys.quote(key)
              + " is not an upload: "
              + ObjectKeys.quote(segments[1])
              + " is hidden");
    }
    return segments.length == 3 ? segments[1] : stem(segments[1]);
  }

  /// The dataset's name for a name of any characters: `ratings (1)` gives `ratings-1`, `März` gives
  /// `Marz`.
  ///
  /// A name that [#requireDataset] accepts stays as it is. Otherwise accents are dropped, each run of
  /// characters other than letters of ASCII, digits, `.`, `_` and `-` becomes one `-`, and none of these
  /// signs begins or ends the name. Where nothing is left, or more than 100 characters, the eight
  /// hexadecimal digits of the name's CRC-32 stand in for what is lost.
  static String datasetNamed(String name) {
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
    String digest = "-" + checksum(name);
    return plain.isEmpty()
        ? "dataset" + digest
        : plain.substring(0, LONGEST_DATASET - digest.length()) + digest;
  }

  private static String checksum(String text) {
    CRC32 crc = new CRC32();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return String.format(Locale.ROOT, "%08x", crc.getValue());
  }

  /// The file's name without its extension: `ml-latest.zip` and `ml-latest.csv.gz` give
  /// `ml-latest`.
  private static String stem(String file) {
    String stem = file;
    for (String extension : new String[] {".gz", ".zip", ".csv", ".dat", ".data"}) {
      if (stem.toLowerCase(Locale.ROOT).endsWith(extension) && stem.length() > extension.length()) {
        stem = stem.substring(0, stem.length() - extension.length());
      }
    }
    return stem;
  }

  /// Returns `dataset` if it can be a dataset's name.
  ///
  /// @throws InvalidKeyException otherwise
  public static String requireDataset(String dataset) {
    if (!isDataset(dataset)) {
      throw new InvalidKeyException(
          "the dataset name "
              + ObjectKeys.quote(dataset)
              + " must be letters, digits, '.', '_' and '-', 100 at most, starting with a letter or"
              + " digit");
    }
    return dataset;
  }

  private static boolean isDataset(String name) {
    return name.length() <= LONGEST_DATASET && DATASET.matcher(name).matches();
  }

  /// The directory of a dataset's version.
  public static String datasetDirectory(String dataset, String version) {
    return "datasets/" + dataset + "/" + version + "/";
  }

  /// The directory of a split, below that of its dataset.
  public static String splitDirectory(String datasetDirectory, String splitId) {
    return datasetDirectory + "splits/" + splitId + "/";
  }

  /// The directory of an index, below that of its split.
  public static String indexDirectory(String splitDirectory, String indexId) {
    return splitDirectory + "index/" + indexId + "/";
  }

  /// The directory of the split that an object of an index belongs to.
  ///
  /// @param key the object's
  public static String splitOfIndex(String key) {
    return key.substring(0, key.lastIndexOf("/index/") + 1);
  }

  /// The directory of a model.
  public static String modelDirectory(String dataset, String modelId) {
    return models(dataset) + modelId + "/";
  }

  /// What all models of a dataset lie under.
  public static String models(String dataset) {
    return "models/" + dataset + "/";
  }

  /// The pointer to a dataset's model in use, with the history of what was.
  public static String current(String dataset) {
    return models(dataset) + CURRENT;
  }

  /// Whether the key is a dataset's pointer to its model in use.
  public static boolean isCurrent(String key) {
    String[] segments = key.split("/", -1);
    return segments.length == 3 && segments[0].equals("models") && segments[2].equals(CURRENT);
  }

  /// The dataset of a key that [#isCurrent].
  public static String datasetOfCurrent(String key) {
    return key.substring("models/".length(), key.lastIndexOf('/'));
  }

  private StoreLayout() {}
}
