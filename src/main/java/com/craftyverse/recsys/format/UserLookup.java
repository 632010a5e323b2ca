package com.craftyverse.recsys.format;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/// A model's `lookup.arrow`: its users' ids and biases, and where in `users.arrow` and `seen.arrow` the
/// rest of a user lies, so that a reader who wants one user needs one range of each.
///
/// @param regularization the weight of the L2 penalty that the users' factors were trained with
/// @param biasRegularization the same of their biases
/// @param userIds ascending; the place in it is the user's row
/// @param biases one a user
/// @param vectors where the batches of `users.arrow` have their vectors, of a length that the model's
///     number of factors gives
/// @param rankingVectors the same of their ranking vectors; of no batch where the model has none
/// @param histories where the batches of `seen.arrow` lie
public record UserLookup(
    double regularization,
    double biasRegularization,
    int[] userIds,
    float[] biases,
    Places vectors,
    Places rankingVectors,
    Places histories) {
  private static final String FORMAT_VERSION = "2";
  private static final String VERSION = "formatVersion";
  private static final String REGULARIZATION = "regularization";
  private static final String BIAS_REGULARIZATION = "biasRegularization";
  private static final String VECTORS = "vectors";
  private static final String RANKING_VECTORS = "rankingVectors";
  private static final String HISTORIES = "histories";

  /// Where record batches, or a column of them, lie in a file.
  ///
  /// @param firstRows the first row of each batch, ascending from 0
  /// @param offsets where it begins, in bytes
  /// @param lengths its length in bytes
  public record Places(int[] firstRows, long[] offsets, int[] lengths) {
    /// The batch that has a row.
    public int of(int row) {
      int place = Arrays.binarySearch(firstRows, row);
      return place >= 0 ? place : -place - 2;
    }

    private String text() {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < firstRows.length; i++) {
        text.append(firstRows[i]).append(' ').append(offsets[i]).append(' ');
        text.append(lengths[i]).append(' ');
      }
      return text.toString();
    }

    private static Places parse(ArrowFile file, String key) throws MalformedFileException {
      String text = file.requireMetadata(key);
      int count = 0;
      for (int i = 0; i < text.length(); i++) {
        count += text.charAt(i) == ' ' ? 1 : 0;
      }
      long[] numbers = new long[count];
      int at = 0;
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c == ' ') {
          at++;
        } else if (c >= '0' && c <= '9' && at < count && numbers[at] < Long.MAX_VALUE / 100) {
          numbers[at] = numbers[at] * 10 + (c - '0');
        } else {
          throw file.malformed("metadata '" + key + "': character " + i + " is no part of a list");
        }
      }
      int places = count / 3;
      int[] firstRows = new int[places];
      long[] offsets = new long[places];
      int[] lengths = new int[places];
      for (int i = 0; i < places; i++) {
        firstRows[i] = (int) numbers[3 * i];
        offsets[i] = numbers[3 * i + 1];
        lengths[i] = (int) numbers[3 * i + 2];
        if (firstRows[i] != numbers[3 * i]
            || lengths[i] != numbers[3 * i + 2]
            || (i == 0 ? firstRows[i] != 0 : firstRows[i] <= firstRows[i - 1])) {
          throw file.malformed("metadata '" + key + "': place " + i + " is out of range");
        }
      }
      return new Places(firstRows, offsets, lengths);
    }
  }

  /// The lookup of a model's files.
  ///
  /// @param users its `users.arrow`
  /// @param seen its `seen.arrow`
  /// @throws MalformedFileException when the files do not fit each other
  public static UserLookup of(
      double regularization, double biasRegularization, ArrowFile users, ArrowFile seen)
      throws MalformedFileException {
    int rows = Math.toIntExact(users.rows());
    if (seen.rows() != rows) {
      throw seen.malformed(seen.rows() + " rows, but there are " + rows + " users");
    }
    int[] ids = new int[rows];
    float[] biases = new float[rows];
    for (RecordBatch batch : users.batches()) {
      int first = (int) batch.firstRow();
      batch.ints("userId").copyTo(0, ids, first, batch.rows());
      batch.floats("bias").copyTo(0, biases, first, batch.rows());
    }
    boolean ranks =
        users.columns().stream().anyMatch(column -> column.name().equals("rankingVector"));
    return new UserLookup(
        regularization,
        biasRegularization,
        ids,
        biases,
        places(users, "vector.item", users.batches().size()),
        places(users, "rankingVector.item", ranks ? users.batches().size() : 0),
        batches(seen));
  }

  private static Places places(ArrowFile users, String path, int count) {
    Places places = new Places(new int[count], new long[count], new int[count]);
    for (RecordBatch batch : users.batches().subList(0, count)) {
      MemorySegment vectors = batch.data(path);
      places.firstRows[batch.index()] = (int) batch.firstRow();
      places.offsets[batch.index()] = users.offsetOf(vectors);
      places.lengths[batch.index()] = Math.toIntExact(vectors.byteSize());
    }
    return places;
  }

  private static Places batches(ArrowFile seen) {
    int count = seen.batches().size();
    Places places = new Places(new int[count], new long[count], new int[count]);
    for (RecordBatch batch : seen.batches()) {
      places.firstRows[batch.index()] = (int) batch.firstRow();
      places.offsets[batch.index()] = batch.offset();
      places.lengths[batch.index()] = Math.toIntExact(batch.byteSize());
    }
    return places;
  }

  /// Writes the file.
  public void write(Path path) throws IOException {
    Map<String, String> metadata =
        Map.of(
            VERSION, FORMAT_VERSION,
            REGULARIZATION, String.valueOf(regularization),
            BIAS_REGULARIZATION, String.valueOf(biasRegularization),
            VECTORS, vectors.text(),
            RANKING_VECTORS, rankingVectors.text(),
            HISTORIES, histories.text());
    try (ArrowFileWriter writer = ArrowFileWriter.create(path, Schemas.LOOKUP, metadata)) {
      writer.writeBatch(
          userIds.length, Buffers.of(userIds, userIds.length), Buffers.of(biases, biases.length));
    }
  }

  /// Reads the file.
  ///
  /// @param users the users that the model has
  /// @throws MalformedFileException when it is not such a file, or another model's
  public static UserLookup read(ArrowFile file, int users) throws MalformedFileException {
    file.require(Schemas.LOOKUP);
    String version = file.requireMetadata(VERSION);
    if (!version.equals(FORMAT_VERSION)) {
      throw file.malformed("format version " + version + ", this version reads " + FORMAT_VERSION);
    }
    if (file.rows() != users) {
      throw file.malformed(file.rows() + " rows, but the model has " + users + " users");
    }
    int[] ids = new int[users];
    float[] biases = new float[users];
    for (RecordBatch batch : file.batches()) {
      int first = (int) batch.firstRow();
      batch.ints("userId").copyTo(0, ids, first, batch.rows());
      batch.floats("bias").copyTo(0, biases, first, batch.rows());
    }
    return new UserLookup(
        penalty(file, REGULARIZATION),
        penalty(file, BIAS_REGULARIZATION),
        ids,
        biases,
        Places.parse(file, VECTORS),
        Places.parse(file, RANKING_VECTORS),
        Places.parse(file, HISTORIES));
  }

  private static double penalty(ArrowFile file, String key) throws MalformedFileException {
    String text = file.requireMetadata(key);
    try {
      double value = Double.parseDouble(text);
      if (value >= 0 && value < Double.POSITIVE_INFINITY) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw file.malformed("metadata '" + key + "' is '" + text + "'");
  }
}
