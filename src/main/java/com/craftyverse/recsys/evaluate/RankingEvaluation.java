package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.step.Progress;
import com.craftyverse.recsys.step.SplitMix64;
import com.craftyverse.recsys.step.WorkerPool;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An evaluation of rankers on a held-out set. Every ranker is measured on the same users and on the full
/// catalogue, minus each user's known items.
final class RankingEvaluation {
  /// The part of a user's ratings that is known.
  enum Protocol {
    /// A user's training ratings are known; the rankers must find all their held-out items.
    WITHIN_USERS("withinUsers"),

    /// A user's training ratings and the earlier half of their ratings in the window are known and folded in;
    /// the rankers must find the later half.
    REPLAY("replay");

    private final String text;

    Protocol(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  private static final int[] CUTOFFS = {10, 20};
  private static final int MAX_CUTOFF = 20;
  private static final int RELEVANCES = 2;

  /// Users per task, scored together.
  private static final int USERS_PER_TASK = CatalogScorer.MAX_USERS;

  private final Protocol protocol;
  private final TrainingHistory history;
  private final int[] itemRatings;
  private final double likedFrom;
  private final long seed;
  private final @Nullable Integer sample;

  /// @param itemRatings number of training ratings per item of the catalogue
  /// @param likedFrom the lowest rating that counts as liked
  /// @param seed of the bootstrap and of the sample
  /// @param sample largest number of users to evaluate, sampled at random; null for all
  RankingEvaluation(
      Protocol protocol,
      TrainingHistory history,
      int[] itemRatings,
      double likedFrom,
      long seed,
      @Nullable Integer sample) {
    this.protocol = protocol;
    this.history = history;
    this.itemRatings = itemRatings;
    this.likedFrom = likedFrom;
    this.seed = seed;
    this.sample = sample;
  }

  /// The users who can be evaluated, and counts of held-out data.
  private record UserSelection(int[] groups, int withoutHistory, long heldOut) {}

  /// What was measured of every user.
  ///
  /// @param rows one row of measures per user: ranker by ranker, relevance by relevance, cutoff by cutoff
  /// @param liked whether the user has liked items among those held out
  /// @param recommended per ranker, how often it recommended each item
  private record Measured(
      UserSelection users, float[][] rows, boolean[] liked, RecommendationCounts[] recommended) {}

  /// Evaluates the rankers.
  ///
  /// @param outsideCatalog number of ratings of the set that are missing from `window` because their item is not in
  ///     the catalogue
  /// @return the figures; null if no user can be evaluated
  @Nullable RankingFigures run(
      HeldOutRatings window,
      List<Ranker> rankers,
      long outsideCatalog,
      String label,
      WorkerPool workers)
      throws IOException {
    UserSelection selection = selectUsers(window);
    int users = selection.groups.length;
    if (users == 0) {
      return null;
    }
    int columns = rankers.size() * RELEVANCES * CUTOFFS.length * RankingMetrics.COUNT;
    float[][] rows = new float[users][columns];
    boolean[] liked = new boolean[users];
    RecommendationCounts[] recommended = new RecommendationCounts[rankers.size()];
    Arrays.setAll(recommended, _ -> new RecommendationCounts(itemRatings.length));
    UserEvaluator[] evaluators = new UserEvaluator[workers.threads()];
    Progress progress = new Progress(Evaluate.LOG, label, "users", users);
    AtomicLong done = new AtomicLong();
    workers.run(
        Math.ceilDiv(users, USERS_PER_TASK),
        (task, worker) -> {
          UserEvaluator evaluator = evaluators[worker];
          if (evaluator == null) {
            evaluator = new UserEvaluator(window, rankers, recommended);
            evaluators[worker] = evaluator;
          }
          int from = task * USERS_PER_TASK;
          int to = Math.min(users, from + USERS_PER_TASK);
          workers.checkStopped();
          evaluator.evaluate(selection.groups, from, to, rows, liked);
          synchronized (progress) {
            progress.update(done.addAndGet(to - from));
          }
        });
    return figures(
        window,
        rankers,
        new Measured(selection, rows, liked, recommended),
        outsideCatalog,
        workers);
  }

  private RankingFigures figures(
      HeldOutRatings window,
      List<Ranker> rankers,
      Measured measured,
      long outsideCatalog,
      WorkerPool workers)
      throws IOException {
    float[][] rows = measured.rows;
    boolean[] liked = measured.liked;
    int users = liked.length;
    int metricsPerRelevance = CUTOFFS.length * RankingMetrics.COUNT;
    Interval[] allIntervals = Bootstrap.intervals(rows, seed, workers);
    float[][] likedRows =
        IntStream.range(0, users)
            .filter(user -> liked[user])
            .mapToObj(user -> rows[user])
            .toArray(float[][]::new);
    Interval[] likedIntervals =
        likedRows.length == 0 ? null : Bootstrap.intervals(likedRows, seed, workers);
    Map<String, RankerFigures> figures = new LinkedHashMap<>();
    for (int r = 0; r < rankers.size(); r++) {
      int at = r * RELEVANCES * metricsPerRelevance;
      figures.put(
          rankers.get(r).name(),
          new RankerFigures(
              relevance(allIntervals, at),
              likedIntervals == null ? null : relevance(likedIntervals, at + metricsPerRelevance),
              measured.recommended[r].figures(0, itemRatings),
              measured.recommended[r].figures(1, itemRatings)));
    }
    long unknownItems = outsideCatalog;
    for (int row = 0; row < window.rows(); row++) {
      unknownItems += window.item(row) < 0 ? 1 : 0;
    }
    return new RankingFigures(
        users,
        likedRows.length,
        measured.users.withoutHistory,
        measured.users.heldOut,
        unknownItems,
        itemRatings.length,
        figures,
        ndcgLead(rankers, rows, workers));
  }

  /// Returns the NDCG@10 of the first ranker minus that of each other ranker, user by user.
  private Map<String, Interval> ndcgLead(List<Ranker> rankers, float[][] rows, WorkerPool workers)
      throws IOException {
    int perRanker = rows[0].length / rankers.size();
    int others = rankers.size() - 1;
    float[][] differences = new float[rows.length][others];
    for (int user = 0; user < rows.length; user++) {
      for (int other = 0; other < others; other++) {
        differences[user][other] =
            rows[user][RankingMetrics.NDCG]
                - rows[user][(other + 1) * perRanker + RankingMetrics.NDCG];
      }
    }
    Interval[] intervals = Bootstrap.intervals(differences, seed, workers);
    Map<String, Interval> lead = new LinkedHashMap<>();
    for (int other = 0; other < others; other++) {
      lead.put(rankers.get(other + 1).name(), intervals[other]);
    }
    return lead;
  }

  private static RankerFigures.Relevance relevance(Interval[] intervals, int at) {
    return new RankerFigures.Relevance(
        CutoffFigures.of(intervals, at), CutoffFigures.of(intervals, at + RankingMetrics.COUNT));
  }

  /// Returns the first row of a group that the rankers must find; the rows before it are known.
  private int firstHeldOutRow(HeldOutRatings window, int group) {
    int from = window.start(group);
    return protocol == Protocol.REPLAY ? from + (window.start(group + 1) - from) / 2 : from;
  }

  private UserSelection selectUsers(HeldOutRatings window) {
    int[] groups = new int[window.groups()];
    int count = 0;
    int withoutHistory = 0;
    for (int group = 0; group < window.groups(); group++) {
      int firstHeldOut = firstHeldOutRow(window, group);
      boolean hasHistory =
          window.user(group) >= 0 || hasKnownItem(window, window.start(group), firstHeldOut);
      boolean hasHeldOut = hasKnownItem(window, firstHeldOut, window.start(group + 1));
      if (hasHistory && hasHeldOut) {
        groups[count++] = group;
      } else if (hasHeldOut) {
        withoutHistory++;
      }
    }
    groups = Arrays.copyOf(groups, count);
    if (sample != null && sample < count) {
      groups = sample(groups, sample, seed);
    }
    long heldOut = 0;
    for (int group : groups) {
      for (int row = firstHeldOutRow(window, group); row < window.start(group + 1); row++) {
        heldOut += window.item(row) >= 0 ? 1 : 0;
      }
    }
    return new UserSelection(groups, withoutHistory, heldOut);
  }

  private static boolean hasKnownItem(HeldOutRatings window, int from, int to) {
    for (int row = from; row < to; row++) {
      if (window.item(row) >= 0) {
        return true;
      }
    }
    return false;
  }

  /// Returns a random sample without replacement, ascending.
  private static int[] sample(int[] groups, int count, long seed) {
    int[] drawn = groups.clone();
    long state = SplitMix64.mix(seed);
    for (int i = 0; i < count; i++) {
      state += SplitMix64.GAMMA;
      int j = i + (int) Math.unsignedMultiplyHigh(SplitMix64.mix(state), (long) drawn.length - i);
      int group = drawn[i];
      drawn[i] = drawn[j];
      drawn[j] = group;
    }
    drawn = Arrays.copyOf(drawn, count);
    Arrays.sort(drawn);
    return drawn;
  }

  /// Counts how often each item is recommended, per cutoff.
  private static final class RecommendationCounts {
    private final AtomicLongArray[] counts;

    RecommendationCounts(int items) {
      counts = new AtomicLongArray[CUTOFFS.length];
      Arrays.setAll(counts, _ -> new AtomicLongArray(items));
    }

    void add(int cutoff, int item) {
      counts[cutoff].incrementAndGet(item);
    }

    ListFigures figures(int cutoff, int[] itemRatings) {
      long[] perItem = new long[itemRatings.length];
      Arrays.setAll(perItem, counts[cutoff]::get);
      return ListFigures.of(perItem, itemRatings);
    }
  }

  /// An evaluated user: the known profile and the items to find.
  private final class EvaluatedUser {
    private final Profile profile = new Profile();
    private final BitSet heldOutItems = new BitSet(itemRatings.length);
    private final BitSet likedItems = new BitSet(itemRatings.length);

    void read(HeldOutRatings window, int group) throws IOException {
      int user = window.user(group);
      profile.reset(user);
      if (user >= 0) {
        history.copyTo(profile, user);
      }
      int from = firstHeldOutRow(window, group);
      for (int row = window.start(group); row < from; row++) {
        if (window.item(row) >= 0) {
          profile.add(window.item(row), window.rating(row));
        }
      }
      heldOutItems.clear();
      likedItems.clear();
      for (int row = from; row < window.start(group + 1); row++) {
        if (window.item(row) >= 0) {
          heldOutItems.set(window.item(row));
          if (window.rating(row) >= likedFrom) {
            likedItems.set(window.item(row));
          }
        }
      }
    }
  }

  /// The state of one thread.
  private final class UserEvaluator {
    private final HeldOutRatings window;
    private final List<Ranker> rankers;
    private final RecommendationCounts[] recommended;
    private final List<EvaluatedUser> users =
        Stream.generate(EvaluatedUser::new).limit(USERS_PER_TASK).toList();
    private final List<Profile> profiles = users.stream().map(user -> user.profile).toList();
    private final boolean[] hits = new boolean[MAX_CUTOFF];
    private final RankingMetrics[] metrics = new RankingMetrics[CUTOFFS.length];

    UserEvaluator(HeldOutRatings window, List<Ranker> rankers, RecommendationCounts[] recommended) {
      this.window = window;
      this.rankers = rankers;
      this.recommended = recommended;
      Arrays.setAll(metrics, i -> new RankingMetrics(CUTOFFS[i]));
    }

    /// Evaluates the users of some groups.
    ///
    /// @param rows receives the metrics of each user
    /// @param liked receives whether each user liked an item that the rankers must find
    void evaluate(int[] groups, int from, int to, float[][] rows, boolean[] liked)
        throws IOException {
      int count = to - from;
      for (int i = 0; i < count; i++) {
        users.get(i).read(window, groups[from + i]);
        liked[from + i] = !users.get(i).likedItems.isEmpty();
      }
      int at = 0;
      for (int r = 0; r < rankers.size(); r++) {
        int[][] top = rankers.get(r).top(profiles.subList(0, count), MAX_CUTOFF);
        int next = at;
        for (int i = 0; i < count; i++) {
          next = measure(top[i], users.get(i).heldOutItems, rows[from + i], at);
          next = measure(top[i], users.get(i).likedItems, rows[from + i], next);
          count(recommended[r], top[i]);
        }
        at = next;
      }
    }

    private void count(RecommendationCounts counts, int[] top) {
      for (int cutoff = 0; cutoff < CUTOFFS.length; cutoff++) {
        for (int i = 0; i < Math.min(top.length, CUTOFFS[cutoff]); i++) {
          counts.add(cutoff, top[i]);
        }
      }
    }

    private int measure(int[] top, BitSet relevant, float[] row, int at) {
      int count = relevant.cardinality();
      int next = at;
      for (int i = 0; i < top.length; i++) {
        hits[i] = relevant.get(top[i]);
      }
      for (RankingMetrics metric : metrics) {
        if (count > 0) {
          metric.measure(hits, top.length, count, row, next);
        }
        next += RankingMetrics.COUNT;
      }
      return next;
    }
  }
}
