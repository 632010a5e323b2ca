package com.craftyverse.recsys.format;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/// A grid of blocks over the user × item matrix. Users and items are each divided into the same number of
/// ranges, with about the same number of ratings per range. The training set of an index has one record batch
/// per block, row by row of the grid, and stores the grid in its metadata.
///
/// Blocks on a diagonal share neither users nor items, so up to [#SIDE] threads can train on them at once, in
/// any order, with the same result. [#SIDE] is 6 because a Lambda function has at most 6 processors and 6 is
/// divisible by 1, 2 and 3. More blocks would cut each user's ratings into shorter runs, and SGD processes
/// runs in batches of 8: with 12 blocks per side, an epoch takes 1.2 times as long.
///
/// @param userBounds users `userBounds[i]` (inclusive) to `userBounds[i + 1]` (exclusive) are block row `i`
/// @param itemBounds items `itemBounds[i]` (inclusive) to `itemBounds[i + 1]` (exclusive) are block column
///     `i`
public record BlockGrid(int[] userBounds, int[] itemBounds) {
  /// Blocks per side in grids that `index` creates.
  public static final int SIDE = 6;

  private static final int MAX_SIDE = 256;

  private static final String BLOCKS = "blocks";
  private static final String USER_BOUNDS = "userBounds";
  private static final String ITEM_BOUNDS = "itemBounds";

  /// Divides users and items into [#SIDE] ranges of about the same number of ratings.
  ///
  /// @param ratingsOfUser number of ratings per user
  /// @param ratingsOfItem number of ratings per item
  public static BlockGrid balanced(int[] ratingsOfUser, int[] ratingsOfItem) {
    return new BlockGrid(balancedBounds(ratingsOfUser), balancedBounds(ratingsOfItem));
  }

  private static int[] balancedBounds(int[] ratings) {
    long total = 0;
    for (int count : ratings) {
      total += count;
    }
    int[] bounds = new int[SIDE + 1];
    long sum = 0;
    int range = 1;
    for (int i = 0; i < ratings.length && range < SIDE; i++) {
      sum += ratings[i];
      while (range < SIDE && sum * SIDE >= total * range) {
        bounds[range++] = i + 1;
      }
    }
    Arrays.fill(bounds, range, SIDE + 1, ratings.length);
    return bounds;
  }

  /// Reads the grid from the metadata of a training set.
  ///
  /// @throws MalformedFileException if the file has no grid, or the grid's bounds or number of record batches
  ///     do not fit
  public static BlockGrid read(ArrowFile file) throws MalformedFileException {
    int side = number(file, BLOCKS, file.requireMetadata(BLOCKS));
    if (side < 1 || side > MAX_SIDE) {
      throw file.malformed("metadata '" + BLOCKS + "': " + side + " is outside 1.." + MAX_SIDE);
    }
    BlockGrid grid =
        new BlockGrid(readBounds(file, USER_BOUNDS, side), readBounds(file, ITEM_BOUNDS, side));
    if (file.batches().size() != side * side) {
      throw file.malformed(
          file.batches().size()
              + " record batches; a grid of "
              + side
              + " x "
              + side
              + " blocks has "
              + side * side);
    }
    return grid;
  }

  private static int[] readBounds(ArrowFile file, String key, int side)
      throws MalformedFileException {
    String[] texts = file.requireMetadata(key).split(",", -1);
    if (texts.length != side + 1) {
      throw file.malformed(
          "metadata '"
              + key
              + "': "
              + texts.length
              + " bounds; a grid of "
              + side
              + " blocks per side has "
              + (side + 1));
    }
    int[] bounds = new int[side + 1];
    for (int i = 0; i <= side; i++) {
      bounds[i] = number(file, key, texts[i]);
      if (i == 0 ? bounds[i] != 0 : bounds[i] < bounds[i - 1]) {
        throw file.malformed("metadata '" + key + "': bounds must start at 0 and ascend");
      }
    }
    return bounds;
  }

  private static int number(ArrowFile file, String key, String text) throws MalformedFileException {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw file.malformed(
          "metadata '" + key + "': " + ObjectKeys.quote(text) + " is not a whole number");
    }
  }

  /// Returns the metadata that [#read] reads.
  public Map<String, String> metadata() {
    return Map.of(
        BLOCKS, String.valueOf(side()),
        USER_BOUNDS, text(userBounds),
        ITEM_BOUNDS, text(itemBounds));
  }

  private static String text(int[] bounds) {
    return Arrays.stream(bounds).mapToObj(String::valueOf).collect(Collectors.joining(","));
  }

  /// Returns the number of blocks on each side.
  public int side() {
    return userBounds.length - 1;
  }

  /// Returns the number of users.
  public int users() {
    return userBounds[side()];
  }

  /// Returns the number of items.
  public int items() {
    return itemBounds[side()];
  }
}
