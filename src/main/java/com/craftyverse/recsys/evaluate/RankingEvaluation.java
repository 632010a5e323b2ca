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
  private static final int LONGEST = 20;
  private static final int RELEVANCES = 2;

  /// Users per task, scored together.
  private static final int USERS = CatalogueScores.USERS;

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
  private record Judged(int[] groups, int withoutHistory, long heldOut) {}

  /// What was measured of every user.
  ///
  /// @param rows one row of measures per user: ranker by ranker, relevance by relevance, cutoff by cutoff
  /// @param liked whether the user has liked items among those held out
  /// @param shown per ranker, how often it showed each item
  private record Measured(Judged users, float[][] rows, boolean[] liked, Shown[] shown) {}

  /// Evaluates the rankers.
  ///
  /// @param outside number of ratings of the set that are missing from `window` because their item is not in
  ///     the catalogue
  /// @return the figures; null if no user can be evaluated
  @Nullable RankingFigures run(
      HeldOutRatings window, List<Ranker> rankers, long outside, String what, WorkerPool workers)
      throws IOException {
    Judged judged = judged(window);
    int users = judged.groups.length;
    if (users == 0) {
      return null;
    }
    int columns = rankers.size() * RELEVANCES * CUTOFFS.length * RankingMetrics.COUNT;
    float[][] rows = new float[users][columns];
    boolean[] liked = new boolean[users];
    Shown[] shown = new Shown[rankers.size()];
    Arrays.setAll(shown, _ -> new Shown(itemRatings.length));
    Judge[] judges = new Judge[workers.threads()];
    Progress progress = new Progress(Evaluate.LOG, what, "users", users);
    AtomicLong done = new AtomicLong();
    workers.run(
        Math.ceilDiv(users, USERS),
        (piece, worker) -> {
          Judge judge = judges[worker];
          if (judge == null) {
            judge = new Judge(window, rankers, shown);
            judges[worker] = judge;
          }
          int from = piece * USERS;
          int to = Math.min(users, from + USERS);
          workers.checkStopped();
          judge.users(judged.groups, from, to, rows, liked);
          synchronized (progress) {
            progress.update(done.addAndGet(to - from));
          }
        });
    return figures(window, rankers, new Measured(judged, rows, liked, shown), outside, workers);
  }

  private RankingFigures figures(
      HeldOutRatings window,
      List<Ranker> rankers,
      Measured measured,
      long outside,
      WorkerPool workers)
      throws IOException {
    float[][] rows = measured.rows;
    boolean[] liked = measured.liked;
    int users = liked.length;
    int half = CUTOFFS.length * RankingMetrics.COUNT;
    Interval[] all = Bootstrap.intervals(rows, seed, workers);
    float[][] likedRows =
        IntStream.range(0, users)
            .filter(user -> liked[user])
            .mapToObj(user -> rows[user])
            .toArray(float[][]::new);
    Interval[] ofLiked =
        likedRows.length == 0 ? null : Bootstrap.intervals(likedRows, seed, workers);
    Map<String, RankerFigures> figures = new LinkedHashMap<>();
    for (int r = 0; r < rankers.size(); r++) {
      int at = r * RELEVANCES * half;
      figures.put(
          rankers.get(r).name(),
          new RankerFigures(
              relevance(all, at),
              ofLiked == null ? null : relevance(ofLiked, at + half),
              measured.shown[r].figures(0, itemRatings),
              measured.shown[r].figures(1, itemRatings)));
    }
    long unknownItems = outside;
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
        lead(rankers, rows, workers));
  }

  /// Returns the NDCG@10 of the first ranker minus that of each other ranker, user by user.
  private Map<String, Interval> lead(List<Ranker> rankers, float[][] rows, WorkerPool workers)
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
  private int firstSought(HeldOutRatings window, int group) {
    int from = window.start(group);
    return protocol == Protocol.REPLAY ? from + (window.start(group + 1) - from) / 2 : from;
  }

  private Judged judged(HeldOutRatings window) {
    int[] groups = new int[window.groups()];
    int count = 0;
    int withoutHistory = 0;
    for (int group = 0; group < window.groups(); group++) {
      int sought = firstSought(window, group);
      boolean known = window.user(group) >= 0 || hasKnownItem(window, window.start(group), sought);
      boolean seeks = hasKnownItem(window, sought, window.start(group + 1));
      if (known && seeks) {
        groups[count++] = group;
      } else if (seeks) {
        withoutHistory++;
      }
    }
    groups = Arrays.copyOf(groups, count);
    if (sample != null && sample < count) {
      groups = draw(groups, sample, seed);
    }
    long heldOut = 0;
    for (int group : groups) {
      for (int row = firstSought(window, group); row < window.start(group + 1); row++) {
        heldOut += window.item(row) >= 0 ? 1 : 0;
      }
    }
    return new Judged(groups, withoutHistory, heldOut);
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
  private static int[] draw(int[] groups, int count, long seed) {
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
  private static final class Shown {
    private final AtomicLongArray[] counts;

    Shown(int items) {
      counts = new AtomicLongArray[CUTOFFS.length];
      Arrays.setAll(counts, _ -> new AtomicLongArray(items));
    }

    void add(int cutoff, int item) {
      counts[cutoff].incrementAndGet(item);
    }

    ListFigures figures(int cutoff, int[] itemRatings) {
      long[] times = new long[itemRatings.length];
      Arrays.setAll(times, counts[cutoff]::get);
      return ListFigures.of(times, itemRatings);
    }
  }

  /// An evaluated user: the known profile and the items to find.
  private final class Sought {
    private final Profile profile = new Profile();
    private final BitSet all = new BitSet(itemRatings.length);
    private final BitSet liked = new BitSet(itemRatings.length);

    void read(HeldOutRatings window, int group) throws IOException {
      int user = window.user(group);
      profile.reset(user);
      if (user >= 0) {
        history.copyTo(profile, user);
      }
      int from = firstSought(window, group);
      for (int row = window.start(group); row < from; row++) {
        if (window.item(row) >= 0) {
          profile.add(window.item(row), window.rating(row));
        }
      }
      all.clear();
      liked.clear();
      for (int row = from; row < window.start(group + 1); row++) {
        if (window.item(row) >= 0) {
          all.set(window.item(row));
          if (window.rating(row) >= likedFrom) {
            liked.set(window.item(row));
          }
        }
      }
    }
  }

  /// The state of one thread.
  private final class Judge {
    private final HeldOutRatings window;
    private final List<Ranker> rankers;
    private final Shown[] shown;
    private final List<Sought> sought = Stream.generate(Sought::new).limit(USERS).toList();
    private final List<Profile> profiles = sought.stream().map(user -> user.profile).toList();
    private final boolean[] hits = new boolean[LONGEST];
    private final RankingMetrics[] metrics = new RankingMetrics[CUTOFFS.length];

    Judge(HeldOutRatings window, List<Ranker> rankers, Shown[] shown) {
      this.window = window;
      this.rankers = rankers;
      this.shown = shown;
      Arrays.setAll(metrics, i -> new RankingMetrics(CUTOFFS[i]));
    }

    /// Evaluates the users of some groups.
    ///
    /// @param rows receives the metrics of each user
    /// @param liked receives whether each user liked an item that the rankers must find
    void users(int[] groups, int from, int to, float[][] rows, boolean[] liked) throws IOException {
      int count = to - from;
      for (int i = 0; i < count; i++) {
        sought.get(i).read(window, groups[from + i]);
        liked[from + i] = !sought.get(i).liked.isEmpty();
      }
      int at = 0;
      for (int r = 0; r < rankers.size(); r++) {
        int[][] top = rankers.get(r).top(profiles.subList(0, count), LONGEST);
        int next = at;
        for (int i = 0; i < count; i++) {
          next = measure(top[i], sought.get(i).all, rows[from + i], at);
          next = measure(top[i], sought.get(i).liked, rows[from + i], next);
          show(shown[r], top[i]);
        }
        at = next;
      }
    }

    private void show(Shown to, int[] top) {
      for (int cutoff = 0; cutoff < CUTOFFS.length; cutoff++) {
        for (int i = 0; i < Math.min(top.length, CUTOFFS[cutoff]); i++) {
          to.add(cutoff, top[i]);
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
