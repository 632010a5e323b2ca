package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.FloatColumn;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.BlockGrid;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// The training ratings as mapped columns, in a grid of blocks of users × items.
///
/// The constructor reads and checks every rating once, so later passes need no checks: each rating lies
/// in its block, the users of a block ascend, all ratings are finite.
final class TrainingSet {
  /// Users per chunk; the users of a chunk are visited in order.
  private static final int CHUNK_USERS = 64;

  /// The range of the scale that the defaults were tuned on: half stars, 0.5 to 5.
  private static final double STARS_RANGE = 4.5;

  private static final double MAX_STARS = 5;

  /// A block of the grid: runs of ratings, one per user, users ascending.
  ///
  /// For maintainers: an epoch iterates over runs because the file's user column would cost it 4 more
  /// bytes of reads per rating just to find where the next user starts.
  ///
  /// @param item the item of each rating
  /// @param rating the ratings
  /// @param users the user of each run
  /// @param starts the first row of each run, followed by the number of rows
  record Block(IntColumn item, FloatColumn rating, int[] users, int[] starts) {
    int rows() {
      return starts[users.length];
    }

    /// Returns the number of chunks, which are groups of consecutive runs.
    int chunks() {
      return Math.ceilDiv(users.length, CHUNK_USERS);
    }

    /// Returns the first run of a chunk.
    int firstRun(int chunk) {
      return chunk * CHUNK_USERS;
    }

    /// Returns the run after the last one of a chunk.
    int endRun(int chunk) {
      return Math.min(users.length, (chunk + 1) * CHUNK_USERS);
    }
  }

  private final int side;
  private final Block[] blocks;
  private final int users;
  private final int items;
  private final long rows;
  private final double mean;
  private final double standardDeviation;
  private final float lowest;
  private final float highest;

  /// The users that an epoch learns from; null for all.
  private final @Nullable BitSet sample;

  /// @throws MalformedFileException if it is not a training set, or if its grid does not match
  ///     its ratings
  TrainingSet(ArrowFile file) throws MalformedFileException {
    file.require(IndexFiles.RATINGS);
    BlockGrid grid = BlockGrid.read(file);
    this.side = grid.side();
    this.users = grid.users();
    this.items = grid.items();
    this.blocks = new Block[side * side];
    Statistics statistics = new Statistics();
    for (RecordBatch batch : file.batches()) {
      int row = batch.index() / side;
      int column = batch.index() % side;
      blocks[batch.index()] =
          block(
              file,
              batch,
              new Range(grid.userBounds()[row], grid.userBounds()[row + 1]),
              new Range(grid.itemBounds()[column], grid.itemBounds()[column + 1]),
              statistics);
    }
    this.rows = file.rows();
    this.mean = rows == 0 ? 0 : statistics.sum / rows;
    this.standardDeviation =
        rows == 0 ? 0 : Math.sqrt(Math.max(0, statistics.sumOfSquares / rows - mean * mean));
    this.lowest = statistics.lowest;
    this.highest = statistics.highest;
    this.sample = null;
  }

  private TrainingSet(TrainingSet all, BitSet sample, long rows) {
    this.side = all.side;
    this.blocks = all.blocks;
    this.users = all.users;
    this.items = all.items;
    this.rows = rows;
    this.mean = all.mean;
    this.standardDeviation = all.standardDeviation;
    this.lowest = all.lowest;
    this.highest = all.highest;
    this.sample = sample;
  }

  /// Returns the ratings of some users, in the same blocks. The statistics stay those of all ratings.
  ///
  /// @param included these users, by dense index
  /// @param rows number of their ratings
  TrainingSet ofUsers(BitSet included, long rows) {
    return new TrainingSet(this, included, rows);
  }

  /// Returns whether the set has the ratings of a user.
  boolean includes(int user) {
    return sample == null || sample.get(user);
  }

  /// Returns whether the set has the ratings of all users.
  boolean isWhole() {
    return sample == null;
  }

  /// Returns the number of ratings of each user, by dense index.
  int[] ratingsOfUsers() {
    int[] ratings = new int[users];
    for (Block block : blocks) {
      for (int run = 0; run < block.users.length; run++) {
        ratings[block.users[run]] += block.starts[run + 1] - block.starts[run];
      }
    }
    return ratings;
  }

  /// Returns the number of blocks per side of the grid.
  int side() {
    return side;
  }

  Block block(int userBlock, int itemBlock) {
    return blocks[userBlock * side + itemBlock];
  }

  int users() {
    return users;
  }

  int items() {
    return items;
  }

  /// Returns the number of ratings.
  long rows() {
    return rows;
  }

  /// Returns the mean rating, summed in the order of the file.
  double mean() {
    return mean;
  }

  /// Returns the standard deviation of the ratings.
  double standardDeviation() {
    return standardDeviation;
  }

  /// Returns training's unit, in ratings. It makes learning rates and regularization independent of
  /// the scale: the range of the ratings ÷ 4.5, which is 1 for half stars. `dot` learns the ratings
  /// themselves, not their difference from the mean, so its unit is the largest absolute rating ÷ 5.
  ///
  /// @param biased whether the model has a mean
  double unit(boolean biased) {
    if (biased && highest > lowest) {
      return ((double) highest - lowest) / STARS_RANGE;
    }
    double largest = Math.max(Math.abs(lowest), Math.abs(highest));
    return largest > 0 ? largest / MAX_STARS : 1;
  }

  private record Range(int from, int to) {
    boolean excludes(int index) {
      return index < from || index >= to;
    }

    @Override
    public String toString() {
      return from + ".." + (to - 1);
    }
  }

  private static final class Statistics {
    double sum;
    double sumOfSquares;
    float lowest = Float.POSITIVE_INFINITY;
    float highest = Float.NEGATIVE_INFINITY;
  }

  private static Block block(
      ArrowFile file, RecordBatch batch, Range users, Range items, Statistics statistics)
      throws MalformedFileException {
    IntColumn userColumn = batch.ints(IndexFiles.USER);
    IntColumn itemColumn = batch.ints(IndexFiles.ITEM);
    FloatColumn ratingColumn = batch.floats(IndexFiles.RATING);
    int rows = batch.rows();
    int[] runUsers = new int[1_024];
    int[] starts = new int[1_024];
    int runs = 0;
    int previous = -1;
    double sum = 0;
    double sumOfSquares = 0;
    float lowest = statistics.lowest;
    float highest = statistics.highest;
    for (int row = 0; row < rows; row++) {
      int user = userColumn.get(row);
      int item = itemColumn.get(row);
      float rating = ratingColumn.get(row);
      if (users.excludes(user) || items.excludes(item) || user < previous) {
        throw wrongBlock(file, batch, row, user, item, users, items);
      }
      if (!Float.isFinite(rating)) {
        throw file.malformed(locate(batch, row) + ": rating " + rating + " is not finite");
      }
      if (user != previous) {
        previous = user;
        if (runs == starts.length) {
          runUsers = Arrays.copyOf(runUsers, 2 * runs);
          starts = Arrays.copyOf(starts, 2 * runs);
        }
        runUsers[runs] = user;
        starts[runs++] = row;
      }
      sum += rating;
      sumOfSquares += (double) rating * rating;
      lowest = Math.min(lowest, rating);
      highest = Math.max(highest, rating);
    }
    statistics.sum += sum;
    statistics.sumOfSquares += sumOfSquares;
    statistics.lowest = lowest;
    statistics.highest = highest;
    starts = Arrays.copyOf(starts, runs + 1);
    starts[runs] = rows;
    return new Block(itemColumn, ratingColumn, Arrays.copyOf(runUsers, runs), starts);
  }

  private static MalformedFileException wrongBlock(
      ArrowFile file, RecordBatch batch, int row, int user, int item, Range users, Range items) {
    String found = locate(batch, row) + ": user " + user + ", item " + item;
    if (users.excludes(user) || items.excludes(item)) {
      return file.malformed(found + "; the block has users " + users + " and items " + items);
    }
    return file.malformed(found + "; the users of a block must ascend");
  }

  private static String locate(RecordBatch batch, int row) {
    return "record batch " + batch.index() + ", row " + row;
  }
}
