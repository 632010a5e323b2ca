package com.craftyverse.recsys.train;

import com.craftyverse.recsys.kernel.RowLayout;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// Item factors of the rating model that come from the ranking model: what users choose says which items are
/// alike, also where ratings are few. The rating model does not learn these factors. Each user learns a weight
/// for each of them, together with the factors that users and items both learn:
///
/// ```
/// r ≈ μ + b_u + b_i + p_u · q_i + w_u · c_i
/// ```
///
/// For readers of the model, c_i is the end of the item's vector, and w_u that of the user's.
///
/// c_i is the projection y of the item's ranking vector to the eigenvectors of the largest eigenvalues of the
/// items' Gram matrix, divided by the square root of |y|. So an item with few ratings, whose ranking vector is
/// short, has little influence, but more than its ranking vector would give it. The unit is the root mean
/// square of |y| over the ratings.
final class ChoiceFactors {
  /// The number that a run uses unless the request has its own. 8, 16 and 24 are within 0.003 in RMSE.
  static final int DEFAULT = 12;

  /// The learning rate of the users' weights, as a fraction of that of the other factors. They start at zero,
  /// and c is longer than q.
  static final double RATE = 1 / 3.0;

  /// The length of c_i, in training's unit, where |y| has its root mean square.
  private static final double LENGTH = 1.8;

  /// Largest length of c_i: a batch of [com.craftyverse.recsys.kernel.Kernel#BATCH] ratings of longer ones
  /// could diverge.
  private static final double MAX_LENGTH = 2;

  private final int count;

  /// c of all items by dense index, in training's unit.
  private final float[] factors;

  private ChoiceFactors(int count, float[] factors) {
    this.count = count;
    this.factors = factors;
  }

  /// Computes the factors.
  ///
  /// @param vectors of the ranking model
  /// @param gram the Gram matrix of its items
  /// @param choices what it was trained on
  /// @param count number of factors, at most that of the ranking model
  static ChoiceFactors of(RankingFactors vectors, double[] gram, Choices choices, int count) {
    double[][] axes = axes(gram, vectors.factors(), count);
    int items = choices.items().length;
    double[] projections = new double[items * count];
    double[] squares = new double[items];
    double sum = 0;
    for (int place = 0; place < items; place++) {
      for (int f = 0; f < count; f++) {
        double value = dot(axes[f], vectors.items(), place * vectors.stride());
        projections[place * count + f] = value;
        squares[place] += value * value;
      }
      sum += choices.byItem().count(place) * squares[place];
    }
    double unit = Math.sqrt(sum / choices.size());
    float[] factors = new float[items * count];
    for (int place = 0; place < items; place++) {
      double length = Math.sqrt(squares[place]);
      double scale =
          length > 0 ? Math.min(LENGTH / Math.sqrt(unit * length), MAX_LENGTH / length) : 0;
      int to = choices.items()[place] * count;
      for (int f = 0; f < count; f++) {
        factors[to + f] = (float) (scale * projections[place * count + f]);
      }
    }
    return new ChoiceFactors(count, factors);
  }

  /// Returns the eigenvectors of the largest eigenvalues, largest first.
  private static double[][] axes(double[] gram, int size, int count) {
    int stride = RowLayout.padded(size);
    Eigenbasis basis = Eigenbasis.of(gram, size, stride);
    int[] order =
        IntStream.range(0, size)
            .boxed()
            .sorted(Comparator.comparingDouble(j -> -basis.values()[j]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[][] axes = new double[count][size];
    for (int f = 0; f < count; f++) {
      for (int i = 0; i < size; i++) {
        axes[f][i] = basis.vectors()[i * stride + order[f]];
      }
    }
    return axes;
  }

  private static double dot(double[] axis, float[] rows, int at) {
    double sum = 0;
    for (int i = 0; i < axis.length; i++) {
      sum += axis[i] * rows[at + i];
    }
    return sum;
  }

  /// Returns the number of factors of an item.
  int count() {
    return count;
  }

  /// Writes the factors to the end of the items' vectors, and zero to the end of the users'.
  ///
  /// @param unit training's unit, in ratings
  void copyInto(Factors to, double unit) {
    RowLayout layout = to.layout();
    int stride = layout.stride();
    int first = layout.factors() - count;
    float scale = (float) Math.sqrt(unit); // products of factors are in ratings
    for (int item = 0; item * count < factors.length; item++) {
      for (int f = 0; f < count; f++) {
        to.items()[item * stride + first + f] = scale * factors[item * count + f];
      }
    }
    for (int at = first; at < to.users().length; at += stride) {
      Arrays.fill(to.users(), at, at + count, 0);
    }
  }
}
