package com.craftyverse.recsys.format;

import org.jspecify.annotations.Nullable;

/// A table of numbers.
public sealed interface NumberTable extends IdTable permits Int32Table, Int64Table {
  /// Returns the number at an index.
  long number(int index);

  /// Returns the index of a number, negative if the table does not have it.
  int indexOf(long number);

  /// Returns the first index whose number is at least `number`; the size if there is none.
  default int firstFrom(long number) {
    int low = 0;
    int high = size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (number(middle) < number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  @Override
  default Id id(int index) {
    return Id.of(number(index));
  }

  @Override
  default int indexOf(Id id) {
    Long number = id.number();
    return number == null ? -1 : indexOf(number);
  }

  @Override
  default @Nullable Id convert(Id id) {
    if (!id.isText()) {
      return id;
    }
    Long number = id.number();
    return number == null ? null : Id.of(number);
  }

  @Override
  default int firstDescent() {
    int row = 1;
    while (row < size() && number(row) > number(row - 1)) {
      row++;
    }
    return row;
  }

  @Override
  default int compare(int index, IdTable other, int otherIndex) {
    return Long.compare(number(index), ((NumberTable) other).number(otherIndex));
  }
}
