package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Counts what is read, up to a limit: a few kilobytes can inflate to a full disk. The count may be
/// asked for by another thread.
final class LimitedInputStream extends FilterInputStream {
  private final String file;
  private final long most;
  private volatile long count;

  /// @param file what the error calls it
  /// @param most the most bytes that may be read
  LimitedInputStream(InputStream in, String file, long most) {
    super(in);
    this.file = file;
    this.most = most;
  }

  /// Bytes read so far.
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

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread reads; others only look on
  private void count(int read) {
    count += read;
    if (count > most) {
      throw RequestException.unprocessable(
          file + " has more than " + most + " bytes, the most that are read");
    }
  }
}
