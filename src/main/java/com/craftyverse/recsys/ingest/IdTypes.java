package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.IdType;
import org.jspecify.annotations.Nullable;

/// The types of ids that a request declares: `int32`, `int64` or `utf8`.
///
/// @param user the type of user ids; found in the data by default
/// @param item the type of item ids; found in the data by default
public record IdTypes(@Nullable IdType user, @Nullable IdType item) {
  static final IdTypes UNDECLARED = new IdTypes(null, null);
}
