package com.craftyverse.recsys.format;

import com.craftyverse.recsys.storage.InvalidKeyException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/// The layout of the store: the key of every object that the project reads or writes.
///
/// ```
/// incoming/FILE                            uploads over HTTP that nothing was decided about
/// raw/{dataset}/FILE [settings.json]       or raw/FILE; see datasetOfUpload for the dataset's name
/// raw/{dataset}/{folder}/ FILE… _SUCCESS   the files of one upload
/// bases/{dataset}/{version}/               what the next delta adds to: ratings.arrow items.arrow
///                                          [attributes.arrow tags.arrow links.arrow userIds.arrow
///                                          itemIds.arrow]; bases/{dataset}/last.json names it
/// datasets/{dataset}/{version}/            ratings.arrow items.arrow [tags.arrow links.arrow] manifest.json
///                                          [attributes.arrow userIds.arrow itemIds.arrow]
///   splits/{splitId}/                      train.arrow test.arrow validation.arrow manifest.json
///                                          [userIds.arrow itemIds.arrow]
///     index/{indexId}/                     users.arrow items.arrow train.arrow test.arrow validation.arrow
///                                          seen.arrow quality.json manifest.json [attributes.arrow]
/// models/{dataset}/{modelId}/              users.arrow items.arrow seen.arrow model.json history.json
///                                          evaluation.json manifest.json lookup.arrow gram.arrow
///                                          [attributes.arrow]
///   checkpoint                             only while training runs
/// models/{dataset}/current.json
/// batches/{dataset}/{modelId}/{id}/        part-00000.arrow … manifest.json; checkpoint only while it runs
/// ```
public final class StoreLayout {
  /// Where uploads arrive.
  public static final String RAW = "raw/";

  /// The last version of each dataset that grows by deltas.
  public static final String BASES = "bases/";

  /// Where uploads over HTTP wait until someone submits them.
  public static final String INCOMING = "incoming/";

  /// How to read the uploads of a directory below [#RAW].
  public static final String SETTINGS = "settings.json";

  /// The last object a step writes into its directory. Its presence marks the directory as complete.
  public static final String MANIFEST = "manifest.json";

  /// Ratings as uploaded: `userId, itemId, rating, timestamp`.
  public static final String RATINGS = "ratings.arrow";

  /// The ids of a dataset's users, by their codes in [#RATINGS] and in the sets of a split. Absent if those
  /// carry the ids themselves. A split has its own if it merges two datasets.
  public static final String USER_IDS = "userIds.arrow";

  /// The same for items.
  public static final String ITEM_IDS = "itemIds.arrow";

  /// Tags as uploaded; optional.
  public static final String TAGS = "tags.arrow";

  /// Items' ids in other databases; optional.
  public static final String LINKS = "links.arrow";

  /// The training set, before and after indexing.
  public static final String TRAIN = "train.arrow";

  /// The test set, before and after indexing.
  public static final String TEST = "test.arrow";

  /// The validation set, before and after indexing.
  public static final String VALIDATION = "validation.arrow";

  /// Users by dense index; in a model, with their factors.
  public static final String USERS = "users.arrow";

  /// Items with titles: of a dataset as uploaded; of an index by dense index; of a model with their factors.
  public static final String ITEMS = "items.arrow";

  /// What else is known of the items, in the rows of the [#ITEMS] beside it; absent if nothing is.
  public static final String ATTRIBUTES = "attributes.arrow";

  /// The training ratings of each user.
  public static final String SEEN = "seen.arrow";

  /// An index of a model's users: where each user's factors and ratings lie, without the values themselves.
  public static final String LOOKUP = "lookup.arrow";

  /// The Gram matrix of a model's items, used to fold in users.
  public static final String GRAM = "gram.arrow";

  /// The index step's statistics and quality checks.
  public static final String QUALITY = "quality.json";

  /// A model's description: kind, factors, scale, mean.
  public static final String MODEL = "model.json";

  /// The state of a training run in progress.
  public static final String CHECKPOINT = "checkpoint";

  /// Begins the name of a lease.
  public static final String LEASE = "lease-";

  /// A model's training history, one entry per epoch.
  public static final String HISTORY = "history.json";

  /// A model's evaluation with the default parameters.
  public static final String EVALUATION = "evaluation.json";

  /// A model's report with the default parameters, for people.
  public static final String REPORT = "report.html";

  /// The dataset's pointer to the published model.
  public static final String CURRENT = "current.json";

  /// Name of the published model among the inputs of an evaluation.
  public static final String PUBLISHED = "published";

  /// Recommendations of many users, and lists of users for whom to make them.
  public static final String BATCHES = "batches/";

  /// The endings of uploads' names, those that come last in a name first.
  public static final List<String> UPLOAD_ENDINGS =
      List.of(
          ".gz",
          ".zst",
          ".zip",
          ".csv",
          ".tsv",
          ".txt",
          ".dat",
          ".data",
          ".jsonl",
          ".ndjson",
          ".json",
          ".parquet",
          ".arrow",
          ".arrows",
          ".feather",
          ".ipc");

  private static final int MAX_DATASET_LENGTH = 100;
  private static final Pattern DATASET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

  /// Returns the file name of an evaluation with non-default parameters.
  ///
  /// @param id the evaluation's id
  public static String evaluation(String id) {
    return "evaluation-" + id + ".json";
  }

  /// Returns the file name of the report that belongs to an evaluation.
  ///
  /// @param evaluation the evaluation's file name
  public static String report(String evaluation) {
    return evaluation.equals(EVALUATION)
        ? REPORT
        : evaluation.replaceFirst("^evaluation-", "report-").replaceFirst("\\.json$", ".html");
  }

  /// Returns whether the key is that of a model's report.
  public static boolean isReport(String key) {
    return key.matches("models/[^/]+/[^/]+/report(-[0-9a-f]+)?\\.html");
  }

  /// Returns whether the key is that of an evaluation.
  public static boolean isEvaluation(String key) {
    return key.substring(key.lastIndexOf('/') + 1).matches("evaluation(-[0-9a-f]+)?\\.json");
  }

  /// Returns the dataset name of an upload. It is [derived][#toDatasetName] from the
  /// directory below `raw/` or, for a file directly in `raw/`, from the file name without its extension.
  ///
  /// @throws InvalidKeyException if the key is not below `raw/`, or names a hidden file or settings
  public static String datasetOfUpload(String key) {
    return toDatasetName(nameOfUpload(key));
  }

  /// Returns the raw name that the dataset name is derived from: `my set` for `raw/my set/FILE` and for
  /// `raw/my set.csv`.
  ///
  /// @throws InvalidKeyException if the key is not below `raw/`, or names a hidden file or settings
  public static String nameOfUpload(String key) {
    ObjectKeys.require(key);
    String[] segments = key.split("/", -1);
    if (!key.startsWith(RAW)) {
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
    if (segments[segments.length - 1].equals(SETTINGS)) {
      throw new InvalidKeyException(
          "the key "
              + ObjectKeys.quote(key)
              + " is not an upload: "
              + SETTINGS
              + " says how to read the uploads of its directory");
    }
    return segments.length >= 3 ? segments[1] : stem(segments[1]);
  }

  /// Returns the key of the settings that apply to an upload; empty for a file directly in `raw/`.
  ///
  /// @param key the upload's key
  public static Optional<String> settingsOfUpload(String key) {
    String[] segments = key.split("/", -1);
    return key.startsWith(RAW) && segments.length >= 3
        ? Optional.of(RAW + segments[1] + "/" + SETTINGS)
        : Optional.empty();
  }

  /// Derives a valid dataset name from any string: `ratings (1)` becomes `ratings-1`, `März` becomes
  /// `Marz`.
  ///
  /// A name that [#requireDataset] accepts is returned unchanged. Otherwise accents are dropped, each run
  /// of characters other than ASCII letters, digits, `.`, `_` and `-` becomes one `-`, and `.`, `_` and `-`
  /// are stripped from both ends. If nothing is left, or more than 100 characters, the name's CRC-32 (eight
  /// hexadecimal digits) replaces what was cut.
  static String toDatasetName(String name) {
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
        : plain.substring(0, MAX_DATASET_LENGTH - digest.length()) + digest;
  }

  private static String checksum(String text) {
    CRC32 crc = new CRC32();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return String.format(Locale.ROOT, "%08x", crc.getValue());
  }

  /// Returns the file name without its extensions: `ml-latest.zip` and `ml-latest.csv.gz` both give
  /// `ml-latest`.
  public static String stem(String file) {
    String stem = file;
    for (String extension : UPLOAD_ENDINGS) {
      if (stem.toLowerCase(Locale.ROOT).endsWith(extension) && stem.length() > extension.length()) {
        stem = stem.substring(0, stem.length() - extension.length());
      }
    }
    return stem;
  }

  /// Returns `dataset` if it is a valid dataset name.
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
    return name.length() <= MAX_DATASET_LENGTH && DATASET.matcher(name).matches();
  }

  /// Returns the directory of a dataset version.
  public static String datasetDirectory(String dataset, String version) {
    return "datasets/" + dataset + "/" + version + "/";
  }

  /// Returns a split's directory, below its dataset's.
  public static String splitDirectory(String datasetDirectory, String splitId) {
    return datasetDirectory + "splits/" + splitId + "/";
  }

  /// Returns an index's directory, below its split's.
  public static String indexDirectory(String splitDirectory, String indexId) {
    return splitDirectory + "index/" + indexId + "/";
  }

  /// Returns the directory of the split that an index's object belongs to.
  ///
  /// @param key the object's key
  public static String splitOfIndex(String key) {
    return key.substring(0, key.lastIndexOf("/index/") + 1);
  }

  /// Returns a model's directory.
  public static String modelDirectory(String dataset, String modelId) {
    return models(dataset) + modelId + "/";
  }

  /// Returns the common prefix of a dataset's models.
  public static String models(String dataset) {
    return "models/" + dataset + "/";
  }

  /// Returns the key of the pointer to a dataset's published model, which includes the publishing history.
  public static String current(String dataset) {
    return models(dataset) + CURRENT;
  }

  /// Returns the directory of the recommendations of many users.
  ///
  /// @param modelId the model that they come from
  /// @param id the id of the model and the parameters together
  public static String batchDirectory(String dataset, String modelId, String id) {
    return BATCHES + dataset + "/" + modelId + "/" + id + "/";
  }

  /// Returns the name of a file with recommendations; the names ascend as the users do.
  ///
  /// @param part from 0
  public static String part(int part) {
    return String.format(Locale.ROOT, "part-%05d.arrow", part);
  }

  /// Returns whether the key is a dataset's pointer to its published model.
  public static boolean isCurrent(String key) {
    String[] segments = key.split("/", -1);
    return segments.length == 3 && segments[0].equals("models") && segments[2].equals(CURRENT);
  }

  /// Returns the dataset of a key that [#isCurrent] accepts.
  public static String datasetOfCurrent(String key) {
    return key.substring("models/".length(), key.lastIndexOf('/'));
  }

  private StoreLayout() {}
}
