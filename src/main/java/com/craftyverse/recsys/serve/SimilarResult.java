package com.craftyverse.recsys.serve;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The movies nearest to a movie.
///
/// @param dataset the dataset whose model answered
/// @param model the model's id
/// @param movieId the movie
/// @param title its title, null when it is not known
/// @param candidates how many movies passed the filters
/// @param similar the nearest of them, the nearest first, equals by movie id
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SimilarResult(
    String dataset,
    String model,
    int movieId,
    @Nullable String title,
    int candidates,
    List<Similar> similar) {

  /// A movie that is near.
  ///
  /// @param movieId the movie
  /// @param title its title, null when it is not known
  /// @param year its year, null when it is not known
  /// @param genres its genres
  /// @param similarity the cosine of the angle between the two movies' factors, -1 to 1
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Similar(
      int movieId,
      @Nullable String title,
      @Nullable Integer year,
      List<String> genres,
      float similarity) {}
}
