package com.craftyverse.recsys.ingest;

import java.text.Normalizer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// What a column of a ratings file means, and the names that people give such columns.
enum ColumnRole {
  /// Who rated.
  USER,

  /// What was rated.
  ITEM,

  /// How much the user liked the item.
  RATING,

  /// When the user rated.
  TIMESTAMP,

  /// How often the user chose the item.
  COUNT,

  /// The kind of event: a view, a purchase.
  EVENT;

  /// Normalized names that mean a role in any company.
  private static final Map<ColumnRole, Set<String>> EXACT_NAMES =
      new EnumMap<>(
          Map.of(
              USER,
              Set.of(
                  "userid",
                  "customerid",
                  "reviewerid",
                  "accountid",
                  "memberid",
                  "visitorid",
                  "clientid",
                  "profileid",
                  "personid",
                  "uid",
                  "userkey",
                  "usernum"),
              ITEM,
              Set.of(
                  "itemid",
                  "movieid",
                  "filmid",
                  "productid",
                  "asin",
                  "isbn",
                  "bookid",
                  "trackid",
                  "songid",
                  "artistid",
                  "sku",
                  "articleid",
                  "showid",
                  "animeid",
                  "gameid",
                  "appid",
                  "jokeid",
                  "recipeid",
                  "businessid",
                  "contentid",
                  "videoid",
                  "iid",
                  "itemkey"),
              RATING,
              Set.of(
                  "rating",
                  "stars",
                  "score",
                  "overall",
                  "bookrating",
                  "userrating",
                  "movierating",
                  "itemrating",
                  "ratingvalue",
                  "reviewscore",
                  "starrating",
                  "userscore"),
              TIMESTAMP,
              Set.of(
                  "timestamp", "unixreviewtime", "ratingtimestamp", "unixtimestamp", "epoch", "ts"),
              COUNT,
              Set.of(
                  "count",
                  "playcount",
                  "plays",
                  "listens",
                  "listencount",
                  "quantity",
                  "qty",
                  "purchases",
                  "purchasecount",
                  "clicks",
                  "clickcount",
                  "views",
                  "viewcount",
                  "orders",
                  "hours",
                  "hoursplayed",
                  "playtime",
                  "playtimeforever"),
              EVENT,
              Set.of(
                  "event",
                  "eventtype",
                  "eventname",
                  "action",
                  "actiontype",
                  "behavior",
                  "behaviour",
                  "behaviortype",
                  "interaction",
                  "interactiontype")));

  /// Normalized names that mean a role if no column has an exact name: `user` beside `user_id` is a name.
  private static final Map<ColumnRole, Set<String>> LOOSE_NAMES =
      new EnumMap<>(
          Map.of(
              USER,
              Set.of(
                  "user",
                  "username",
                  "customer",
                  "reviewer",
                  "account",
                  "member",
                  "visitor",
                  "client",
                  "profile",
                  "person",
                  "author",
                  "rater"),
              ITEM,
              Set.of(
                  "item",
                  "movie",
                  "film",
                  "product",
                  "book",
                  "track",
                  "song",
                  "artist",
                  "article",
                  "show",
                  "anime",
                  "game",
                  "app",
                  "joke",
                  "recipe",
                  "business",
                  "content",
                  "video",
                  "title"),
              RATING,
              Set.of("ratings", "star", "rate", "grade", "points", "mark", "value"),
              TIMESTAMP,
              Set.of(
                  "time",
                  "date",
                  "datetime",
                  "createdat",
                  "created",
                  "ratedat",
                  "ratingdate",
                  "ratingtime",
                  "reviewtime",
                  "reviewdate",
                  "updatedat",
                  "eventtime",
                  "when",
                  "day"),
              COUNT,
              Set.of("amount", "frequency", "times", "total"),
              EVENT,
              Set.of()));

  /// Returns how well a column name fits: 0 for an exact name, 1 for a loose one, -1 if it does not fit.
  int rank(String name) {
    String normalized = normalize(name);
    return Objects.requireNonNull(EXACT_NAMES.get(this)).contains(normalized)
        ? 0
        : Objects.requireNonNull(LOOSE_NAMES.get(this)).contains(normalized) ? 1 : -1;
  }

  /// Returns whether the name fits any role.
  static boolean isKnown(String name) {
    for (ColumnRole role : values()) {
      if (role.rank(name) >= 0) {
        return true;
      }
    }
    return false;
  }

  /// Returns a name's letters and digits in lower case: `User-ID` becomes `userid`.
  static String normalize(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFKD)
        .replaceAll("[^\\p{L}\\p{N}]", "")
        .toLowerCase(Locale.ROOT);
  }

  /// Returns the role's name in settings and messages.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
