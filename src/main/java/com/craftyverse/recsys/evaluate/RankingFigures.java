package com.craftyverse.recsys.evaluate;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Figures of rankings of the full catalogue, minus each user's known items, measured by what the users chose
/// later.
///
/// @param users evaluated users: they have a history, and they chose an item of the catalogue
/// @param likedUsers evaluated users who rated such an item at least `likedFrom`
/// @param usersWithoutHistory users with held-out items but without a history; not evaluated
/// @param heldOut held-out items of the evaluated users
/// @param outsideCatalogue ratings of the set whose item is not in training, which no model can recommend
/// @param items size of the catalogue
/// @param rankers the figures of each ranker by name: the model's and the baselines
/// @param lead NDCG@10 of the first ranker (`preference` if the model has a ranking model) minus that of each
///     other ranker, over the same users. The first is better if the whole interval is above 0
/// @param byActivity NDCG@10 by the number of items known of the user; empty bands are left out
/// @param byPopularity NDCG@10 by the number of training ratings of the items to find
/// @param byTime NDCG@10 by the month in UTC of the first item to find, or by year if the set covers more than
///     60 months; empty without times
public record RankingFigures(
    int users,
    int likedUsers,
    int usersWithoutHistory,
    long heldOut,
    long outsideCatalogue,
    int items,
    Map<String, RankerFigures> rankers,
    Map<String, Interval> lead,
    List<RankingBand> byActivity,
    List<RankingBand> byPopularity,
    List<RankingBand> byTime) {
  /// Returns the NDCG@10 of a ranker, with every held-out item relevant.
  ///
  /// @return null if there is no such ranker
  public @Nullable Interval ndcgAt10(String ranker) {
    RankerFigures figures = rankers.get(ranker);
    return figures == null || figures.all() == null ? null : figures.all().at10().ndcg();
  }

  /// Formats the NDCG@10 of every ranker for the log.
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
