package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.ModelCard;
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
  private final ItemCatalog catalog;

  Recommender(ServedModel model) {
    this.model = model;
    this.catalog = model.catalog();
  }

  /// Options of a list of recommendations.
  ///
  /// @param n how many
  /// @param filter which items to choose from
  /// @param excludeSeen whether to exclude items that the user rated
  /// @param explain whether to name the user's ratings that contributed most
  /// @param rankBy the order; null for the best one that the model and the user allow
  record Options(
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
  Ranking recommend(UserProfile user, Options options) throws IOException {
    RankBy rankBy = rankBy(user, options.rankBy);
    BitSet candidates = options.filter.candidates(catalog, model.attributes());
    boolean explains = options.explain && rankBy != RankBy.popularity;
    boolean needsHistory = options.excludeSeen || explains;
    user.readAhead(rankBy == RankBy.preference, needsHistory);
    History history = needsHistory ? user.history() : History.NONE;
    if (options.excludeSeen && history.size() > 0) {
      candidates = candidates == null ? ItemFilter.all(catalog) : candidates;
      for (int item : history.items()) {
        candidates.clear(item);
      }
    }
    explains &= history.size() > 0;
    if (explains) {
      RequestLimits.explanations(options.n, history.size());
    }
    return switch (rankBy) {
      case preference -> byPreference(user, options.n, candidates, explains ? history : null);
      case rating -> byRating(user, options.n, candidates, explains ? history : null);
      case popularity -> byPopularity(user, options.n, candidates);
    };
  }

  private RankBy rankBy(UserProfile user, @Nullable RankBy requested) {
    RankBy rankBy = rankBy(model.card(), requested);
    return user.isKnown() ? rankBy : RankBy.popularity;
  }

  /// Returns the order of a known user's recommendations.
  ///
  /// @param requested null for the best one that the model allows
  /// @throws RequestException if the model cannot rank this way
  static RankBy rankBy(ModelCard card, @Nullable RankBy requested) {
    if (requested == RankBy.preference && card.ranking() == null) {
      throw RequestException.invalid(
          "field 'rankBy': the model has no ranking vectors, so it cannot rank by preference; use rating"
              + " or popularity");
    }
    if (requested == RankBy.rating && !card.hasRatings()) {
      throw RequestException.invalid(
          "field 'rankBy': this dataset has choices without ratings, so the model cannot rank by rating;"
              + " use preference or popularity");
    }
    if (requested != null) {
      return requested;
    }
    return card.ranking() == null ? RankBy.rating : RankBy.preference;
  }

  private Ranking byPreference(
      UserProfile user, int n, @Nullable BitSet candidates, @Nullable History explained)
      throws IOException {
    RankingFoldIn foldIn = Objects.requireNonNull(model.rankingFoldIn());
    ItemFactors factors = Objects.requireNonNull(catalog.rankingFactors());
    RankingFoldIn.Equations equations = explained == null ? null : foldIn.equations(explained);
    float[] scores = user.preferenceScores(factors, foldIn, equations);
    List<Recommendation> list = new ArrayList<>();
    for (int item : TopItems.of(scores, n, candidates)) {
      list.add(
          recommendation(
              user,
              item,
              scores[item],
              explained == null || equations == null
                  ? null
                  : explanation(explained, equations.contributions(item), true)));
    }
    factors.release(scores);
    return new Ranking(RankBy.preference, user.source(), null, count(candidates), list);
  }

  private Ranking byRating(
      UserProfile user, int n, @Nullable BitSet candidates, @Nullable History explained)
      throws IOException {
    RatingFoldIn.Equations equations =
        explained == null ? null : model.foldIn().equations(explained);
    float[] scores = user.ratingScores();
    List<Recommendation> list = new ArrayList<>();
    for (int item : TopItems.of(scores, n, candidates)) {
      list.add(
          recommendation(
              user,
              item,
              scores[item],
              explained == null || equations == null
                  ? null
                  : explanation(explained, equations.contributions(item), false)));
    }
    catalog.factors().release(scores);
    return new Ranking(RankBy.rating, user.source(), null, count(candidates), list);
  }

  private Ranking byPopularity(UserProfile user, int n, @Nullable BitSet candidates)
      throws IOException {
    Period period = catalog.availablePeriod(Period.recent);
    float[] scores = catalog.popularity(period);
    List<Recommendation> list = new ArrayList<>();
    for (int item : TopItems.of(scores, n, candidates)) {
      list.add(recommendation(user, item, scores[item], null));
    }
    return new Ranking(
        RankBy.popularity, Source.popular, user.reason(period), count(candidates), list);
  }

  private Recommendation recommendation(
      UserProfile user,
      int item,
      float score,
      @Nullable List<Recommendation.Contribution> explanation)
      throws IOException {
    return new Recommendation(
        catalog.itemId(item),
        catalog.title(item),
        catalog.year(item),
        catalog.genres(item),
        score,
        user.rating(item),
        explanation);
  }

  /// Returns the ratings that raised the score of an item most.
  ///
  /// @param likedOnly whether to name only ratings of items that the user liked
  private List<Recommendation.Contribution> explanation(
      History history, double[] contributions, boolean likedOnly) {
    return IntStream.range(0, contributions.length)
        .filter(i -> contributions[i] > 0 && !(likedOnly && !isLiked(history.ratings()[i])))
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -contributions[i]))
        .limit(CONTRIBUTIONS)
        .map(i -> contribution(history.items()[i], history.ratings()[i], (float) contributions[i]))
        .toList();
  }

  private Recommendation.Contribution contribution(int item, float value, float contribution) {
    boolean isRating = model.card().hasRatings();
    return new Recommendation.Contribution(
        catalog.itemId(item),
        catalog.title(item),
        isRating ? value : null,
        isRating ? null : value,
        contribution);
  }

  /// Returns whether a rating means that the user liked the item; every choice does.
  private boolean isLiked(float rating) {
    return !model.card().hasRatings() || model.card().ratingScale().position(rating) >= LIKED;
  }

  /// Returns the items that most users chose.
  PopularResult popular(int n, Period requested, ItemFilter filter) throws IOException {
    BitSet candidates = filter.candidates(catalog, model.attributes());
    Period period = catalog.availablePeriod(requested);
    List<PopularResult.Popular> list = new ArrayList<>();
    for (int item : TopItems.of(catalog.popularity(period), n, candidates)) {
      list.add(
          new PopularResult.Popular(
              catalog.itemId(item),
              catalog.title(item),
              catalog.year(item),
              catalog.genres(item),
              catalog.ratings(item, period)));
    }
    return new PopularResult(
        model.card().dataset(), model.card().modelId(), period, count(candidates), list);
  }

  /// The items nearest to an item.
  ///
  /// @param candidates number of items that passed the filters
  /// @param list the nearest of them
  record Neighbors(int candidates, List<SimilarResult.Similar> list) {}

  /// Ranks the items that pass a filter by the cosine between their vectors and an item's. Uses the
  /// ranking vectors if the model has any.
  Neighbors similar(int item, int n, ItemFilter filter) throws IOException {
    BitSet candidates = filter.candidates(catalog, model.attributes());
    candidates = candidates == null ? ItemFilter.all(catalog) : candidates;
    candidates.clear(item);
    ItemFactors factors = catalog.similarityFactors();
    float[] cosines = factors.products(factors.padded(factors.vector(item)));
    float[] norms = catalog.norms();
    for (int other = 0; other < norms.length; other++) {
      float product = norms[other] * norms[item];
      // A zero vector is similar to nothing.
      cosines[other] = product == 0 ? 0 : Math.clamp(cosines[other] / product, -1, 1);
    }
    List<SimilarResult.Similar> list = new ArrayList<>();
    for (int other : TopItems.of(cosines, n, candidates)) {
      list.add(
          new SimilarResult.Similar(
              catalog.itemId(other),
              catalog.title(other),
              catalog.year(other),
              catalog.genres(other),
              cosines[other]));
    }
    factors.release(cosines);
    return new Neighbors(candidates.cardinality(), list);
  }

  private int count(@Nullable BitSet candidates) {
    return candidates == null ? catalog.size() : candidates.cardinality();
  }
}
