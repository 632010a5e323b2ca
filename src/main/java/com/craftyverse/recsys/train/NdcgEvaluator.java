package com.craftyverse.recsys.train;

import com.craftyverse.recsys.kernel.Kernel;
import com.craftyverse.recsys.kernel.Scratch;
import com.craftyverse.recsys.step.WorkerPool;
import com.craftyverse.recsys.train.RandomStream.Purpose;
import java.io.IOException;
import java.util.Arrays;

/// Measures the NDCG@10 of a ranking model on held-out choices: over the full catalogue without the user's
/// training items, with binary gains, as the mean over users.
///
/// Ties in the scores are broken by dense index.
final class NdcgEvaluator {
  private static final int CUTOFF = 10;

  /// Users that share a piece of the item matrix while it is in the L1 cache.
  private static final int GROUP = 16;

  private static final double[] DISCOUNTS = discounts();

  /// The test cases.
  ///
  /// @param users places of users
  /// @param start where each user's items begin, followed by the end
  /// @param items places of the items to recommend, ascending within a user
  record TestCases(int[] users, int[] start, int[] items) {
    int size() {
      return users.length;
    }

    /// Returns the choices of all validation users, or of a random sample.
    ///
    /// @param maxUsers maximum number of users
    /// @param seed of the sample
    static TestCases of(ValidationSet validation, Choices choices, int maxUsers, long seed) {
      int[] userPlaces = Choices.places(choices.users());
      int[] itemPlaces = Choices.places(choices.items());
      long[] pairs = new long[Math.toIntExact(validation.rows())];
      int size = 0;
      for (ValidationSet.Slice slice : validation.slices()) {
        for (int row = slice.from(); row < slice.from() + slice.rows(); row++) {
          long user = userPlaces[slice.user().get(row)];
          pairs[size++] = user << 32 | itemPlaces[slice.item().get(row)];
        }
      }
      Arrays.sort(pairs);
      boolean[] selected = sample(pairs, choices.users().length, maxUsers, seed);
      int[] users = new int[size];
      int[] start = new int[size + 1];
      int[] items = new int[size];
      int cases = 0;
      int itemCount = 0;
      for (int i = 0; i < size; i++) {
        int user = (int) (pairs[i] >>> 32);
        if (selected[user]) {
          if (cases == 0 || users[cases - 1] != user) {
            users[cases++] = user;
          }
          items[itemCount++] = (int) pairs[i];
          start[cases] = itemCount;
        }
      }
      return new TestCases(
          Arrays.copyOf(users, cases),
          Arrays.copyOf(start, cases + 1),
          Arrays.copyOf(items, itemCount));
    }

    private static boolean[] sample(long[] pairs, int users, int maxUsers, long seed) {
      boolean[] hasItems = new boolean[users];
      for (long pair : pairs) {
        hasItems[(int) (pair >>> 32)] = true;
      }
      boolean[] selected = new boolean[users];
      int count = 0;
      for (int user : new RandomStream(seed, Purpose.RANKING_USERS, 1).permutation(users)) {
        if (hasItems[user] && count < maxUsers) {
          selected[user] = true;
          count++;
        }
      }
      return selected;
    }
  }

  private final Choices choices;
  private final TestCases cases;
  private final Kernel kernel;
  private final WorkerPool workers;
  private final int[] allItems;
  private final double[] ndcgs;

  /// @param choices training choices, which are not recommended
  NdcgEvaluator(Choices choices, TestCases cases, Kernel kernel, WorkerPool workers) {
    this.choices = choices;
    this.cases = cases;
    this.kernel = kernel;
    this.workers = workers;
    this.allItems = new int[choices.items().length];
    for (int i = 0; i < allItems.length; i++) {
      allItems[i] = i;
    }
    this.ndcgs = new double[cases.size()];
  }

  private static double[] discounts() {
    double[] discounts = new double[CUTOFF];
    for (int i = 0; i < CUTOFF; i++) {
      discounts[i] = StrictMath.log(2) / StrictMath.log(i + 2);
    }
    return discounts;
  }

  /// Returns the number of users judged.
  int users() {
    return cases.size();
  }

  /// Returns the mean NDCG@10 over users.
  double ndcg(RankingFactors vectors) throws IOException {
    workers.run(
        Math.ceilDiv(cases.size(), GROUP),
        (group, _) -> {
          workers.checkStopped();
          evaluate(vectors, group * GROUP, Math.min(cases.size(), (group + 1) * GROUP));
        });
    double sum = 0;
    for (double ndcg : ndcgs) {
      sum += ndcg;
    }
    return sum / cases.size();
  }

  private void evaluate(RankingFactors vectors, int from, int to) {
    int stride = vectors.stride();
    Scratch scratch = new Scratch(stride);
    float[] scores = new float[Kernel.BLOCK_ROWS];
    TopList[] topLists = new TopList[to - from];
    for (int i = 0; i < topLists.length; i++) {
      topLists[i] = new TopList(cases.users[from + i]);
    }
    for (int item = 0; item < allItems.length; item += Kernel.BLOCK_ROWS) {
      int count = Math.min(Kernel.BLOCK_ROWS, allItems.length - item);
      for (TopList top : topLists) {
        kernel.dots(
            scratch,
            vectors.users(),
            top.user * stride,
            vectors.items(),
            stride,
            allItems,
            item,
            count,
            scores);
        top.add(scores, item, count);
      }
    }
    for (int i = 0; i < topLists.length; i++) {
      ndcgs[from + i] = topLists[i].ndcg(cases.start[from + i], cases.start[from + i + 1]);
    }
  }

  /// The best items of a user.
  private final class TopList {
    private final int user;
    private final float[] scores = new float[CUTOFF];
    private final int[] items = new int[CUTOFF];
    private int size;
    private int nextKnown;
    private final int knownEnd;

    TopList(int user) {
      this.user = user;
      this.nextKnown = choices.byUser().start()[user];
      this.knownEnd = choices.byUser().start()[user + 1];
    }

    void add(float[] blockScores, int first, int count) {
      int[] index = choices.byUser().index();
      for (; nextKnown < knownEnd && index[nextKnown] < first + count; nextKnown++) {
        blockScores[index[nextKnown] - first] = Float.NaN;
      }
      float threshold = size < CUTOFF ? Float.NEGATIVE_INFINITY : scores[CUTOFF - 1];
      for (int i = 0; i < count; i++) {
        if (blockScores[i] >= threshold) {
          insert(blockScores[i], first + i);
          threshold = size < CUTOFF ? Float.NEGATIVE_INFINITY : scores[CUTOFF - 1];
        }
      }
    }

    private void insert(float score, int item) {
      int at = size;
      while (at > 0 && comesBefore(score, item, at - 1)) {
        at--;
      }
      if (at == CUTOFF) {
        return;
      }
      size = Math.min(CUTOFF, size + 1);
      for (int i = size - 1; i > at; i--) {
        scores[i] = scores[i - 1];
        items[i] = items[i - 1];
      }
      scores[at] = score;
      items[at] = item;
    }

    private boolean comesBefore(float score, int item, int at) {
      return score > scores[at]
          || (score == scores[at] && choices.items()[item] < choices.items()[items[at]]);
    }

    double ndcg(int from, int to) {
      double dcg = 0;
      for (int rank = 0; rank < size; rank++) {
        if (Arrays.binarySearch(cases.items, from, to, items[rank]) >= 0) {
          dcg += DISCOUNTS[rank];
        }
      }
      double idealDcg = 0;
      for (int rank = 0; rank < Math.min(CUTOFF, to - from); rank++) {
        idealDcg += DISCOUNTS[rank];
      }
      return dcg / idealDcg;
    }
  }
}
