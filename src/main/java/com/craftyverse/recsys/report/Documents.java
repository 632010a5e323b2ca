package com.craftyverse.recsys.report;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the steps wrote on the way to a model, as far as the report shows it.
///
/// @param upload the manifest of `ingest`; null if it has expired
/// @param uploadFigures its figures; null likewise
/// @param split the manifest of `split`
/// @param splitFigures its figures
/// @param index the manifest of `index`
/// @param model the manifest of `train`
/// @param modelFigures its figures
/// @param card the model's card
/// @param history the model's training history
/// @param mostRated the items with the most training ratings, most first
record Documents(
    @Nullable Manifest upload,
    @Nullable UploadFigures uploadFigures,
    Manifest split,
    SplitFigures splitFigures,
    Manifest index,
    Manifest model,
    ModelFigures modelFigures,
    ModelCard card,
    History history,
    List<Item> mostRated) {
  private static final int MOST_RATED = 10;

  @JsonIgnoreProperties(ignoreUnknown = true)
  record UploadFigures(
      String layout,
      @Nullable Format format,
      long ratings,
      int items,
      long tags,
      long links,
      long minTimestamp,
      long maxTimestamp,
      long uploadBytes,
      long duplicates,
      long missingRatings,
      long badRows,
      List<String> badRowExamples,
      long sideFileProblems,
      List<String> sideFileProblemExamples,
      List<String> skippedFiles) {}

  /// How the ratings file was read.
  ///
  /// @param findings a sentence each; null for MovieLens' own layouts
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Format(@Nullable List<String> findings) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record SplitFigures(
      @Nullable Double trainThreshold,
      @Nullable Double testThreshold,
      long ratings,
      long trainRows,
      long testRows,
      long validationRows) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record ModelFigures(
      int epochs,
      int bestEpoch,
      boolean earlyStopping,
      String ending,
      long trainRatings,
      long validationRatings,
      double updatesPerSecond,
      double seconds,
      String kernel,
      int lanes,
      int threads,
      String jvm,
      @Nullable RankingFigures ranking,
      @Nullable String digest) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record RankingFigures(
      int epochs,
      double regularization,
      double unobservedWeight,
      double searchSeconds,
      int validationUsers,
      double seconds) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record History(List<Epoch> rating, @Nullable RankingHistory ranking) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Epoch(int epoch, double trainRmse, @Nullable Double validationRmse) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record RankingHistory(List<Trial> trials, List<RankingEpoch> epochs) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Trial(
      double regularization,
      double unobservedWeight,
      int epochs,
      int users,
      double ndcg,
      boolean collapsed) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record RankingEpoch(int epoch, @Nullable Double ndcg) {}

  /// An item.
  ///
  /// @param index its dense index, by which ids ascend
  /// @param title empty if the upload has none
  /// @param ratings number of training ratings
  /// @param recent number of those that are recent
  record Item(int index, String id, String title, int ratings, int recent) {}

  /// Reads the documents of a model.
  ///
  /// @param key the key of the model's manifest
  /// @throws com.craftyverse.recsys.step.RequestException if a manifest is missing or of another version
  /// @throws com.craftyverse.recsys.columnar.MalformedFileException if a document is damaged
  static Documents read(ObjectStore store, String key) throws IOException {
    Manifest model = Manifest.read(store, key, StepName.TRAIN);
    Manifest index = Manifest.read(store, model.source(StepName.INDEX), StepName.INDEX);
    Manifest split = Manifest.read(store, index.source(StepName.SPLIT), StepName.SPLIT);
    String uploadKey = split.sources().get(StepName.INGEST.toString());
    Manifest upload =
        uploadKey == null || store.find(uploadKey).isEmpty()
            ? null
            : Manifest.read(store, uploadKey, StepName.INGEST);
    String directory = ObjectKeys.directoryOf(key);
    String history = directory + StoreLayout.HISTORY;
    return new Documents(
        upload,
        upload == null ? null : uploadFigures(upload),
        split,
        split.figures(SplitFigures.class),
        index,
        model,
        model.figures(ModelFigures.class),
        ModelCard.read(store, directory),
        Json.read(store.read(history).content(), History.class, history),
        mostRated(store, directory + StoreLayout.ITEMS));
  }

  /// Returns the figures of an upload; null if a version that had fewer of them ingested it.
  private static @Nullable UploadFigures uploadFigures(Manifest upload) {
    try {
      return upload.figures(UploadFigures.class);
    } catch (RequestException e) {
      return null;
    }
  }

  private static List<Item> mostRated(ObjectStore store, String key) throws IOException {
    try (ArrowFile items = ArrowObjects.open(store, key)) {
      IdTable ids = IdTable.read(items, Schemas.ITEM_ID);
      List<Item> most = new ArrayList<>();
      for (RecordBatch batch : items.batches()) {
        addMostRated(batch, ids, most);
      }
      return List.copyOf(most);
    }
  }

  /// Replaces items by those of a batch that have more ratings.
  private static void addMostRated(RecordBatch batch, IdTable ids, List<Item> most)
      throws IOException {
    IntColumn ratings = batch.ints("ratings");
    IntColumn recent = batch.ints("recentRatings");
    String[] titles = batch.texts("title");
    for (int row = 0; row < batch.rows(); row++) {
      if (most.size() < MOST_RATED || ratings.get(row) > most.getLast().ratings) {
        int item = Math.toIntExact(batch.firstRow()) + row;
        most.add(
            new Item(
                item, ids.id(item).toString(), titles[row], ratings.get(row), recent.get(row)));
        most.sort(Comparator.comparingInt(Item::ratings).reversed().thenComparingInt(Item::index));
        if (most.size() > MOST_RATED) {
          most.removeLast();
        }
      }
    }
  }

  /// Returns whether the model learned from ratings; if not, it learned from choices without ratings.
  boolean hasRatings() {
    return card.hasRatings();
  }

  /// Returns a text about ratings in the words of the dataset: without ratings, it speaks of choices.
  String say(String text) {
    return hasRatings()
        ? text
        : text.replace("Rating", "Choice").replace("rating", "choice").replace("rated", "chosen");
  }

  /// Returns how the split divides ratings.
  String kind() {
    return switch (String.valueOf(split.parameters().get("kind"))) {
      case "temporal" -> "by time";
      case "random" -> "at random";
      case "kfold" -> "by folds";
      case "given" -> "the test set is another upload";
      case "leaveLastOut" -> say("each user’s latest rating is the test set");
      default -> "in another way";
    };
  }

  /// Returns whether the sets of the split follow each other in time.
  boolean isByTime() {
    return splitFigures.trainThreshold != null;
  }
}
