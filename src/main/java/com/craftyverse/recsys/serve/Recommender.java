package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.model.History;
import com.craftyverse.recsys.model.ItemFactors;
import com.craftyverse.recsys.model.RatingFoldIn;
import com.craftyverse.recsys.model.TopItems;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Ranks a model's catalogue.
final class Recommender {
  private static final int CONTRIBUTIONS = 3;

  private final Catalogue catalogue;
  private final RatingFoldIn foldIn;

  Recommender(ServedModel model) {
    this.catalogue = model.catalogue();
    this.foldIn = model.foldIn();
  }

  /// The movies that a person would rate highest.
  ///
  /// @param candidates movies that passed the filters
  /// @param list the best of them
  record Ranking(int candidates, List<Recommendation> list) {}

  /// Ranks the movies that pass a filter.
  ///
  /// @param excludeSeen whether movies that the person rated are left out
  /// @param explain whether to say which of the person's ratings contributed most
  Ranking recommend(Person person, int n, MovieFilter filter, boolean excludeSeen, boolean explain)
      throws IOException {
    BitSet candidates = filter.candidates(catalogue);
    History history = excludeSeen || explain ? person.history() : History.NONE;
    if (excludeSeen && history.size() > 0) {
      candidates = candidates == null ? MovieFilter.all(catalogue) : candidates;
      for (int item : history.items()) {
        candidates.clear(item);
      }
    }
    RatingFoldIn.Equations equations =
        explain && history.size() > 0 ? foldIn.equations(history) : null;
    float[] scores = person.scores();
    List<Recommendation> list = new ArrayList<>();
    for (int item : TopItems.of(scores, n, candidates)) {
      list.add(
          new Recommendation(
              catalogue.movieId(item),
              catalogue.title(item),
              catalogue.year(item),
              catalogue.genres(item),
              person.rating(scores[item]),
              equations == null ? null : because(history, equations, item)));
    }
    catalogue.factors().release(scores);
    return new Ranking(count(candidates), list);
  }

  /// The ratings that raised the prediction of an item most.
  private List<Recommendation.Contribution> because(
      History history, RatingFoldIn.Equations equations, int item) {
    double[] contributions = equations.contributions(item);
    return IntStream.range(0, contributions.length)
        .filter(i -> contributions[i] > 0)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -contributions[i]))
        .limit(CONTRIBUTIONS)
        .map(
            i ->
                new Recommendation.Contribution(
                    catalogue.movieId(history.items()[i]),
                    catalogue.title(history.items()[i]),
                    history.ratings()[i],
                    (float) contributions[i]))
        .toList();
  }

  /// The movies nearest to a movie.
  ///
  /// @param candidates movies that passed the filters
  /// @param list the nearest of them
  record Neighbours(int candidates, List<SimilarResult.Similar> list) {}

  /// Ranks the movies that pass a filter by the cosine between their factors and an item's.
  Neighbours similar(int item, int n, MovieFilter filter) {
    BitSet candidates = filter.candidates(catalogue);
    candidates = candidates == null ? MovieFilter.all(catalogue) : candidates;
    candidates.clear(item);
    ItemFactors factors = catalogue.factors();
    float[] cosines = factors.products(factors.padded(factors.vector(item)));
    float[] norms = catalogue.norms();
    for (int other = 0; other < norms.length; other++) {
      float product = norms[other] * norms[item];
      // A vector of zeros is near to nothing.
      cosines[other] = product == 0 ? 0 : Math.clamp(cosines[other] / product, -1, 1);
    }
    List<SimilarResult.Similar> list = new ArrayList<>();
    for (int other : TopItems.of(cosines, n, candidates)) {
      list.add(
          new SimilarResult.Similar(
              catalogue.movieId(other),
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
