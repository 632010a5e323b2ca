package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Schemas;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The users and items of a model in memory: ids, and how often each item was rated or chosen.
///
/// @param card the model's
/// @param userIds the user ids by index
/// @param itemIds the item ids by index
/// @param itemRatings the number of training ratings per item
/// @param recentItemRatings the number of recent training ratings per item; without times, that of all
record ModelCatalog(
    ModelCard card, IdTable userIds, IdTable itemIds, int[] itemRatings, int[] recentItemRatings) {

  /// Reads the users and items of a model.
  ///
  /// @param users the model's `users.arrow`; null for a model whose users are only folded in
  /// @param items the model's `items.arrow`
  /// @throws MalformedFileException if the files do not match the card
  static ModelCatalog of(ModelCard card, @Nullable ArrowFile users, ArrowFile items)
      throws MalformedFileException {
    items.require(
        Schemas.modelItems(
            IdType.of(items, Schemas.ITEM_ID), card.factors(), card.rankingFactors()));
    requireRows(items, card.items());
    IdTable userIds = IdTable.of(new int[0]);
    if (users != null) {
      users.require(
          Schemas.modelUsers(
              IdType.of(users, Schemas.USER_ID), card.factors(), card.rankingFactors()));
      requireRows(users, card.users());
      userIds = IdTable.read(users, Schemas.USER_ID);
    }
    int[] ratings = ints(items, "ratings");
    int[] recent = ints(items, "recentRatings");
    // Without times none is recent, and what was popular lately is what is popular.
    boolean hasRecent = Arrays.stream(recent).anyMatch(count -> count > 0);
    return new ModelCatalog(
        card, userIds, IdTable.read(items, Schemas.ITEM_ID), ratings, hasRecent ? recent : ratings);
  }

  private static void requireRows(ArrowFile file, int expected) throws MalformedFileException {
    if (file.rows() != expected) {
      throw file.malformed(file.rows() + " rows; model.json says " + expected);
    }
  }

  private static int[] ints(ArrowFile file, String column) {
    int[] values = new int[Math.toIntExact(file.rows())];
    for (RecordBatch batch : file.batches()) {
      batch.ints(column).copyTo(0, values, Math.toIntExact(batch.firstRow()), batch.rows());
    }
    return values;
  }
}
