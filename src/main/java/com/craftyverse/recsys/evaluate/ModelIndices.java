package com.craftyverse.recsys.evaluate;

import com.craftyverse.recsys.format.IdTable;
import com.craftyverse.recsys.format.NumberTable;
import org.jspecify.annotations.Nullable;

/// Finds the model's index of a user or an item in the sets of a split.
@FunctionalInterface
interface ModelIndices {
  /// Returns the model's index, or [HeldOutRatings#UNKNOWN].
  ///
  /// @param code the id in the sets: a code of the dictionary, or the id itself without one
  int of(int code);

  /// @param dictionary the ids of the codes; null if the sets carry the ids themselves
  /// @param ids the model's ids
  static ModelIndices of(@Nullable IdTable dictionary, IdTable ids) {
    if (dictionary == null) {
      return ids instanceof NumberTable numbers
          ? code -> Math.max(HeldOutRatings.UNKNOWN, numbers.indexOf(code))
          : _ -> HeldOutRatings.UNKNOWN;
    }
    int[] indices = dictionary.indicesIn(ids);
    return code -> code >= 0 && code < indices.length ? indices[code] : HeldOutRatings.UNKNOWN;
  }
}
