package com.craftyverse.recsys.evaluate;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Rankings of the full catalogue, without what each user is known to have rated, against what they chose
/// later.
///
/// @param users users who were judged: something is known of them, and they chose an item of the catalogue
/// @param likedUsers those of them who rated such an item at least `likedFrom`
/// @param usersWithoutHistory users of whom nothing is known before what is to be found; not judged
/// @param heldOut items to be found, of the judged users
/// @param outsideCatalogue ratings of the set whose item is not in training, which no model can recommend
/// @param items size of the catalogue
/// @param rankers the figures of each order, by name: the model's, and the baselines
/// @param lead NDCG@10 of the first order, `preference` where the model has one, less that of each other, over the same
///     users: the first is better where the whole interval is above 0
public record RankingFigures(
    int users,
    int likedUsers,
    int usersWithoutHistory,
    long heldOut,
    long outsideCatalogue,
    int items,
    Map<String, RankerFigures> rankers,
    Map<String, Interval> lead) {
  /// NDCG@10 of an order, every held-out item being relevant.
  ///
  /// @return null where there is no such order
  public @Nullable Interval ndcgAt10(String ranker) {
    RankerFigures figures = rankers.get(ranker);
    return figures == null || figures.all() == null ? null : figures.all().at10().ndcg();
  }

  /// The NDCG@10 of every order, for the log.
  String summary() {
    StringBuilder summary = new StringBuilder();
    rankers.forEach(
        (name, _) -> {
          Interval ndcg = ndcgAt10(name);
          if (ndcg != null) {
            summary.append(
                String.format(
                    Locale.ROOT,
                    "%s%s %.4f (%.4f to %.4f)",
                    summary.isEmpty() ? "" : ", ",
                    name,
                    ndcg.value(),
                    ndcg.low(),
                    ndcg.high()));
          }
        });
    return summary.toString();
  }
}
