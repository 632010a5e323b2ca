package com.craftyverse.recsys.train;

import com.craftyverse.recsys.train.RandomStream.Purpose;
import java.util.Arrays;

/// The training choices of [RankingSearch] trials, and the held-out choices that judge them:
/// the validation set if it has enough users, otherwise a quarter of each user's choices.
///
/// A large set is reduced to a random sample of users.
///
/// @param training choices that a trial learns from, with the item places of the whole set
/// @param cases test cases
/// @param available number of choices of the same users, held-out ones included
record HoldOut(Choices training, RankingJudge.Cases cases, int available) {
  /// Number of choices from which on no more users are added to a trial.
  private static final int MOST_CHOICES = 1_000_000;

  /// Maximum number of users that judge a trial.
  private static final int MOST_CASES = 2_000;

  /// Minimum number of users for the validation set to judge trials.
  private static final int ENOUGH_USERS = 500;

  static HoldOut of(Choices choices, ValidationSet validation, long seed) {
    return validation.users() >= ENOUGH_USERS
        ? ofValidation(
            choices,
            RankingJudge.Cases.of(validation, choices, MOST_CASES, seed),
            MOST_CHOICES,
            seed)
        : ofTraining(choices, MOST_CHOICES, MOST_CASES, seed);
  }

  /// Holds nothing out: the validation choices are the test cases.
  ///
  /// @param mostChoices users are added to those of the cases, in random order, until there are
  ///     this many choices
  static HoldOut ofValidation(
      Choices choices, RankingJudge.Cases cases, int mostChoices, long seed) {
    Choices.Rows rows = choices.byUser();
    boolean[] taken = new boolean[rows.rows()];
    long size = 0;
    for (int user : cases.users()) {
      taken[user] = true;
      size += rows.count(user);
    }
    for (int user : new RandomStream(seed, Purpose.RANKING_USERS, 0).permutation(rows.rows())) {
      if (!taken[user] && size < mostChoices) {
        taken[user] = true;
        size += rows.count(user);
      }
    }
    int[] places = new int[rows.rows()]; // among the users taken
    int count = 0;
    for (int user = 0; user < taken.length; user++) {
      places[user] = count;
      count += taken[user] ? 1 : 0;
    }
    int[] start = new int[count + 1];
    int[] index = new int[Math.toIntExact(size)];
    byte[] level = new byte[index.length];
    int[] dense = new int[count];
    for (int user = 0; user < taken.length; user++) {
      if (taken[user]) {
        int place = places[user];
        int length = rows.count(user);
        System.arraycopy(rows.index(), rows.start()[user], index, start[place], length);
        System.arraycopy(rows.level(), rows.start()[user], level, start[place], length);
        start[place + 1] = start[place] + length;
        dense[place] = choices.users()[user];
      }
    }
    int[] caseUsers = new int[cases.size()];
    for (int i = 0; i < caseUsers.length; i++) {
      caseUsers[i] = places[cases.users()[i]];
    }
    return new HoldOut(
        choices.part(start, index, level, dense),
        new RankingJudge.Cases(caseUsers, cases.start(), cases.items()),
        index.length);
  }

  /// Holds out some choices of all users, or of a random sample.
  ///
  /// @param mostChoices users are added, in random order, until there are this many choices
  /// @param mostCases maximum number of users judged, the first of that order
  /// @param seed of the order of users and of the held-out choices
  static HoldOut ofTraining(Choices choices, int mostChoices, int mostCases, long seed) {
    Choices.Rows rows = choices.byUser();
    int[] order = new RandomStream(seed, Purpose.RANKING_USERS, 0).permutation(rows.rows());
    int taken = 0;
    long size = 0;
    while (taken < order.length && size < mostChoices) {
      size += rows.count(order[taken++]);
    }
    boolean[] judged = new boolean[rows.rows()];
    int cases = 0;
    for (int i = 0; i < taken && cases < mostCases; i++) {
      judged[order[i]] = heldOut(rows.count(order[i])) > 0;
      cases += judged[order[i]] ? 1 : 0;
    }
    int[] users = Arrays.copyOf(order, taken);
    Arrays.sort(users); // by descending count, like places
    return ofTraining(choices, users, judged, cases, Math.toIntExact(size), seed);
  }

  /// Returns how many of a user's choices are held out.
  private static int heldOut(int count) {
    return count < 2 ? 0 : Math.max(1, Math.round(count / 4f));
  }

  private static HoldOut ofTraining(
      Choices choices, int[] users, boolean[] judged, int caseCount, int size, long seed) {
    Choices.Rows rows = choices.byUser();
    int[] start = new int[users.length + 1];
    int[] index = new int[size];
    byte[] level = new byte[size];
    int[] dense = new int[users.length];
    int[] caseUsers = new int[caseCount];
    int[] caseStart = new int[caseCount + 1];
    int[] caseItems = new int[size];
    int kept = 0;
    int found = 0;
    int cases = 0;
    for (int user = 0; user < users.length; user++) {
      int place = users[user];
      int from = rows.start()[place];
      int count = rows.count(place);
      dense[user] = choices.users()[place];
      boolean[] held = new boolean[count];
      int[] order =
          new RandomStream(seed, Purpose.RANKING_HELD_OUT, dense[user]).permutation(count);
      for (int i = 0; i < heldOut(count); i++) {
        held[order[i]] = true;
      }
      for (int i = 0; i < count; i++) {
        if (!held[i]) {
          index[kept] = rows.index()[from + i];
          level[kept++] = rows.level()[from + i];
        } else if (judged[place]) {
          caseItems[found++] = rows.index()[from + i];
        }
      }
      start[user + 1] = kept;
      if (judged[place]) {
        caseUsers[cases] = user;
        caseStart[++cases] = found;
      }
    }
    return new HoldOut(
        choices.part(start, Arrays.copyOf(index, kept), Arrays.copyOf(level, kept), dense),
        new RankingJudge.Cases(caseUsers, caseStart, Arrays.copyOf(caseItems, found)),
        size);
  }
}
