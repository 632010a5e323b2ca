package com.craftyverse.recsys.local;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The state of a local server.
///
/// @param store the location of its store
/// @param watching whether files that appear below `raw/` are taken by themselves
/// @param sample the file name of the sample that `submit` can take, if there is one
/// @param runs the runs of the pipeline, latest first
@JsonInclude(JsonInclude.Include.NON_NULL)
record ServerState(String store, boolean watching, @Nullable String sample, List<Run> runs) {}
