package com.craftyverse.recsys.ingest;

import com.fasterxml.jackson.databind.node.ObjectNode;

/// What an upload's `settings.json` says about the later steps. Whoever runs the pipeline passes each part to its step
/// as the field `settings`.
///
/// @param split fields of `split`'s request; none by default
/// @param index fields of `index`'s request
/// @param train fields of `train`'s request
/// @param evaluate fields of `evaluate`'s request
public record StepSettings(
    ObjectNode split, ObjectNode index, ObjectNode train, ObjectNode evaluate) {}
