package com.craftyverse.recsys.split;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.NumberTable;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.step.RequestException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The users or the items of a training and a test dataset, with common codes: an id's place among the ids of
/// both.
final class MergedIds {
  private final String column;
  private final Side training;
  private final Side test;
  private final int size;

  /// The ids of one dataset.
  ///
  /// @param ids the ids, ascending
  /// @param coded whether the ratings carry codes, which are indices of `ids`, and not the ids themselves
  /// @param codes the common code of each id
  private record Side(IdTable ids, boolean coded, int[] codes) {
    static Side of(@Nullable IdTable dictionary, ArrowFile ratings, String column) {
      IdTable ids = dictionary == null ? distinct(ratings, column) : dictionary;
      return new Side(ids, dictionary != null, new int[ids.size()]);
    }

    private static IdTable distinct(ArrowFile ratings, String column) {
      int[] ids = new int[Math.toIntExact(ratings.rows())];
      for (RecordBatch batch : ratings.batches()) {
        batch.ints(column).copyTo(0, ids, (int) batch.firstRow(), batch.rows());
      }
      return IdTable.of(Arrays.stream(ids).sorted().distinct().toArray());
    }

    /// Returns the common code of an id in the ratings, -1 if the dictionary does not have it.
    int code(int id) {
      int index = coded ? id : ((NumberTable) ids).indexOf((long) id);
      return index < 0 || index >= codes.length ? -1 : codes[index];
    }
  }

  private MergedIds(String column, Side training, Side test) {
    this.column = column;
    this.training = training;
    this.test = test;
    int one = 0;
    int other = 0;
    int next = 0;
    while (one < training.codes.length || other < test.codes.length) {
      int order =
          one == training.codes.length
              ? 1
              : other == test.codes.length ? -1 : training.ids.compare(one, test.ids, other);
      if (order <= 0) {
        training.codes[one++] = next;
      }
      if (order >= 0) {
        test.codes[other++] = next;
      }
      next++;
    }
    this.size = next;
  }

  /// Merges the ids of two datasets.
  ///
  /// @param column [Schemas#USER_ID] or [Schemas#ITEM_ID]
  /// @param trainingIds the dictionary of the training dataset; null if its ratings carry the ids themselves
  /// @param testIds the same of the test dataset
  /// @return null if both carry the ids themselves, so that there is nothing to merge
  /// @throws RequestException if one has numbers and the other texts
  static @Nullable MergedIds of(
      String column,
      @Nullable IdTable trainingIds,
      @Nullable IdTable testIds,
      ArrowFile training,
      ArrowFile test) {
    if (trainingIds == null && testIds == null) {
      return null;
    }
    Side first = Side.of(trainingIds, training, column);
    Side second = Side.of(testIds, test, column);
    if (!first.ids.isComparable(second.ids)) {
      throw RequestException.unprocessable(
          "the "
              + column
              + "s of the training upload are "
              + first.ids.type()
              + " and those of the test upload are "
              + second.ids.type()
              + "; both must be numbers, or both texts");
    }
    return new MergedIds(column, first, second);
  }

  /// Returns the common code of an id.
  ///
  /// @param file 0 for the training dataset, 1 for the test dataset
  /// @param id the id or code in its ratings
  /// @throws MalformedFileException if the dataset's dictionary does not have the code
  int code(int file, int id) throws MalformedFileException {
    int code = (file == 0 ? training : test).code(id);
    if (code < 0) {
      throw new MalformedFileException(
          column + "s.arrow", "no row " + id + ", which the ratings have as a code");
    }
    return code;
  }

  /// Writes the dictionary of the common codes.
  void write(Path path) throws IOException {
    IdType type = training.ids.type() == IdType.UTF8 ? IdType.UTF8 : IdType.INT64;
    try (ArrowFileWriter writer =
        ArrowFileWriter.create(path, Schemas.dictionary(column, type), Map.of())) {
      if (type == IdType.UTF8) {
        String[] ids = new String[size];
        for (Side side : new Side[] {training, test}) {
          for (int i = 0; i < side.codes.length; i++) {
            ids[side.codes[i]] = side.ids.id(i).toString();
          }
        }
        Buffers.Text column = Buffers.text(Arrays.asList(ids));
        writer.writeBatch(size, column.offsets(), column.data());
      } else {
        long[] ids = new long[size];
        for (Side side : new Side[] {training, test}) {
          for (int i = 0; i < side.codes.length; i++) {
            ids[side.codes[i]] = ((NumberTable) side.ids).number(i);
          }
        }
        writer.writeBatch(size, Buffers.of(ids, size));
      }
    }
  }
}
