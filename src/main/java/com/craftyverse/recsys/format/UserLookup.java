package com.craftyverse.recsys.format;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.IntColumn;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// A model's `lookup.arrow`: user ids, biases, numbers of ratings, and the byte ranges of the batches of
/// `users.arrow` and `seen.arrow`. A reader that needs one user reads only one range of each file.
///
/// @param regularization the weight of the L2 penalty on user factors in training; 0 without a rating model
/// @param biasRegularization the weight of the L2 penalty on user biases in training; 0 without a rating model
/// @param userIds ascending; the position is the user's row
/// @param biases one per user; none without a rating model
/// @param ratings number of training ratings, one per user
/// @param vectors the byte ranges of the vectors in the batches of `users.arrow`; the model's number of
///     factors gives the length of a vector; no batches without a rating model
/// @param rankingVectors the byte ranges of the ranking vectors; no batches without a ranking model
/// @param histories the byte ranges of the batches of `seen.arrow`
/// @param standardErrors of predicted ratings
public record UserLookup(
    double regularization,
    double biasRegularization,
    IdTable userIds,
    float[] biases,
    int[] ratings,
    Places vectors,
    Places rankingVectors,
    Places histories,
    StandardErrors standardErrors) {
  private static final String FORMAT_VERSION = "3";
  private static final String VERSION = "formatVersion";
  private static final String REGULARIZATION = "regularization";
  private static final String BIAS_REGULARIZATION = "biasRegularization";
  private static final String VECTORS = "vectors";
  private static final String RANKING_VECTORS = "rankingVectors";
  private static final String HISTORIES = "histories";
  private static final String STANDARD_ERRORS = "standardErrors";

  /// Byte ranges of record batches, or of one column of them, in a file.
  ///
  /// @param firstRows the first row of each batch, ascending from 0
  /// @param offsets the offset of each batch, in bytes
  /// @param lengths the length of each batch, in bytes
  public record Places(int[] firstRows, long[] offsets, int[] lengths) {
    /// Returns the index of the batch that contains a row.
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
          throw file.malformed(
              "metadata '" + key + "': character " + i + " is not part of a list of numbers");
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

  /// Creates the lookup of a model from its files.
  ///
  /// @param users the model's `users.arrow`
  /// @param seen the model's `seen.arrow`
  /// @param standardErrors of its predictions, as the evaluation found them
  /// @throws MalformedFileException if the files do not match
  public static UserLookup of(
      double regularization,
      double biasRegularization,
      ArrowFile users,
      ArrowFile seen,
      StandardErrors standardErrors)
      throws MalformedFileException {
    if (seen.rows() != users.rows()) {
      throw seen.malformed(seen.rows() + " rows, but there are " + users.rows() + " users");
    }
    int batches = users.batches().size();
    return new UserLookup(
        regularization,
        biasRegularization,
        IdTable.read(users, Schemas.USER_ID),
        biases(users),
        ratings(seen),
        places(users, "vector.item", hasColumn(users, "vector") ? batches : 0),
        places(users, "rankingVector.item", hasColumn(users, "rankingVector") ? batches : 0),
        batches(seen),
        standardErrors);
  }

  private static int[] ratings(ArrowFile seen) throws MalformedFileException {
    int[] ratings = new int[Math.toIntExact(seen.rows())];
    for (RecordBatch batch : seen.batches()) {
      IntColumn offsets = batch.offsets("ratings");
      for (int row = 0; row < batch.rows(); row++) {
        ratings[(int) batch.firstRow() + row] = offsets.get(row + 1) - offsets.get(row);
      }
    }
    return ratings;
  }

  private static boolean hasColumn(ArrowFile file, String name) {
    return file.columns().stream().anyMatch(column -> column.name().equals(name));
  }

  private static float[] biases(ArrowFile users) {
    if (!hasColumn(users, "bias")) {
      return new float[0];
    }
    float[] biases = new float[Math.toIntExact(users.rows())];
    for (RecordBatch batch : users.batches()) {
      batch.floats("bias").copyTo(0, biases, (int) batch.firstRow(), batch.rows());
    }
    return biases;
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

  /// Writes `lookup.arrow`.
  public void write(Path path) throws IOException {
    Map<String, String> metadata =
        Map.of(
            VERSION, FORMAT_VERSION,
            REGULARIZATION, String.valueOf(regularization),
            BIAS_REGULARIZATION, String.valueOf(biasRegularization),
            VECTORS, vectors.text(),
            RANKING_VECTORS, rankingVectors.text(),
            HISTORIES, histories.text(),
            STANDARD_ERRORS, standardErrors.text());
    List<MemorySegment> buffers = new ArrayList<>(userIds.buffers(0, userIds.size()));
    boolean isBiased = biases.length > 0;
    if (isBiased) {
      buffers.add(Buffers.of(biases, biases.length));
    }
    buffers.add(Buffers.of(ratings, ratings.length));
    try (ArrowFileWriter writer =
        ArrowFileWriter.create(path, Schemas.lookup(userIds.type(), isBiased), metadata)) {
      writer.writeBatch(userIds.size(), buffers.toArray(MemorySegment[]::new));
    }
  }

  /// Reads `lookup.arrow`.
  ///
  /// @param card the model's
  /// @throws MalformedFileException if it is not a lookup file or belongs to another model
  public static UserLookup read(ArrowFile file, ModelCard card) throws MalformedFileException {
    int users = card.users();
    file.require(Schemas.lookup(IdType.of(file, Schemas.USER_ID), card.hasRatings()));
    String version = file.requireMetadata(VERSION);
    if (!version.equals(FORMAT_VERSION)) {
      throw file.malformed("format version " + version + ", this version reads " + FORMAT_VERSION);
    }
    if (file.rows() != users) {
      throw file.malformed(file.rows() + " rows, but the model has " + users + " users");
    }
    int[] ratings = new int[users];
    for (RecordBatch batch : file.batches()) {
      batch.ints("ratings").copyTo(0, ratings, (int) batch.firstRow(), batch.rows());
    }
    return new UserLookup(
        penalty(file, REGULARIZATION),
        penalty(file, BIAS_REGULARIZATION),
        IdTable.read(file, Schemas.USER_ID),
        biases(file),
        ratings,
        Places.parse(file, VECTORS),
        Places.parse(file, RANKING_VECTORS),
        Places.parse(file, HISTORIES),
        StandardErrors.parse(file, STANDARD_ERRORS));
  }

  private static double penalty(ArrowFile file, String key) throws MalformedFileException {
    String text = file.requireMetadata(key);
    try {
      double value = Double.parseDouble(text);
      if (value >= 0 && value < Double.POSITIVE_INFINITY) {
        return value;
      }
    } catch (NumberFormatException e) {
      // rejected below
    }
    throw file.malformed(
        "metadata '" + key + "': expected a number of at least 0, found '" + text + "'");
  }
}
