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
final class RankingJudge {
  private static final int TOP = 10;

  /// Users that share a piece of the item matrix while it is in the L1 cache.
  private static final int GROUP = 16;

  private static final double[] DISCOUNTS = discounts();

  /// The test cases.
  ///
  /// @param users places of users
  /// @param start where each user's items begin, followed by the end
  /// @param items places of the items to recommend, ascending within a user
  record Cases(int[] users, int[] start, int[] items) {
    int size() {
      return users.length;
    }

    /// Returns the choices of all validation users, or of a random sample.
    ///
    /// @param most maximum number of users
    /// @param seed of the sample
    static Cases of(ValidationSet validation, Choices choices, int most, long seed) {
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
      boolean[] taken = sample(pairs, choices.users().length, most, seed);
      int[] users = new int[size];
      int[] start = new int[size + 1];
      int[] items = new int[size];
      int cases = 0;
      int found = 0;
      for (int i = 0; i < size; i++) {
        int user = (int) (pairs[i] >>> 32);
        if (taken[user]) {
          if (cases == 0 || users[cases - 1] != user) {
            users[cases++] = user;
          }
          items[found++] = (int) pairs[i];
          start[cases] = found;
        }
      }
      return new Cases(
          Arrays.copyOf(users, cases),
          Arrays.copyOf(start, cases + 1),
          Arrays.copyOf(items, found));
    }

    private static boolean[] sample(long[] pairs, int users, int most, long seed) {
      boolean[] found = new boolean[users];
      for (long pair : pairs) {
        found[(int) (pair >>> 32)] = true;
      }
      boolean[] taken = new boolean[users];
      int count = 0;
      for (int user : new RandomStream(seed, Purpose.RANKING_USERS, 1).permutation(users)) {
        if (found[user] && count < most) {
          taken[user] = true;
          count++;
        }
      }
      return taken;
    }
  }

  private final Choices choices;
  private final Cases cases;
  private final Kernel kernel;
  private final WorkerPool workers;
  private final int[] all;
  private final double[] gains;

  /// @param choices training choices, which are not recommended
  RankingJudge(Choices choices, Cases cases, Kernel kernel, WorkerPool workers) {
    this.choices = choices;
    this.cases = cases;
    this.kernel = kernel;
    this.workers = workers;
    this.all = new int[choices.items().length];
    for (int i = 0; i < all.length; i++) {
      all[i] = i;
    }
    this.gains = new double[cases.size()];
  }

  private static double[] discounts() {
    double[] discounts = new double[TOP];
    for (int i = 0; i < TOP; i++) {
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
        (group, worker) -> {
          workers.checkStopped();
          judge(vectors, group * GROUP, Math.min(cases.size(), (group + 1) * GROUP));
        });
    double sum = 0;
    for (double gain : gains) {
      sum += gain;
    }
    return sum / cases.size();
  }

  private void judge(RankingFactors vectors, int from, int to) {
    int stride = vectors.stride();
    Scratch scratch = new Scratch(stride);
    float[] scores = new float[Kernel.PIECE];
    Top[] tops = new Top[to - from];
    for (int i = 0; i < tops.length; i++) {
      tops[i] = new Top(cases.users[from + i]);
    }
    for (int item = 0; item < all.length; item += Kernel.PIECE) {
      int count = Math.min(Kernel.PIECE, all.length - item);
      for (Top top : tops) {
        kernel.dots(
            scratch,
            vectors.users(),
            top.user * stride,
            vectors.items(),
            stride,
            all,
            item,
            count,
            scores);
        top.add(scores, item, count);
      }
    }
    for (int i = 0; i < tops.length; i++) {
      gains[from + i] = tops[i].gain(cases.start[from + i], cases.start[from + i + 1]);
    }
  }

  /// The best items of a user.
  private final class Top {
    private final int user;
    private final float[] scores = new float[TOP];
    private final int[] items = new int[TOP];
    private int size;
    private int known;
    private final int knownEnd;

    Top(int user) {
      this.user = user;
      this.known = choices.byUser().start()[user];
      this.knownEnd = choices.byUser().start()[user + 1];
    }

    void add(float[] piece, int first, int count) {
      int[] index = choices.byUser().index();
      for (; known < knownEnd && index[known] < first + count; known++) {
        piece[index[known] - first] = Float.NaN;
      }
      float least = size < TOP ? Float.NEGATIVE_INFINITY : scores[TOP - 1];
      for (int i = 0; i < count; i++) {
        if (piece[i] >= least) {
          insert(piece[i], first + i);
          least = size < TOP ? Float.NEGATIVE_INFINITY : scores[TOP - 1];
        }
      }
    }

    private void insert(float score, int item) {
      int at = size;
      while (at > 0 && comesBefore(score, item, at - 1)) {
        at--;
      }
      if (at == TOP) {
        return;
      }
      size = Math.min(TOP, size + 1);
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

    double gain(int from, int to) {
      double found = 0;
      for (int rank = 0; rank < size; rank++) {
        if (Arrays.binarySearch(cases.items, from, to, items[rank]) >= 0) {
          found += DISCOUNTS[rank];
        }
      }
      double best = 0;
      for (int rank = 0; rank < Math.min(TOP, to - from); rank++) {
        best += DISCOUNTS[rank];
      }
      return found / best;
    }
  }
}
