package com.craftyverse.recsys.batch;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.columnar.RecordBatches;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.model.ItemFactors;
import com.craftyverse.recsys.serve.RankBy;

/// The vectors and biases of a model's users, mapped. Thread-safe.
final class UserVectors {
  private final ArrowFile file;
  private final String column;
  private final int factors;
  private final boolean ofRatings;
  private final float mean;

  /// @param file the model's `users.arrow`; stays open as long as this is used
  /// @param rankedBy which of the user's vectors to take
  /// @throws MalformedFileException if the file does not match the card
  UserVectors(ArrowFile file, ModelCard card, RankBy rankedBy) throws MalformedFileException {
    file.require(
        Schemas.modelUsers(
            IdType.of(file, Schemas.USER_ID), card.factors(), card.rankingFactors()));
    if (file.rows() != card.users()) {
      throw file.malformed(file.rows() + " rows; model.json says " + card.users());
    }
    this.file = file;
    this.ofRatings = rankedBy == RankBy.rating;
    this.column = ofRatings ? "vector.item" : "rankingVector.item";
    this.factors = ofRatings ? card.factors() : card.rankingFactors();
    this.mean = card.globalMean();
  }

  /// Returns a user's vector in a new array.
  ///
  /// @throws MalformedFileException if a value is not a number of moderate size
  float[] vector(int row) throws MalformedFileException {
    RecordBatch batch = RecordBatches.at(file.batches(), row);
    float[] vector = new float[factors];
    batch.floats(column).copyTo((row - batch.firstRow()) * factors, vector, 0, factors);
    if (!ItemFactors.areValid(vector)) {
      throw file.malformed("row " + row + ": a factor is NaN, infinite or too large");
    }
    return vector;
  }

  /// Returns what all scores of a user have in common: in the rating model, the mean plus the
  /// user's bias.
  float base(int row) {
    if (!ofRatings) {
      return 0;
    }
    RecordBatch batch = RecordBatches.at(file.batches(), row);
    return mean + batch.floats("bias").get((int) (row - batch.firstRow()));
  }
}
