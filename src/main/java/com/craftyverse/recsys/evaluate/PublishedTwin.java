package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.format.ArrowObjects;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.kernel.CatalogScorer;
import com.craftyverse.recsys.model.History;
import com.craftyverse.recsys.model.TopItems;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The scored twin of the published model, to be compared with. It knows nothing but its items: users are
/// folded in. Its items are addressed by the evaluated model's indices. Thread-safe.
final class PublishedTwin implements AutoCloseable {
  private final ArrowFile items;
  private final @Nullable LoadedModel ratings;
  private final @Nullable RankingModel preferences;
  private final double trainedUntil;

  /// The twin's index of each item of the evaluated model; -1 if it does not know it.
  private final int[] toTwin;

  /// The evaluated model's index of each item of the twin; -1 if it does not know it.
  private final int[] fromTwin;

  private final int common;

  private PublishedTwin(
      ArrowFile items,
      ModelCatalog catalog,
      @Nullable LoadedModel ratings,
      @Nullable RankingModel preferences,
      double trainedUntil,
      IdTable evaluatedIds) {
    this.items = items;
    this.ratings = ratings;
    this.preferences = preferences;
    this.trainedUntil = trainedUntil;
    this.toTwin = evaluatedIds.indicesIn(catalog.itemIds());
    this.fromTwin = catalog.itemIds().indicesIn(evaluatedIds);
    this.common = (int) IntStream.of(toTwin).filter(item -> item >= 0).count();
  }

  /// Loads the twin.
  ///
  /// @param directory the twin's directory, with a trailing slash
  /// @param trainedUntil when its latest training rating was given, in epoch seconds
  /// @param itemIds the evaluated model's item ids
  /// @return null if the twin's ids are texts and the evaluated model's are numbers, or the other way round
  static @Nullable PublishedTwin open(
      ObjectStore store, String directory, double trainedUntil, IdTable itemIds)
      throws IOException {
    ModelCard card = ModelCard.read(store, directory);
    Manifest trained = Manifest.read(store, directory + StoreLayout.MANIFEST, StepName.TRAIN);
    ArrowFile items = ArrowObjects.open(store, directory + StoreLayout.ITEMS);
    try {
      ModelCatalog catalog = ModelCatalog.of(card, null, items);
      LoadedModel ratings =
          card.hasRatings()
              ? new LoadedModel(
                  catalog,
                  null,
                  items,
                  trained.number("userRegularization"),
                  trained.number("biasRegularization"))
              : null;
      if (!catalog.itemIds().isComparable(itemIds)) {
        items.close();
        return null;
      }
      return new PublishedTwin(
          items,
          catalog,
          ratings,
          RankingModel.open(store, directory, card, null, items),
          trainedUntil,
          itemIds);
    } catch (IOException | RuntimeException e) {
      items.close();
      throw e;
    }
  }

  /// Returns whether a rating is later than the twin's training data.
  ///
  /// @param time when it was given, in epoch seconds
  boolean isUnseen(long time) {
    return time > trainedUntil;
  }

  /// Returns a replay of ratings, which takes the evaluated model's item indices.
  ///
  /// @throws NullPointerException if the twin does not predict ratings
  ReplayedUser newReplay() {
    return new ReplayedUser(Objects.requireNonNull(ratings), toTwin);
  }

  /// Returns the ranker that the twin answers with by default. It ranks those items of the evaluated model's
  /// catalogue that the twin knows.
  Ranker ranker() {
    if (preferences != null) {
      return new TwinRanker(preferences.scorer(), preferences::writeFoldedInRow);
    }
    LoadedModel only = Objects.requireNonNull(ratings);
    return new TwinRanker(only.scorer(), only::writeFoldedInRow);
  }

  /// Writes the row of a user who is folded in.
  @FunctionalInterface
  private interface FoldedInRow {
    /// @param history at least one item
    void write(History history, float[] rows, int at);
  }

  private final class TwinRanker implements Ranker {
    private final CatalogScorer scorer;
    private final FoldedInRow row;

    TwinRanker(CatalogScorer scorer, FoldedInRow row) {
      this.scorer = scorer;
      this.row = row;
    }

    @Override
    public String name() {
      return "published";
    }

    @Override
    public int[][] top(List<Profile> users, int n) throws IOException {
      int[][] top = new int[users.size()][];
      scorer.score(
          users.size(),
          (i, rows, at) -> {
            History history = users.get(i).history(toTwin);
            if (history.size() > 0) {
              row.write(history, rows, at);
            }
          },
          (i, scores) -> top[i] = top(scores, users.get(i), n));
      return top;
    }

    private int[] top(float[] scores, Profile user, int n) {
      BitSet known = new BitSet();
      for (int i = 0; i < user.size(); i++) {
        int item = toTwin[user.item(i)];
        if (item >= 0) {
          known.set(item); // an item of both catalogues
          scores[item] = Float.NEGATIVE_INFINITY;
        }
      }
      for (int item = 0; item < scores.length; item++) {
        if (fromTwin[item] < 0) {
          scores[item] = Float.NEGATIVE_INFINITY;
        }
      }
      int length = Math.min(n, common - known.cardinality());
      return length == 0
          ? new int[0]
          : IntStream.of(TopItems.of(scores, length, null)).map(item -> fromTwin[item]).toArray();
    }
  }

  @Override
  public void close() throws IOException {
    items.close();
  }
}
