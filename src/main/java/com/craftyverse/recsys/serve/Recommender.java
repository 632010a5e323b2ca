package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.model.History;
import com.craftyverse.recsys.model.ItemFactors;
import com.craftyverse.recsys.model.RankingFoldIn;
import com.craftyverse.recsys.model.RatingFoldIn;
import com.craftyverse.recsys.model.TopItems;
import com.craftyverse.recsys.step.RequestException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Ranks a model's catalogue.
final class Recommender {
  private static final int CONTRIBUTIONS = 3;

  /// The lowest position on the scale of a rating that means "liked": 4 of 5 stars.
  private static final double LIKED = 0.7;

  private final ServedModel model;
  private final ItemCatalog catalogue;

  Recommender(ServedModel model) {
    this.model = model;
    this.catalogue = model.catalogue();
  }

  /// Options of a list of recommendations.
  ///
  /// @param n how many
  /// @param filter which items to choose from
  /// @param excludeSeen whether to exclude items that the user rated
  /// @param explain whether to name the user's ratings that contributed most
  /// @param rankBy the order; null for the best one that the model and the user allow
  record Wish(
      int n, ItemFilter filter, boolean excludeSeen, boolean explain, @Nullable RankBy rankBy) {}

  /// Ranked items for a user.
  ///
  /// @param rankedBy the order of the items
  /// @param source where they come from
  /// @param reason why the order is by popularity, null if it is personal or the request asks for
  /// popularity
  /// @param candidates number of items that passed the filters
  /// @param list the best of them
  record Ranking(
      RankBy rankedBy,
      Source source,
      @Nullable String reason,
      int candidates,
      List<Recommendation> list) {}

  /// Ranks the items that pass a filter.
  ///
  /// @throws RequestException if the model cannot rank this way, or there is too much to explain
  Ranking recommend(UserProfile person, Wish wish) throws IOException {
    RankBy rankBy = rankBy(person, wish.rankBy);
    BitSet candidates = wish.filter.candidates(catalogue);
    boolean explains = wish.explain && rankBy != RankBy.popularity;
    boolean needsHistory = wish.excludeSeen || explains;
    person.readAhead(rankBy == RankBy.preference, needsHistory);
    History history = needsHistory ? person.history() : History.NONE;
    if (wish.excludeSeen && history.size() > 0) {
      candidates = candidates == null ? ItemFilter.all(catalogue) : candidates;
      for (int item : history.items()) {
        candidates.clear(item);
      }
    }
    explains &= history.size() > 0;
    if (explains) {
      RequestLimits.explanations(wish.n, history.size());
    }
    return switch (rankBy) {
      case preference -> byPreference(person, wish.n, candidates, explains ? history : null);
      case rating -> byRating(person, wish.n, candidates, explains ? history : null);
      case popularity -> byPopularity(person, wish.n, candidates);
    };
  }

  private RankBy rankBy(UserProfile person, @Nullable RankBy requested) {
    if (requested == RankBy.preference && model.rankingFoldIn() == null) {
      throw RequestException.invalid(
          "field 'rankBy': the model has no ranking vectors, so it cannot rank by preference; use rating"
              + " or popularity");
    }
    if (!person.isKnown()) {
      return RankBy.popularity;
    }
    if (requested != null) {
      return requested;
    }
    return model.rankingFoldIn() == null ? RankBy.rating : RankBy.preference;
  }

  private Ranking byPreference(
      UserProfile person, int n, @Nullable BitSet candidates, @Nullable History explained)
      throws IOException {
    RankingFoldIn foldIn = Objects.requireNonNull(model.rankingFoldIn());
    ItemFactors factors = Objects.requireNonNull(catalogue.rankingFactors());
    RankingFoldIn.Equations equations = explained == null ? null : foldIn.equations(explained);
    float[] scores = person.preferenceScores(factors, foldIn, equations);
    List<Recommendation> list = new ArrayList<>();
    for (int item : TopItems.of(scores, n, candidates)) {
      list.add(
          recommendation(
              person,
              item,
              scores[item],
              explained == null || equations == null
                  ? null
                  : because(explained, equations.contributions(item), true)));
    }
    factors.release(scores);
    return new Ranking(RankBy.preference, person.source(), null, count(candidates), list);
  }

  private Ranking byRating(
      UserProfile person, int n, @Nullable BitSet candidates, @Nullable History explained)
      throws IOException {
    RatingFoldIn.Equations equations =
        explained == null ? null : model.foldIn().equations(explained);
    float[] scores = person.ratingScores();
    List<Recommendation> list = new ArrayList<>();
    for (int item : TopItems.of(scores, n, candidates)) {
      list.add(
          recommendation(
              person,
              item,
              scores[item],
              explained == null || equations == null
                  ? null
                  : because(explained, equations.contributions(item), false)));
    }
    catalogue.factors().release(scores);
    return new Ranking(RankBy.rating, person.source(), null, count(candidates), list);
  }

  private Ranking byPopularity(UserProfile person, int n, @Nullable BitSet candidates)
      throws IOException {
    Period period = catalogue.counted(Period.recent);
    float[] scores = catalogue.popularity(period);
    List<Recommendation> list = new ArrayList<>();
    for (int item : TopItems.of(scores, n, candidates)) {
      list.add(recommendation(person, item, scores[item], null));
    }
    return new Ranking(
        RankBy.popularity, Source.popular, person.reason(period), count(candidates), list);
  }

  private Recommendation recommendation(
      UserProfile person,
      int item,
      float score,
      @Nullable List<Recommendation.Contribution> because)
      throws IOException {
    return new Recommendation(
        catalogue.itemId(item),
        catalogue.title(item),
        catalogue.year(item),
        catalogue.genres(item),
        score,
        person.rating(item),
        because);
  }

  /// Returns the ratings that raised the score of an item most.
  ///
  /// @param likedOnly whether to name only ratings of items that the user liked
  private List<Recommendation.Contribution> because(
      History history, double[] contributions, boolean likedOnly) {
    return IntStream.range(0, contributions.length)
        .filter(i -> contributions[i] > 0 && !(likedOnly && !isLiked(history.ratings()[i])))
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -contributions[i]))
        .limit(CONTRIBUTIONS)
        .map(
            i ->
                new Recommendation.Contribution(
                    catalogue.itemId(history.items()[i]),
                    catalogue.title(history.items()[i]),
                    history.ratings()[i],
                    (float) contributions[i]))
        .toList();
  }

  private boolean isLiked(float rating) {
    return model.card().scale().position(rating) >= LIKED;
  }

  /// Returns the items that most users chose.
  PopularResult popular(int n, Period requested, ItemFilter filter) {
    BitSet candidates = filter.candidates(catalogue);
    Period period = catalogue.counted(requested);
    List<PopularResult.Popular> list = new ArrayList<>();
    for (int item : TopItems.of(catalogue.popularity(period), n, candidates)) {
      list.add(
          new PopularResult.Popular(
              catalogue.itemId(item),
              catalogue.title(item),
              catalogue.year(item),
              catalogue.genres(item),
              catalogue.ratings(item, period)));
    }
    return new PopularResult(
        model.card().dataset(), model.card().modelId(), period, count(candidates), list);
  }

  /// The items nearest to an item.
  ///
  /// @param candidates number of items that passed the filters
  /// @param list the nearest of them
  record Neighbours(int candidates, List<SimilarResult.Similar> list) {}

  /// Ranks the items that pass a filter by the cosine between their vectors and an item's. Uses the
  /// ranking vectors if the model has any.
  Neighbours similar(int item, int n, ItemFilter filter) {
    BitSet candidates = filter.candidates(catalogue);
    candidates = candidates == null ? ItemFilter.all(catalogue) : candidates;
    candidates.clear(item);
    ItemFactors factors = catalogue.similarityFactors();
    float[] cosines = factors.products(factors.padded(factors.vector(item)));
    float[] norms = catalogue.norms();
    for (int other = 0; other < norms.length; other++) {
      float product = norms[other] * norms[item];
      // A zero vector is similar to nothing.
      cosines[other] = product == 0 ? 0 : Math.clamp(cosines[other] / product, -1, 1);
    }
    List<SimilarResult.Similar> list = new ArrayList<>();
    for (int other : TopItems.of(cosines, n, candidates)) {
      list.add(
          new SimilarResult.Similar(
              catalogue.itemId(other),
              catalogue.title(other),
              catalogue.year(other),
              catalogue.genres(other),
              cosines[other]));
    }
    factors.release(cosines);
    return new Neighbours(candidates.cardinality(), list);
  }

  private int count(@Nullable BitSet candidates) {
    return candidates == null ? catalogue.size() : candidates.cardinality();
  }
}
