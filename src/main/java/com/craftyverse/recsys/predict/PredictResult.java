package com.craftyverse.recsys.predict;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a user would rate some movies.
///
/// @param dataset the dataset whose model answered
/// @param model the model's id
/// @param userId the user
/// @param predictions one for each movie, in the order of the request
public record PredictResult(
    String dataset, String model, int userId, List<Prediction> predictions) {

  /// Where a prediction comes from.
  public enum Source {
    /// The model knows the user and the movie.
    model,
    /// It does not, and the prediction is the average that [Prediction#reason] explains.
    fallback
  }

  /// A predicted rating.
  ///
  /// @param movieId the movie
  /// @param title its title, null when the model does not know it
  /// @param rating within the scale of the training ratings
  /// @param source where the rating comes from
  /// @param reason why it is a fallback, null when it is not
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Prediction(
      int movieId, @Nullable String title, float rating, Source source, @Nullable String reason) {}
}
