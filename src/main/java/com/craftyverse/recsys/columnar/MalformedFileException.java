package com.craftyverse.recsys.columnar;

import java.io.IOException;

/// A file is not the Arrow file that it should be: damaged, truncated, or of another shape. The
/// message names the file, the place and what was found.
public final class MalformedFileException extends IOException {
  /// @param file the file's name, as the reader was told it
  /// @param problem what was found and what was expected
  public MalformedFileException(String file, String problem) {
    super(file + ": " + problem);
  }
}
