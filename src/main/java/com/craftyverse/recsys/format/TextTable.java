package com.craftyverse.recsys.format;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.Texts;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// A table of texts.
record TextTable(Texts ids) implements IdTable {
  static TextTable read(ArrowFile file, String column) throws MalformedFileException {
    Texts ids = Texts.read(file, column);
    for (int row = 0; row < ids.size(); row++) {
      if (ids.bytes(row) < 1 || ids.bytes(row) > Id.MAX_BYTES) {
        throw file.malformed(
            "row "
                + row
                + ": "
                + column
                + " has "
                + ids.bytes(row)
                + " bytes, expected 1 to "
                + Id.MAX_BYTES);
      }
    }
    return new TextTable(ids);
  }

  @Override
  public IdType type() {
    return IdType.UTF8;
  }

  @Override
  public int size() {
    return ids.size();
  }

  @Override
  public Id id(int index) {
    return Id.of(ids.get(index));
  }

  @Override
  public int indexOf(Id id) {
    byte[] text = id.utf8();
    int low = 0;
    int high = ids.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = ids.compare(middle, text);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  @Override
  public Id convert(Id id) {
    return id.isText() ? id : Id.of(id.toString());
  }

  @Override
  public IdTable select(int[] indices) {
    return new TextTable(ids.select(indices));
  }

  @Override
  public List<MemorySegment> buffers(int from, int to) {
    Buffers.Text column = ids.buffers(from, to);
    return List.of(column.offsets(), column.data());
  }

  @Override
  public int firstDescent() {
    int row = 1;
    while (row < ids.size() && ids.compare(row - 1, ids, row) < 0) {
      row++;
    }
    return row;
  }

  @Override
  public int compare(int index, IdTable other, int otherIndex) {
    return ids.compare(index, ((TextTable) other).ids, otherIndex);
  }
}
