package com.craftyverse.recsys.format;

import com.craftyverse.recsys.columnar.Column;
import java.util.ArrayList;
import java.util.List;

/// The columns of all Arrow files that one step writes and another reads.
public final class Schemas {
  /// Metadata key of the indexed sets: the treatment of ratings with unknown users or items.
  public static final String COLD_START = "coldStart";

  /// The value if such ratings were kept, with -1 for the unknown index. Without it, they were dropped.
  public static final String KEEP = "keep";

  /// `ratings.arrow` of a dataset and the sets of a split: ids as uploaded if they are `int32`, else codes, which
  /// are row numbers of `userIds.arrow` and `itemIds.arrow`; timestamps in epoch seconds.
  public static final List<Column> RATINGS =
      List.of(
          Column.int32("userId"),
          Column.int32("itemId"),
          Column.float32("rating"),
          Column.int64("timestamp"));

  private static final String BIAS = "bias";

  /// The column of users' ids.
  public static final String USER_ID = "userId";

  /// The column of items' ids.
  public static final String ITEM_ID = "itemId";

  /// The sets of an index, by dense index.
  public static final List<Column> INDEXED_RATINGS =
      List.of(Column.int32("user"), Column.int32("item"), Column.float32("rating"));

  /// `seen.arrow`: the training matrix by rows, one row per user. Items by dense index, timestamps in epoch
  /// seconds.
  public static final List<Column> SEEN =
      List.of(
          Column.list(
              "ratings",
              Column.struct(
                  "item",
                  Column.int32("item"),
                  Column.float32("rating"),
                  Column.int64("timestamp"))));

  private Schemas() {}

  /// `userIds.arrow` and `itemIds.arrow` of a dataset or a split: the id of each code, ascending.
  ///
  /// @param column [#USER_ID] or [#ITEM_ID]
  public static List<Column> dictionary(String column, IdType type) {
    return List.of(type.column(column));
  }

  /// `items.arrow` of a dataset, by id. `year` is 0 if the title has none.
  public static List<Column> items(IdType items) {
    return List.of(
        items.column(ITEM_ID),
        Column.utf8("title"),
        Column.list("genres", Column.utf8("item")),
        Column.int32("year"));
  }

  /// `attributes.arrow`: what else is known of the items, in the rows of the `items.arrow` beside it.
  /// An empty text means nothing.
  ///
  /// @param names the names that the columns have in the upload
  public static List<Column> attributes(List<String> names) {
    return names.stream().map(Column::utf8).toList();
  }

  /// `tags.arrow` of a dataset: users' tags for items, by id; timestamps in epoch seconds.
  public static List<Column> tags(IdType users, IdType items) {
    return List.of(
        users.column(USER_ID),
        items.column(ITEM_ID),
        Column.utf8("tag"),
        Column.int64("timestamp"));
  }

  /// `links.arrow` of a dataset: an item's ids in other databases, by id. IMDb ids keep their leading zeros; a
  /// TMDB id of 0 means none.
  public static List<Column> links(IdType items) {
    return List.of(items.column(ITEM_ID), Column.utf8("imdbId"), Column.int32("tmdbId"));
  }

  /// `users.arrow` of an index: ids ascending, so that the row number is the dense index, and the number of
  /// training ratings per user.
  public static List<Column> indexUsers(IdType users) {
    return List.of(users.column(USER_ID), Column.int32("ratings"));
  }

  /// `items.arrow` of an index: the same for items, plus their metadata. `recentRatings` counts ratings in
  /// the latest fifth of the training ratings.
  public static List<Column> indexItems(IdType items) {
    return List.of(
        items.column(ITEM_ID),
        Column.utf8("title"),
        Column.list("genres", Column.utf8("item")),
        Column.int32("year"),
        Column.int32("ratings"),
        Column.int32("recentRatings"));
  }

  /// `lookup.arrow` of a model: its users without their vectors. Without a rating model, there are no biases.
  ///
  /// @param biased whether there is a rating model
  public static List<Column> lookup(IdType users, boolean biased) {
    List<Column> columns = new ArrayList<>();
    columns.add(users.column(USER_ID));
    if (biased) {
      columns.add(Column.float32(BIAS));
    }
    columns.add(Column.int32("ratings"));
    return List.copyOf(columns);
  }

  /// `users.arrow` of a model.
  ///
  /// @param users the type of the ids
  /// @param factors length of the rating model's vectors; 0 without one, which leaves out the biases, too
  /// @param rankingFactors length of the ranking model's vectors, 0 without one
  public static List<Column> modelUsers(IdType users, int factors, int rankingFactors) {
    List<Column> columns = new ArrayList<>();
    columns.add(users.column(USER_ID));
    addModel(columns, factors, rankingFactors);
    return List.copyOf(columns);
  }

  /// `items.arrow` of a model.
  ///
  /// @param items the type of the ids
  /// @param factors length of the rating model's vectors; 0 without one, which leaves out the biases, too
  /// @param rankingFactors length of the ranking model's vectors, 0 without one
  public static List<Column> modelItems(IdType items, int factors, int rankingFactors) {
    List<Column> columns = new ArrayList<>();
    columns.add(items.column(ITEM_ID));
    addModel(columns, factors, rankingFactors);
    columns.add(Column.utf8("title"));
    columns.add(Column.list("genres", Column.utf8("item")));
    columns.add(Column.int32("year"));
    columns.add(Column.int32("ratings"));
    columns.add(Column.int32("recentRatings"));
    return List.copyOf(columns);
  }

  private static void addModel(List<Column> columns, int factors, int rankingFactors) {
    if (factors > 0) {
      columns.add(vector("vector", factors));
      columns.add(Column.float32(BIAS));
    }
    if (rankingFactors > 0) {
      columns.add(vector("rankingVector", rankingFactors));
    }
  }

  /// `gram.arrow` of a model: the Gram matrix of the items' ranking vectors, `Σ q qᵀ`, row by row.
  ///
  /// @param rankingFactors number of rows, and values in each
  public static List<Column> gram(int rankingFactors) {
    return List.of(vector("gram", rankingFactors));
  }

  /// The recommendations of many users: a row for each user and rank, the users by id.
  ///
  /// @param users the type of the users' ids
  /// @param items the type of the items' ids
  public static List<Column> recommendations(IdType users, IdType items) {
    return List.of(
        users.column(USER_ID),
        Column.int32("rank"),
        items.column(ITEM_ID),
        Column.float32("score"));
  }

  private static Column vector(String name, int factors) {
    return Column.fixedSizeList(name, Column.float32("item"), factors);
  }
}
