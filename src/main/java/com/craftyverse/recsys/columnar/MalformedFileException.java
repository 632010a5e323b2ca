package com.craftyverse.recsys.columnar;

import java.io.IOException;

/// Thrown when a file is not a valid Arrow file or does not have the expected columns: damaged, truncated,
/// or of another shape. The message names the file, the place and what was found.
public final class MalformedFileException extends IOException {
  /// @param file the file name given to the reader
  /// @param problem what was found and what was expected
  public MalformedFileException(String file, String problem) {
    super(file + ": " + problem);
  }
}
