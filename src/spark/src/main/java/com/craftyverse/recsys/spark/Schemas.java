package com.craftyverse.recsys.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Row;

/// The columns of the files that this job writes, and how rows are packed into them. The pipeline's class of
/// the same name has the same columns.
final class Schemas {
  /// Users in a batch of `seen.arrow`. Small batches make one user's history a short range read.
  private static final int SEEN_BATCH_USERS = 32;

  /// Users or items in other batches, which limits the memory of a batch.
  static final int BATCH_ROWS = 1 << 14;

  static final List<Column> RATINGS =
      List.of(
          Column.int32("userId"),
          Column.int32("itemId"),
          Column.float32("rating"),
          Column.int64("timestamp"));

  static final List<Column> INDEXED_RATINGS =
      List.of(Column.int32("user"), Column.int32("item"), Column.float32("rating"));

  static final List<Column> SEEN =
      List.of(
          Column.list(
              "ratings",
              Column.struct(
                  "item",
                  Column.int32("item"),
                  Column.float32("rating"),
                  Column.int64("timestamp"))));

  private Schemas() {}

  /// A packer of rows, each of which begins with the number of its part.
  private abstract static class RowPacker implements ArrowParts.Packer<Row> {
    private final int batchRows;

    RowPacker(int batchRows) {
      this.batchRows = batchRows;
    }

    @Override
    public int part(Row row) {
      return row.getInt(0);
    }

    @Override
    public void pack(Iterator<Row> rows, Batch batch, ArrowParts.Flush flush) throws IOException {
      while (rows.hasNext()) {
        add(rows.next(), batch);
        batch.endRow();
        if (batch.rows() == batchRows) {
          flush.flush();
        }
      }
      flush.flush();
    }

    abstract void add(Row row, Batch batch);
  }

  /// Packs `part, user, item, rating[, time]`.
  static ArrowParts.Packer<Row> ratings(boolean withTimes) {
    return new RowPacker(1 << 16) {
      @Override
      void add(Row row, Batch batch) {
        batch.column(0).add(row.getInt(1));
        batch.column(1).add(row.getInt(2));
        batch.column(2).add(row.getFloat(3));
        if (withTimes) {
          batch.column(3).add(row.getLong(4));
        }
      }
    };
  }

  /// Packs the training ratings into `seen.arrow`.
  static final class SeenPacker implements ArrowParts.Packer<UserRatings> {
    @Override
    public int part(UserRatings row) {
      return row.part();
    }

    @Override
    public void pack(Iterator<UserRatings> users, Batch batch, ArrowParts.Flush flush)
        throws IOException {
      while (users.hasNext()) {
        UserRatings user = users.next();
        Batch.Values list = batch.column(0);
        Batch.Values record = list.child(0);
        for (int i = 0; i < user.count(); i++) {
          record.child(0).add(user.items()[i]);
          record.child(1).add(user.ratings()[i]);
          record.child(2).add(user.times()[i]);
          record.end();
        }
        list.end();
        batch.endRow();
        if (batch.rows() == SEEN_BATCH_USERS) {
          flush.flush();
        }
      }
      flush.flush();
    }
  }

  /// Packs the training ratings into `train.arrow`.
  static final class TrainPacker implements ArrowParts.Packer<UserRatings> {
    private static final int BATCH_RATINGS = 1 << 16;

    @Override
    public int part(UserRatings row) {
      return row.part();
    }

    @Override
    public void pack(Iterator<UserRatings> users, Batch batch, ArrowParts.Flush flush)
        throws IOException {
      while (users.hasNext()) {
        UserRatings user = users.next();
        for (int i = 0; i < user.count(); i++) {
          batch.column(0).add(user.user());
          batch.column(1).add(user.items()[i]);
          batch.column(2).add(user.ratings()[i]);
          batch.endRow();
        }
        if (batch.rows() >= BATCH_RATINGS) {
          flush.flush();
        }
      }
      flush.flush();
    }
  }

  /// Returns the columns of a dictionary: `userIds.arrow` or `itemIds.arrow`.
  static List<Column> dictionary(String name, IdKind kind) {
    return List.of(kind.column(name));
  }

  /// Packs `part, id, …` into a dictionary.
  static ArrowParts.Packer<Row> dictionaryPacker(IdKind kind) {
    return new RowPacker(BATCH_ROWS) {
      @Override
      void add(Row row, Batch batch) {
        addId(kind, row, 1, batch);
      }
    };
  }

  /// Returns the columns of a model's `users.arrow`.
  static List<Column> users(IdKind kind, int factors, int rankingFactors) {
    return List.of(
        kind.column("userId"),
        Column.vector("vector", factors),
        Column.float32("bias"),
        Column.vector("rankingVector", rankingFactors));
  }

  /// Returns the columns of a model's `items.arrow`.
  static List<Column> items(IdKind kind, int factors, int rankingFactors) {
    List<Column> columns = new ArrayList<>();
    columns.add(kind.column("itemId"));
    columns.add(Column.vector("vector", factors));
    columns.add(Column.float32("bias"));
    columns.add(Column.vector("rankingVector", rankingFactors));
    columns.add(Column.utf8("title"));
    columns.add(Column.list("genres", Column.utf8("item")));
    columns.add(Column.int32("year"));
    columns.add(Column.int32("ratings"));
    columns.add(Column.int32("recentRatings"));
    return columns;
  }

  /// Packs `part, index, id, vector, bias, rankingVector` into a model's `users.arrow`, and
  /// `title, genres, year, ratings, recentRatings` as well into its `items.arrow`.
  static ArrowParts.Packer<Row> vectors(IdKind kind, boolean items) {
    return new RowPacker(BATCH_ROWS) {
      @Override
      void add(Row row, Batch batch) {
        addId(kind, row, 2, batch);
        addVector(row, 3, batch.column(1));
        batch.column(2).add(row.getFloat(4));
        addVector(row, 5, batch.column(3));
        if (items) {
          batch.column(4).add(row.isNullAt(6) ? "" : row.getString(6));
          if (!row.isNullAt(7)) {
            row.<String>getList(7).forEach(genre -> batch.column(5).child(0).add(genre));
          }
          batch.column(5).end();
          batch.column(6).add(row.isNullAt(8) ? 0 : row.getInt(8));
          batch.column(7).add((int) row.getLong(9));
          batch.column(8).add((int) row.getLong(10));
        }
      }
    };
  }

  private static void addId(IdKind kind, Row row, int at, Batch batch) {
    switch (kind) {
      case INT32 -> batch.column(0).add(((Number) row.get(at)).intValue());
      case INT64 -> batch.column(0).add(row.getLong(at));
      case UTF8 -> batch.column(0).add(row.getString(at));
    }
  }

  private static void addVector(Row row, int at, Batch.Values vector) {
    row.<Float>getList(at).forEach(value -> vector.child(0).add(value.floatValue()));
    vector.end();
  }
}
