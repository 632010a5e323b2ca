package com.craftyverse.recsys.serve;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The models in the store.
///
/// @param datasets the datasets with a model, by name; none before the first one is trained
public record ModelsResult(List<Dataset> datasets) {

  /// A dataset and the versions of its model.
  ///
  /// @param dataset the dataset
  /// @param model the id of the current model; null before the first publication
  /// @param problem why the current model is unknown, null if it is known
  /// @param versions models that were or can be published, the latest trained first. A model that was scored
  ///     and then retrained on all rows is left out, unless it was published itself: the retrained one
  ///     names it. The current model is always among them
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Dataset(
      String dataset,
      @Nullable String model,
      @Nullable String problem,
      List<ModelVersion> versions) {}
}
