package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.kernel.CatalogScorer;
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
import java.util.function.IntFunction;
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
  private final @Nullable PublishedTwin published;

  /// @param itemRatings number of training ratings per item of the catalogue
  /// @param likedFrom the lowest rating that counts as liked
  /// @param seed of the bootstrap and of the sample
  /// @param sample largest number of users to evaluate, sampled at random; null for all
  /// @param published the twin of the published model, to be compared with; null if there is none
  RankingEvaluation(
      Protocol protocol,
      TrainingHistory history,
      int[] itemRatings,
      double likedFrom,
      long seed,
      @Nullable Integer sample,
      @Nullable PublishedTwin published) {
    this.protocol = protocol;
    this.history = history;
    this.itemRatings = itemRatings;
    this.likedFrom = likedFrom;
    this.seed = seed;
    this.sample = sample;
    this.published = published;
  }

  /// The result of an evaluation.
  ///
  /// @param figures the figures of all rankers
  /// @param published the comparison with the published model; null if no user can be compared
  record Result(RankingFigures figures, PublishedFigures.@Nullable Ranking published) {}

  /// The users who can be evaluated, and counts of held-out data.
  private record UserSelection(int[] groups, int withoutHistory, long heldOut) {}

  /// What was measured of every user.
  private final class Measured {
    final UserSelection users;

    /// One row of measures per user: ranker by ranker, relevance by relevance, cutoff by cutoff.
    final float[][] rows;

    /// Whether the user has liked items among those held out.
    final boolean[] liked;

    /// Per ranker, how often it recommended each item.
    final RecommendationCounts[] recommended;

    /// The number of items known of each user.
    final int[] known;

    /// Per user, the NDCG@10 of the first and the last ranker with the items of one band of popularity
    /// relevant, band by band; -1 if no item of the band is.
    final float[][] byPopularity;

    /// The NDCG@10 of the published model for each user; -1 for a user who is not compared.
    final float[] publishedNdcg;

    Measured(UserSelection users, int rankers) {
      int count = users.groups.length;
      this.users = users;
      this.rows = new float[count][rankers * RELEVANCES * CUTOFFS.length * RankingMetrics.COUNT];
      this.liked = new boolean[count];
      this.recommended = new RecommendationCounts[rankers];
      Arrays.setAll(recommended, _ -> new RecommendationCounts(itemRatings.length));
      this.known = new int[count];
      this.byPopularity = new float[count][2 * Bands.POPULARITY.count()];
      this.publishedNdcg = new float[count];
      Arrays.fill(publishedNdcg, -1);
    }
  }

  /// Evaluates the rankers.
  ///
  /// @return null if no user can be evaluated
  @Nullable Result run(
      HeldOutRatings window, List<Ranker> rankers, String label, WorkerPool workers)
      throws IOException {
    UserSelection selection = selectUsers(window);
    int users = selection.groups.length;
    if (users == 0) {
      return null;
    }
    Measured measured = new Measured(selection, rankers.size());
    UserEvaluator[] evaluators = new UserEvaluator[workers.threads()];
    Progress progress = new Progress(Evaluate.LOG, label, "users", users);
    AtomicLong done = new AtomicLong();
    workers.run(
        Math.ceilDiv(users, USERS_PER_TASK),
        (task, worker) -> {
          UserEvaluator evaluator = evaluators[worker];
          if (evaluator == null) {
            evaluator = new UserEvaluator(window, rankers, measured);
            evaluators[worker] = evaluator;
          }
          int from = task * USERS_PER_TASK;
          int to = Math.min(users, from + USERS_PER_TASK);
          workers.checkStopped();
          evaluator.evaluate(from, to);
          synchronized (progress) {
            progress.update(done.addAndGet(to - from));
          }
        });
    return new Result(figures(window, rankers, measured, workers), compared(measured, workers));
  }

  /// Returns the comparison with the published model over the users who have both lists.
  private PublishedFigures.@Nullable Ranking compared(Measured measured, WorkerPool workers)
      throws IOException {
    float[][] differences =
        IntStream.range(0, measured.publishedNdcg.length)
            .filter(user -> measured.publishedNdcg[user] >= 0)
            .mapToObj(
                user -> {
                  float ndcg = measured.rows[user][RankingMetrics.NDCG];
                  float other = measured.publishedNdcg[user];
                  return new float[] {ndcg, other, ndcg - other};
                })
            .toArray(float[][]::new);
    if (differences.length == 0) {
      return null;
    }
    Interval[] intervals = Bootstrap.intervals(differences, seed, workers);
    return new PublishedFigures.Ranking(
        differences.length, intervals[0].value(), intervals[1].value(), intervals[2]);
  }

  private RankingFigures figures(
      HeldOutRatings window, List<Ranker> rankers, Measured measured, WorkerPool workers)
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
    long unknownItems = 0;
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
        ndcgLead(rankers, rows, workers),
        byActivity(measured),
        byPopularity(measured),
        byTime(window, measured));
  }

  /// Means of the first ranker and of the last, which is what was popular lately.
  private static final class BandMeans {
    private int users;
    private double ndcg;
    private double recentlyPopular;

    void add(float first, float last) {
      users++;
      ndcg += first;
      recentlyPopular += last;
    }

    private static List<RankingBand> figures(BandMeans[] bands, IntFunction<String> label) {
      return IntStream.range(0, bands.length)
          .filter(band -> bands[band].users > 0)
          .mapToObj(
              band -> {
                BandMeans means = bands[band];
                return new RankingBand(
                    label.apply(band),
                    means.users,
                    means.ndcg / means.users,
                    means.recentlyPopular / means.users);
              })
          .toList();
    }
  }

  private static BandMeans[] newBands(int count) {
    BandMeans[] bands = new BandMeans[count];
    Arrays.setAll(bands, _ -> new BandMeans());
    return bands;
  }

  /// Returns the NDCG@10 of a ranker for a user, with all held-out items relevant.
  private static float ndcg(float[] row, int ranker, int rankers) {
    return row[ranker * (row.length / rankers) + RankingMetrics.NDCG];
  }

  private static List<RankingBand> byActivity(Measured measured) {
    int rankers = measured.recommended.length;
    BandMeans[] bands = newBands(Bands.ACTIVITY.count());
    for (int user = 0; user < measured.known.length; user++) {
      float[] row = measured.rows[user];
      bands[Bands.ACTIVITY.of(measured.known[user])].add(
          ndcg(row, 0, rankers), ndcg(row, rankers - 1, rankers));
    }
    return BandMeans.figures(bands, Bands.ACTIVITY::label);
  }

  private static List<RankingBand> byPopularity(Measured measured) {
    int count = Bands.POPULARITY.count();
    BandMeans[] bands = newBands(count);
    for (float[] row : measured.byPopularity) {
      for (int band = 0; band < count; band++) {
        if (row[band] >= 0) {
          bands[band].add(row[band], row[count + band]);
        }
      }
    }
    return BandMeans.figures(bands, Bands.POPULARITY::label);
  }

  /// By the time of the first item that the rankers must find.
  private List<RankingBand> byTime(HeldOutRatings window, Measured measured) {
    int rankers = measured.recommended.length;
    Periods periods = Periods.of(window);
    if (periods.count() == 0) {
      return List.of();
    }
    BandMeans[] bands = newBands(periods.count());
    for (int user = 0; user < measured.rows.length; user++) {
      float[] row = measured.rows[user];
      long time = window.time(firstHeldOutRow(window, measured.users.groups[user]));
      bands[periods.of(time)].add(ndcg(row, 0, rankers), ndcg(row, rankers - 1, rankers));
    }
    return BandMeans.figures(bands, periods::label);
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
    private final int[] heldOutByPopularity = new int[Bands.POPULARITY.count()];

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
      Arrays.fill(heldOutByPopularity, 0);
      for (int row = from; row < window.start(group + 1); row++) {
        if (window.item(row) >= 0) {
          if (!heldOutItems.get(window.item(row))) {
            heldOutByPopularity[Bands.POPULARITY.of(itemRatings[window.item(row)])]++;
          }
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
    private final Measured measured;
    private final @Nullable Ranker publishedRanker = published == null ? null : published.ranker();
    private final List<EvaluatedUser> users =
        Stream.generate(EvaluatedUser::new).limit(USERS_PER_TASK).toList();
    private final List<Profile> profiles = users.stream().map(user -> user.profile).toList();
    private final boolean[] hits = new boolean[MAX_CUTOFF];
    private final RankingMetrics[] metrics = new RankingMetrics[CUTOFFS.length];

    UserEvaluator(HeldOutRatings window, List<Ranker> rankers, Measured measured) {
      this.window = window;
      this.rankers = rankers;
      this.measured = measured;
      Arrays.setAll(metrics, i -> new RankingMetrics(CUTOFFS[i]));
    }

    /// Evaluates some of the selected users.
    void evaluate(int from, int to) throws IOException {
      int count = to - from;
      for (int i = 0; i < count; i++) {
        EvaluatedUser user = users.get(i);
        user.read(window, measured.users.groups[from + i]);
        measured.liked[from + i] = !user.likedItems.isEmpty();
        measured.known[from + i] = user.profile.size();
      }
      int at = 0;
      for (int r = 0; r < rankers.size(); r++) {
        int[][] top = rankers.get(r).top(profiles.subList(0, count), MAX_CUTOFF);
        int next = at;
        for (int i = 0; i < count; i++) {
          float[] row = measured.rows[from + i];
          next = measure(top[i], users.get(i).heldOutItems, row, at);
          next = measure(top[i], users.get(i).likedItems, row, next);
          count(measured.recommended[r], top[i]);
          if (r == 0 || r == rankers.size() - 1) {
            measureByPopularity(
                top[i],
                users.get(i),
                measured.byPopularity[from + i],
                r == 0 ? 0 : Bands.POPULARITY.count());
          }
        }
        at = next;
      }
      PublishedTwin twin = published;
      if (twin != null && publishedRanker != null) {
        measurePublished(twin, publishedRanker, from, count);
      }
    }

    /// Measures the published model's lists for the users whose held-out items are all unseen by it.
    private void measurePublished(PublishedTwin twin, Ranker ranker, int from, int count)
        throws IOException {
      int[] compared =
          IntStream.range(0, count)
              .filter(
                  i -> {
                    int first = firstHeldOutRow(window, measured.users.groups[from + i]);
                    return twin.isUnseen(window.time(first));
                  })
              .toArray();
      if (compared.length == 0) {
        return;
      }
      int[][] top = ranker.top(IntStream.of(compared).mapToObj(profiles::get).toList(), CUTOFFS[0]);
      for (int i = 0; i < compared.length; i++) {
        BitSet relevant = users.get(compared[i]).heldOutItems;
        for (int rank = 0; rank < top[i].length; rank++) {
          hits[rank] = relevant.get(top[i][rank]);
        }
        measured.publishedNdcg[from + compared[i]] =
            metrics[0].ndcg(hits, top[i].length, relevant.cardinality());
      }
    }

    /// Writes the NDCG@10 for each band of items to `out[at …]`.
    private void measureByPopularity(int[] top, EvaluatedUser user, float[] out, int at) {
      int length = Math.min(top.length, CUTOFFS[0]);
      for (int band = 0; band < user.heldOutByPopularity.length; band++) {
        int relevant = user.heldOutByPopularity[band];
        if (relevant == 0) {
          out[at + band] = -1;
          continue;
        }
        for (int i = 0; i < length; i++) {
          hits[i] =
              user.heldOutItems.get(top[i]) && Bands.POPULARITY.of(itemRatings[top[i]]) == band;
        }
        out[at + band] = metrics[0].ndcg(hits, length, relevant);
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
