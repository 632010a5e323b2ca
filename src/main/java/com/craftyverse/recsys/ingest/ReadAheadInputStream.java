package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/// A stream that reads another one a few megabytes ahead on its own thread, so that inflating and parsing
/// overlap. It rethrows the other stream's exception after the bytes that precede it.
final class ReadAheadInputStream extends InputStream {
  private static final int CHUNK_BYTES = 1 << 21;
  private static final int CHUNKS = 4;

  /// @param length 0 at the end of the stream
  private record Chunk(byte[] bytes, int length, @Nullable Throwable failure) {}

  private final InputStream source;
  private final CpuPermits permits;
  private final ArrayBlockingQueue<Chunk> filledChunks = new ArrayBlockingQueue<>(CHUNKS);
  private final ArrayBlockingQueue<byte[]> freeBuffers = new ArrayBlockingQueue<>(CHUNKS);
  private final Thread thread;
  private @Nullable Chunk current;
  private int position;

  /// @param source the stream to read; [#close] closes it
  /// @param permits the reader of this stream must hold one; it is released while the reader waits
  ReadAheadInputStream(InputStream source, CpuPermits permits) {
    this.source = source;
    this.permits = permits;
    thread = Thread.ofPlatform().daemon().name("ingest-read-ahead").start(this::readAhead);
  }

  private void readAhead() {
    byte[] bytes = new byte[0];
    int allocated = 0;
    try {
      int length;
      do {
        // A small file needs only one chunk.
        boolean more = freeBuffers.isEmpty() && allocated < CHUNKS - 1;
        bytes = more ? new byte[CHUNK_BYTES] : freeBuffers.take();
        allocated += more ? 1 : 0;
        length = source.readNBytes(bytes, 0, bytes.length);
        filledChunks.put(new Chunk(bytes, length, null));
      } while (length > 0);
    } catch (InterruptedException e) {
      // closed early
    } catch (IOException | RuntimeException | Error e) {
      // The queue has room: this thread's chunk is not in it.
      filledChunks.add(new Chunk(bytes, 0, e));
    }
  }

  @Override
  public int read() throws IOException {
    Chunk chunk = chunk();
    return chunk.length == 0 ? -1 : chunk.bytes[position++] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    Chunk chunk = chunk();
    if (chunk.length == 0) {
      return -1;
    }
    int count = Math.min(length, chunk.length - position);
    System.arraycopy(chunk.bytes, position, buffer, offset, count);
    position += count;
    return count;
  }

  /// Returns the chunk with the next byte.
  private Chunk chunk() throws IOException {
    Chunk chunk = current;
    if (chunk == null || (position == chunk.length && chunk.length > 0)) {
      if (chunk != null) {
        freeBuffers.add(chunk.bytes);
      }
      permits.release();
      try {
        chunk = filledChunks.take();
      } catch (InterruptedException e) {
        throw Threads.interrupted("reading");
      } finally {
        permits.acquire();
      }
      current = chunk;
      position = 0;
    }
    switch (chunk.failure) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IOException(chunk.failure);
    }
    return chunk;
  }

  /// Stops the thread and closes the source.
  @Override
  public void close() throws IOException {
    thread.interrupt();
    Threads.join(thread);
    source.close();
  }
}
