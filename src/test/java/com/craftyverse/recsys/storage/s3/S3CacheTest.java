package com.craftyverse.recsys.storage.s3;

import static com.craftyverse.recsys.storage.ObjectStoreContract.assertBytes;
import static com.craftyverse.recsys.storage.ObjectStoreContract.content;
import static com.craftyverse.recsys.storage.ObjectStoreContract.race;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.ObjectInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3CacheTest {
  private static final int SIZE = 1000;

  @TempDir private Path temp;
  private final AtomicInteger downloads = new AtomicInteger();
  private final AtomicLong free = new AtomicLong(Long.MAX_VALUE);
  private S3TempDirectory directory;
  private S3Cache cache;

  /// The cache has room for two and a half objects.
  @BeforeEach
  void open() throws IOException {
    directory = new S3TempDirectory(temp);
    cache = new S3Cache("s3://bucket", directory, 2 * SIZE + SIZE / 2, where -> free.get());
  }

  @AfterEach
  void close() throws IOException {
    cache.close();
    directory.close();
    assertThat(temp).isEmptyDirectory();
  }

  private static ObjectInfo object(String key) {
    return new ObjectInfo(key, SIZE, "etag", Instant.EPOCH);
  }

  private FetchedObject fetch(String key) throws IOException {
    return cache.fetch(
        object(key),
        file -> {
          downloads.incrementAndGet();
          Files.write(file, content(SIZE, key.hashCode()));
        });
  }

  private void fetchAndRelease(String key) throws IOException {
    try (FetchedObject fetched = fetch(key)) {
      assertBytes(Files.readAllBytes(fetched.path()), content(SIZE, key.hashCode()));
    }
  }

  private List<Path> files() throws IOException {
    return S3TestServer.tempFiles(temp);
  }

  @Test
  void sameVersion_isDownloadedOnce() throws IOException {
    fetchAndRelease("a");
    fetchAndRelease("a");

    assertThat(downloads).hasValue(1);
  }

  @Test
  void otherVersion_isDownloadedAnew() throws IOException {
    fetchAndRelease("a");
    try (FetchedObject other =
        cache.fetch(
            new ObjectInfo("a", SIZE, "other", Instant.EPOCH),
            file -> Files.writeString(file, "other"))) {
      assertThat(other.path()).hasContent("other");
    }
    assertThat(files()).hasSize(2);
  }

  @Test
  void leastRecentlyUsed_isEvictedFirst() throws IOException {
    fetchAndRelease("a");
    fetchAndRelease("b");
    fetchAndRelease("a");
    fetchAndRelease("c"); // evicts b

    assertThat(files()).hasSize(2);
    fetchAndRelease("a");
    fetchAndRelease("c");
    assertThat(downloads).hasValue(3);
    fetchAndRelease("b");
    assertThat(downloads).hasValue(4);
  }

  @Test
  void fileInUse_isNotEvicted() throws IOException {
    try (FetchedObject a = fetch("a");
        FetchedObject b = fetch("b");
        FetchedObject c = fetch("c")) {
      assertThat(files()).contains(a.path(), b.path(), c.path());
    }

    assertThat(files()).as("down to the limit again").hasSize(2);
  }

  @Test
  void largerThanTheCache_isFetchedAndNotKept() throws IOException {
    ObjectInfo large = new ObjectInfo("large", 3 * SIZE, "etag", Instant.EPOCH);
    try (FetchedObject fetched =
        cache.fetch(large, file -> Files.write(file, content(3 * SIZE, 1)))) {
      assertBytes(Files.readAllBytes(fetched.path()), content(3 * SIZE, 1));
    }

    assertThat(files()).isEmpty();
  }

  @Test
  void manyThreads_waitForOneDownload() throws Exception {
    CountDownLatch allAsked = new CountDownLatch(8);
    List<Path> paths =
        race(
            8,
            thread -> {
              allAsked.countDown();
              try (FetchedObject fetched =
                  cache.fetch(
                      object("a"),
                      file -> {
                        downloads.incrementAndGet();
                        await(allAsked);
                        Files.write(file, content(SIZE, 1));
                      })) {
                assertBytes(Files.readAllBytes(fetched.path()), content(SIZE, 1));
                return fetched.path();
              }
            });

    assertThat(downloads).hasValue(1);
    assertThat(paths.stream().distinct()).hasSize(1);
  }

  /// A thread that waited for someone else's failed download retries it itself.
  @Test
  void failedDownload_failsOnlyItsOwnCaller() throws Exception {
    CountDownLatch bothAsked = new CountDownLatch(2);
    List<String> results =
        race(
            2,
            thread -> {
              bothAsked.countDown();
              try (FetchedObject _ =
                  cache.fetch(
                      object("a"),
                      file -> {
                        await(bothAsked);
                        if (downloads.incrementAndGet() == 1) {
                          throw new IOException("first one fails");
                        }
                      })) {
                return "fine";
              } catch (IOException e) {
                return e.toString();
              }
            });

    assertThat(results).containsExactlyInAnyOrder("java.io.IOException: first one fails", "fine");
    assertThat(files()).hasSize(1);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }

  @Test
  void fullDisk_isNoticedBeforeTheDownload() throws IOException {
    free.set(SIZE - 1);

    assertThatThrownBy(() -> fetch("x/y"))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "not enough disk space to fetch s3://bucket/x/y: needs 1,000 bytes in "
                + directory.path()
                + ", 999 are free");
    assertThat(downloads).hasValue(0);
    assertThat(files()).isEmpty();
  }

  @Test
  void fullDisk_evictsUnusedFiles() throws IOException {
    S3Cache large =
        new S3Cache(
            "s3://bucket", directory, 10 * SIZE, where -> files().size() < 2 ? SIZE : SIZE - 1);
    for (String key : List.of("a", "b", "c")) { // c only fits after a and b are evicted
      try (FetchedObject fetched =
          large.fetch(object(key), file -> Files.write(file, new byte[SIZE]))) {
        assertThat(fetched.path()).exists();
      }
    }

    assertThat(files()).hasSize(1);
  }

  @Test
  void closedCache_fetchesNothing() {
    cache.close();

    assertThatThrownBy(() -> fetch("a")).hasMessage("the store s3://bucket is closed");
  }

  @Test
  void directory_isCreatedOnFirstUse_andNotAfterClose() throws IOException {
    assertThat(temp).isEmptyDirectory();
    Path file = directory.newFile();
    assertThat(file).exists().hasParent(directory.path());
    directory.close();
    assertThat(temp).isEmptyDirectory();
    assertThatThrownBy(() -> directory.newFile())
        .hasMessage("the directory for temporary files in " + temp + " is closed");
  }

  @Test
  void onlyDirectoriesOfDeadProcesses_areDeleted() throws IOException {
    Path abandoned = Files.createDirectory(temp.resolve("recsys-s3-dead"));
    Files.createFile(abandoned.resolve("lock"));
    Files.createFile(abandoned.resolve("object-1.part"));
    Path lockless = Files.createDirectory(temp.resolve("recsys-s3-lockless"));
    Path recent = Files.createDirectory(temp.resolve("recsys-s3-young"));
    Path other = Files.createDirectory(temp.resolve("other"));
    FileTime anHourAgo = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
    for (Path old : List.of(abandoned, lockless, other, directory.path())) {
      Files.setLastModifiedTime(old, anHourAgo);
    }

    try (S3TempDirectory opened = new S3TempDirectory(temp)) {
      assertThat(opened.path()).exists();
      assertThat(abandoned).doesNotExist();
      assertThat(lockless).doesNotExist();
      assertThat(recent).exists();
      assertThat(other).exists();
      assertThat(directory.path()).as("in use").exists();
    }
    Files.delete(recent);
    Files.delete(other);
  }

  @Test
  void linksAmongTheDirectories_areNotFollowed() throws IOException {
    Path elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
    Path outside = Files.createFile(elsewhere.resolve("precious"));
    Path link = Files.createSymbolicLink(temp.resolve("recsys-s3-link"), elsewhere);
    Path abandoned = Files.createDirectory(temp.resolve("recsys-s3-dead"));
    Files.createSymbolicLink(abandoned.resolve("inner"), elsewhere);
    FileTime anHourAgo = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
    Files.setLastModifiedTime(elsewhere, anHourAgo);
    Files.setLastModifiedTime(abandoned, anHourAgo);

    try (S3TempDirectory opened = new S3TempDirectory(temp)) {
      assertThat(opened.path()).exists();
      assertThat(outside).exists();
      assertThat(link).exists();
      assertThat(abandoned).doesNotExist();
    }
    Files.delete(link);
    Files.delete(outside);
    Files.delete(elsewhere);
  }
}
