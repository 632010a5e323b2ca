package com.craftyverse.recsys.columnar;

import java.io.IOException;

/// Thrown when a file is damaged, truncated or of another shape than expected. The message names the file, the place
/// and what was found.
public final class MalformedFileException extends IOException {
  /// @param file the file's name, as it was given to the reader
  /// @param problem what was found and what was expected
  public MalformedFileException(String file, String problem) {
    super(file + ": " + problem);
  }
}
