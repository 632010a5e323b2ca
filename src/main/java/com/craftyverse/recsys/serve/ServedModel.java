package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.RankingCard;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.format.UserLookup;
import com.craftyverse.recsys.model.ItemFactors;
import com.craftyverse.recsys.model.RankingFoldIn;
import com.craftyverse.recsys.model.RatingFoldIn;
import com.craftyverse.recsys.step.BackgroundTask;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A loaded model that answers requests. Immutable and thread-safe; users' vectors and histories, and
/// items' attributes, are read on demand.
public final class ServedModel {
  private final ModelCard card;
  private final String published;
  private final ItemCatalog catalog;
  private final ItemAttributes attributes;
  private final UserStore users;
  private final @Nullable RatingFoldIn foldIn;
  private final @Nullable RankingFoldIn rankingFoldIn;

  private ServedModel(
      ModelCard card,
      String published,
      ItemCatalog catalog,
      ItemAttributes attributes,
      UserStore users,
      @Nullable RatingFoldIn foldIn,
      @Nullable RankingFoldIn rankingFoldIn) {
    this.card = card;
    this.published = published;
    this.catalog = catalog;
    this.attributes = attributes;
    this.users = users;
    this.foldIn = foldIn;
    this.rankingFoldIn = rankingFoldIn;
  }

  /// Loads a model.
  ///
  /// @throws com.craftyverse.recsys.step.RequestException if `model.json` is damaged or of another
  ///     format version
  /// @throws MalformedFileException if another of its files is damaged
  /// @throws NoSuchObjectException if a file is missing
  static ServedModel load(ObjectStore store, CurrentModel current) throws IOException {
    String directory = StoreLayout.modelDirectory(current.dataset(), current.model());
    ModelCard card = ModelCard.read(store, directory);
    // Read the rest in parallel with the items, which take longest.
    BackgroundTask<LookupAndGram> reading =
        BackgroundTask.start("model-lookup", () -> LookupAndGram.read(store, directory, card));
    ItemCatalog catalog;
    try {
      String key = directory + StoreLayout.ITEMS;
      catalog = ItemCatalog.of(ArrowFile.of(store.read(key).content(), key), card);
    } finally {
      reading.join();
    }
    LookupAndGram lookupAndGram = reading.await("loading a model");
    UserLookup lookup = lookupAndGram.lookup;
    UserStore users =
        new UserStore(
            store, directory, lookup, card.factors(), card.rankingFactors(), card.items());
    RatingFoldIn foldIn =
        card.hasRatings()
            ? new RatingFoldIn(
                card, catalog.factors(), lookup.regularization(), lookup.biasRegularization())
            : null;
    RankingCard ranking = card.ranking();
    ItemFactors rankingFactors = catalog.rankingFactors();
    RankingFoldIn rankingFoldIn =
        ranking == null || rankingFactors == null
            ? null
            : new RankingFoldIn(ranking, rankingFactors, lookupAndGram.gram);
    return new ServedModel(
        card,
        current.published(),
        catalog,
        new ItemAttributes(store, directory, card),
        users,
        foldIn,
        rankingFoldIn);
  }

  /// The parts of a model that are read in parallel with its items.
  ///
  /// @param gram the Gram matrix of the ranking vectors; empty if there are none
  private record LookupAndGram(UserLookup lookup, float[] gram) {
    static LookupAndGram read(ObjectStore store, String directory, ModelCard card)
        throws IOException {
      String key = directory + StoreLayout.LOOKUP;
      ArrowFile file = ArrowFile.of(store.read(key).content(), key);
      UserLookup lookup = UserLookup.read(file, card);
      if (!ItemFactors.areValid(lookup.biases())) {
        throw file.malformed("a bias is NaN, infinite or too large");
      }
      RankingCard ranking = card.ranking();
      return new LookupAndGram(
          lookup, ranking == null ? new float[0] : readGram(store, directory, ranking));
    }
  }

  private static float[] readGram(ObjectStore store, String directory, RankingCard ranking)
      throws IOException {
    String key = directory + StoreLayout.GRAM;
    return RankingFoldIn.readGram(ArrowFile.of(store.read(key).content(), key), ranking.factors());
  }

  /// Returns the same model with its users and attributes read from another client of the store.
  ServedModel withStore(ObjectStore store) {
    return new ServedModel(
        card,
        published,
        catalog,
        attributes.withStore(store),
        users.withStore(store),
        foldIn,
        rankingFoldIn);
  }

  /// Checks that the files that are read later exist.
  ///
  /// @throws NoSuchObjectException if one is missing
  /// @throws MalformedFileException if one is too short
  static void requireRanges(ObjectStore store, CurrentModel current) throws IOException {
    String directory = StoreLayout.modelDirectory(current.dataset(), current.model());
    for (String name : new String[] {StoreLayout.USERS, StoreLayout.SEEN}) {
      String key = directory + name;
      ObjectInfo info = store.find(key).orElseThrow(() -> new NoSuchObjectException(key));
      if (info.size() == 0) {
        throw new MalformedFileException(key, "it is empty");
      }
    }
  }

  ModelCard card() {
    return card;
  }

  /// Returns when it became its dataset's current model, in UTC.
  String published() {
    return published;
  }

  ItemCatalog catalog() {
    return catalog;
  }

  ItemAttributes attributes() {
    return attributes;
  }

  UserStore users() {
    return users;
  }

  /// Returns the fold-in for the rating model.
  ///
  /// @throws NullPointerException if the model learned from choices without ratings
  RatingFoldIn foldIn() {
    return Objects.requireNonNull(foldIn);
  }

  /// Returns the fold-in for the ranking model, null if there is none.
  @Nullable RankingFoldIn rankingFoldIn() {
    return rankingFoldIn;
  }
}
