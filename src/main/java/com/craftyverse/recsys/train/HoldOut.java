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
record HoldOut(Choices training, NdcgEvaluator.TestCases cases, int available) {
  /// Number of choices from which on no more users are added to a trial.
  private static final int MAX_CHOICES = 1_000_000;

  /// Maximum number of users that judge a trial.
  private static final int MAX_CASES = 2_000;

  /// Minimum number of users for the validation set to judge trials.
  private static final int ENOUGH_USERS = 500;

  static HoldOut of(Choices choices, ValidationSet validation, long seed) {
    return validation.users() >= ENOUGH_USERS
        ? ofValidation(
            choices,
            NdcgEvaluator.TestCases.of(validation, choices, MAX_CASES, seed),
            MAX_CHOICES,
            seed)
        : ofTraining(choices, MAX_CHOICES, MAX_CASES, seed);
  }

  /// Holds nothing out: the validation choices are the test cases.
  ///
  /// @param maxChoices users are added to those of the cases, in random order, until there are
  ///     this many choices
  static HoldOut ofValidation(
      Choices choices, NdcgEvaluator.TestCases cases, int maxChoices, long seed) {
    Choices.Rows rows = choices.byUser();
    boolean[] selected = new boolean[rows.rows()];
    long size = 0;
    for (int user : cases.users()) {
      selected[user] = true;
      size += rows.count(user);
    }
    for (int user : new RandomStream(seed, Purpose.RANKING_USERS, 0).permutation(rows.rows())) {
      if (!selected[user] && size < maxChoices) {
        selected[user] = true;
        size += rows.count(user);
      }
    }
    int[] rowOfUser = new int[rows.rows()]; // among the users taken
    int count = 0;
    for (int user = 0; user < selected.length; user++) {
      rowOfUser[user] = count;
      count += selected[user] ? 1 : 0;
    }
    int[] start = new int[count + 1];
    int[] index = new int[Math.toIntExact(size)];
    byte[] level = new byte[index.length];
    int[] userIndices = new int[count];
    for (int user = 0; user < selected.length; user++) {
      if (selected[user]) {
        int row = rowOfUser[user];
        int length = rows.count(user);
        System.arraycopy(rows.index(), rows.start()[user], index, start[row], length);
        System.arraycopy(rows.level(), rows.start()[user], level, start[row], length);
        start[row + 1] = start[row] + length;
        userIndices[row] = choices.users()[user];
      }
    }
    int[] testUsers = new int[cases.size()];
    for (int i = 0; i < testUsers.length; i++) {
      testUsers[i] = rowOfUser[cases.users()[i]];
    }
    return new HoldOut(
        choices.part(start, index, level, userIndices),
        new NdcgEvaluator.TestCases(testUsers, cases.start(), cases.items()),
        index.length);
  }

  /// Holds out some choices of all users, or of a random sample.
  ///
  /// @param maxChoices users are added, in random order, until there are this many choices
  /// @param maxCases maximum number of users judged, the first of that order
  /// @param seed of the order of users and of the held-out choices
  static HoldOut ofTraining(Choices choices, int maxChoices, int maxCases, long seed) {
    Choices.Rows rows = choices.byUser();
    int[] order = new RandomStream(seed, Purpose.RANKING_USERS, 0).permutation(rows.rows());
    int selected = 0;
    long size = 0;
    while (selected < order.length && size < maxChoices) {
      size += rows.count(order[selected++]);
    }
    boolean[] isTestUser = new boolean[rows.rows()];
    int cases = 0;
    for (int i = 0; i < selected && cases < maxCases; i++) {
      isTestUser[order[i]] = heldOutCount(rows.count(order[i])) > 0;
      cases += isTestUser[order[i]] ? 1 : 0;
    }
    int[] users = Arrays.copyOf(order, selected);
    Arrays.sort(users); // by descending count, like places
    return ofTraining(choices, users, isTestUser, cases, Math.toIntExact(size), seed);
  }

  /// Returns how many of a user's choices are held out.
  private static int heldOutCount(int count) {
    return count < 2 ? 0 : Math.max(1, Math.round(count / 4f));
  }

  private static HoldOut ofTraining(
      Choices choices, int[] users, boolean[] isTestUser, int caseCount, int size, long seed) {
    Choices.Rows rows = choices.byUser();
    int[] start = new int[users.length + 1];
    int[] index = new int[size];
    byte[] level = new byte[size];
    int[] userIndices = new int[users.length];
    int[] testUsers = new int[caseCount];
    int[] testStart = new int[caseCount + 1];
    int[] testItems = new int[size];
    int trainCount = 0;
    int testCount = 0;
    int cases = 0;
    for (int user = 0; user < users.length; user++) {
      int row = users[user];
      int from = rows.start()[row];
      int count = rows.count(row);
      userIndices[user] = choices.users()[row];
      boolean[] heldOut = new boolean[count];
      int[] order =
          new RandomStream(seed, Purpose.RANKING_HELD_OUT, userIndices[user]).permutation(count);
      for (int i = 0; i < heldOutCount(count); i++) {
        heldOut[order[i]] = true;
      }
      for (int i = 0; i < count; i++) {
        if (!heldOut[i]) {
          index[trainCount] = rows.index()[from + i];
          level[trainCount++] = rows.level()[from + i];
        } else if (isTestUser[row]) {
          testItems[testCount++] = rows.index()[from + i];
        }
      }
      start[user + 1] = trainCount;
      if (isTestUser[row]) {
        testUsers[cases] = user;
        testStart[++cases] = testCount;
      }
    }
    return new HoldOut(
        choices.part(
            start, Arrays.copyOf(index, trainCount), Arrays.copyOf(level, trainCount), userIndices),
        new NdcgEvaluator.TestCases(testUsers, testStart, Arrays.copyOf(testItems, testCount)),
        size);
  }
}
