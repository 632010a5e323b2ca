package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.model.ItemFactors;
import com.craftyverse.recsys.model.RatingFoldIn;
import com.craftyverse.recsys.step.CurrentModel;
import com.craftyverse.recsys.step.ModelCard;
import com.craftyverse.recsys.step.UserLookup;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;

/// A model as requests are answered from it. It does not change, so any number of threads may ask it;
/// of its users it reads what is asked for.
final class ServedModel {
  private final ModelCard card;
  private final String published;
  private final Catalogue catalogue;
  private final Users users;
  private final RatingFoldIn foldIn;

  private ServedModel(
      ModelCard card, String published, Catalogue catalogue, Users users, RatingFoldIn foldIn) {
    this.card = card;
    this.published = published;
    this.catalogue = catalogue;
    this.users = users;
    this.foldIn = foldIn;
  }

  /// Loads a model.
  ///
  /// @throws com.craftyverse.recsys.step.RequestException when `model.json` is damaged or of another
  ///     format version
  /// @throws MalformedFileException when another file of it is
  /// @throws NoSuchObjectException when one is missing
  static ServedModel load(ObjectStore store, CurrentModel current) throws IOException {
    String directory = ObjectKeys.modelDirectory(current.dataset(), current.model());
    ModelCard card = ModelCard.read(store, directory);
    String itemsKey = directory + ObjectKeys.ITEMS;
    Catalogue catalogue =
        Catalogue.of(ArrowFile.of(store.read(itemsKey).content(), itemsKey), card);
    String lookupKey = directory + ObjectKeys.LOOKUP;
    ArrowFile lookupFile = ArrowFile.of(store.read(lookupKey).content(), lookupKey);
    UserLookup lookup = UserLookup.read(lookupFile, card.users());
    Catalogue.requireAscending(lookupFile, "userId", lookup.userIds());
    if (!ItemFactors.areSound(lookup.biases())) {
      throw lookupFile.malformed("a bias is not a number of sensible size");
    }
    Users users = new Users(store, directory, lookup, card.factors(), card.items());
    RatingFoldIn foldIn =
        new RatingFoldIn(
            card, catalogue.factors(), lookup.regularization(), lookup.biasRegularization());
    return new ServedModel(card, current.published(), catalogue, users, foldIn);
  }

  /// The same model, its users read from another client of the store.
  ServedModel withStore(ObjectStore store) {
    return new ServedModel(card, published, catalogue, users.withStore(store), foldIn);
  }

  /// Checks that what is read later is there.
  ///
  /// @throws NoSuchObjectException when it is not
  /// @throws MalformedFileException when it is too short
  static void requireRanges(ObjectStore store, CurrentModel current) throws IOException {
    String directory = ObjectKeys.modelDirectory(current.dataset(), current.model());
    for (String name : new String[] {ObjectKeys.USERS, ObjectKeys.SEEN}) {
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

  /// Since when it is its dataset's current model, in UTC.
  String published() {
    return published;
  }

  Catalogue catalogue() {
    return catalogue;
  }

  Users users() {
    return users;
  }

  RatingFoldIn foldIn() {
    return foldIn;
  }
}
