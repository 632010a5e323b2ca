package com.craftyverse.recsys.sample;

import java.util.Locale;

/// Prints the NDCG@10 of most-popular, true tastes and true preferences on a generated set with a random
/// quarter of each user's choices held out: the floor and the ceiling for a ranking model.
///
/// ```
/// RankingCeilingReport RATINGS|sample|full [USERS]
/// ```
///
/// `USERS` limits the users who are judged (default 5,000).
public final class RankingCeilingReport {
  private RankingCeilingReport() {}

  /// @param args size of the set; users to judge
  public static void main(String[] args) {
    SampleSpec spec =
        switch (args[0]) {
          case "sample" -> SampleSpec.sample();
          case "full" -> SampleSpec.full();
          default -> SampleSpec.ofRatings("generated", 1, Integer.parseInt(args[0]));
        };
    int users = args.length > 1 ? Integer.parseInt(args[1]) : 5_000;
    int threads = Runtime.getRuntime().availableProcessors();
    RankingCeiling ceiling =
        RankingCeiling.withinUsers(new SampleGenerator(spec), 0.25, 1, threads);
    System.out.printf(
        Locale.ROOT,
        "NDCG@10 on %,d ratings: most popular %.4f, true tastes %.4f, true preferences %.4f%n",
        spec.ratings(),
        ceiling.ndcg(ceiling.mostPopular(), 10, users),
        ceiling.ndcg(ceiling.trueTastes(), 10, users),
        ceiling.ndcg(ceiling.truth(), 10, users));
  }
}
