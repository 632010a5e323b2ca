package com.craftyverse.recsys.step;

/// A request to a step that takes settings: the fields of the object `settings` stand in for those that the
/// request itself leaves out. So whoever runs a pipeline can pass on what an upload's `settings.json` says about a
/// step, besides what the pipeline itself has to say.
public interface StepRequest extends Request {
  /// The field with the settings.
  String SETTINGS = "settings";
}
