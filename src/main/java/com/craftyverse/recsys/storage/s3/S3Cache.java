package com.craftyverse.recsys.storage.s3;

import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.ObjectInfo;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A cache of fetched objects as files, by key and ETag.
///
/// Concurrent requests for an object share one download. When the total size would exceed the limit or the
/// disk is full, the cache evicts the least recently used files. It never evicts a file in use.
final class S3Cache {
  private record ObjectVersion(String key, String etag) {}

  private static final class Entry {
    final Path file;
    final long size;
    int references = 1;
    boolean downloading = true;

    Entry(Path file, long size) {
      this.file = file;
      this.size = size;
    }
  }

  /// Fills a file with an object's content.
  @FunctionalInterface
  interface Download {
    void writeTo(Path file) throws IOException;
  }

  private final String location;
  private final S3TempDirectory directory;
  private final long limit;
  private final S3Options.FreeSpace freeSpace;

  /// In least-recently-used order.
  private final Map<ObjectVersion, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

  private boolean closed;

  /// Creates an empty cache.
  ///
  /// @param location the store's location, for messages
  S3Cache(String location, S3TempDirectory directory, long limit, S3Options.FreeSpace freeSpace) {
    this.location = location;
    this.directory = directory;
    this.limit = limit;
    this.freeSpace = freeSpace;
  }

  /// Returns this version of the object as a file. Downloads it if it is not cached.
  FetchedObject fetch(ObjectInfo object, Download download) throws IOException {
    ObjectVersion version = new ObjectVersion(object.key(), object.etag());
    Entry entry;
    boolean startsDownload = false;
    synchronized (this) {
      entry = awaitDownload(version);
      if (entry == null) {
        startsDownload = true;
        ensureSpace(object);
        entry = new Entry(directory.newFile(), object.size());
        entries.put(version, entry);
      } else {
        entry.references++;
      }
    }
    if (startsDownload) {
      boolean complete = false;
      try {
        download.writeTo(entry.file);
        complete = true;
      } finally {
        finish(version, entry, complete);
      }
    }
    Entry fetched = entry;
    return new FetchedObject(object, entry.file, () -> release(fetched));
  }

  /// Closes the cache. Every later fetch fails.
  synchronized void close() {
    closed = true;
    entries.clear();
    notifyAll();
  }

  private @Nullable Entry awaitDownload(ObjectVersion version) throws IOException {
    while (true) {
      if (closed) {
        throw new IOException("the store " + location + " is closed");
      }
      Entry entry = entries.get(version);
      if (entry == null || !entry.downloading) {
        return entry;
      }
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException(
            "interrupted while waiting for " + location + "/" + version.key);
      }
    }
  }

  private synchronized void finish(ObjectVersion version, Entry entry, boolean complete)
      throws IOException {
    entry.downloading = false;
    notifyAll();
    if (!complete) {
      entries.remove(version, entry);
      Files.deleteIfExists(entry.file);
    }
  }

  private synchronized void release(Entry entry) throws IOException {
    entry.references--;
    evict(limit);
  }

  private void ensureSpace(ObjectInfo object) throws IOException {
    evict(limit - object.size());
    long needed = object.size() + totalSize(true);
    if (freeSpace.in(directory.path()) < needed) {
      evict(0);
      long free = freeSpace.in(directory.path());
      if (free < needed) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "not enough disk space to fetch %s/%s: needs %,d bytes in %s%s, %,d are free",
                location,
                object.key(),
                needed,
                directory.path(),
                needed > object.size() ? " (including other downloads in progress)" : "",
                free));
      }
    }
  }

  /// Deletes unused files, least recently used first, until the total is at most `limit` bytes.
  private void evict(long limit) throws IOException {
    long sum = totalSize(false);
    Iterator<Entry> oldestFirst = entries.values().iterator();
    while (sum > limit && oldestFirst.hasNext()) {
      Entry entry = oldestFirst.next();
      if (entry.references == 0) {
        oldestFirst.remove();
        Files.deleteIfExists(entry.file);
        sum -= entry.size;
      }
    }
  }

  private long totalSize(boolean downloadingOnly) {
    long sum = 0;
    for (Entry entry : entries.values()) {
      if (entry.downloading || !downloadingOnly) {
        sum += entry.size;
      }
    }
    return sum;
  }
}
