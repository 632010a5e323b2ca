package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// A stream that counts the bytes read and enforces a limit, because a few kilobytes can inflate to a full
/// disk. Other threads may read the count.
final class LimitedInputStream extends FilterInputStream {
  private final String file;
  private final long limit;
  private volatile long count;

  /// @param file the file's name in the error message
  /// @param limit the maximum number of bytes
  LimitedInputStream(InputStream in, String file, long limit) {
    super(in);
    this.file = file;
    this.limit = limit;
  }

  /// Returns the number of bytes read so far.
  long count() {
    return count;
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    count(value >= 0 ? 1 : 0);
    return value;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int read = super.read(buffer, offset, length);
    count(Math.max(0, read));
    return read;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread updates it; others only read it
  private void count(int read) {
    count += read;
    if (count > limit) {
      throw RequestException.unprocessable(file + " has more than " + limit + " bytes, the limit");
    }
  }
}
