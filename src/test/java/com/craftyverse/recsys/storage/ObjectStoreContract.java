package com.craftyverse.recsys.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.storage.ObjectStore.StoredObject;
import com.craftyverse.recsys.storage.s3.S3TestServer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The contract that every store must fulfil.
public abstract class ObjectStoreContract {
  private static final int SEVERAL_PARTS = 3 * S3TestServer.PART_BYTES + 17;

  private ObjectStore store;

  /// Opens a store without objects.
  protected abstract ObjectStore openEmpty() throws Exception;

  /// Returns the temporary files that currently exist.
  protected abstract List<Path> tempFiles() throws IOException;

  @BeforeEach
  void open() throws Exception {
    store = openEmpty();
  }

  @AfterEach
  void close() throws Exception {
    store.close();
  }

  @Test
  void absentObject_isNotFound() throws IOException {
    assertThat(store.find("a/b")).isEmpty();
    assertThat(store.list("a/")).isEmpty();
    assertThatThrownBy(() -> store.read("a/b"))
        .isInstanceOf(NoSuchObjectException.class)
        .hasMessage("no object 'a/b' in the store");
    assertThatThrownBy(() -> store.readRange("a/b", 0, 1))
        .isInstanceOf(NoSuchObjectException.class);
    assertThatThrownBy(() -> store.readRange("a/b", 0, 0))
        .isInstanceOf(NoSuchObjectException.class);
    assertThatThrownBy(() -> store.fetch("a/b")).isInstanceOf(NoSuchObjectException.class);
  }

  @Test
  void directoryOfObjects_isNotAnObject() throws IOException {
    store.put("a/b/c", bytes("x"));

    assertThat(store.find("a/b")).isEmpty();
    assertThatThrownBy(() -> store.read("a/b")).isInstanceOf(NoSuchObjectException.class);
    assertThatThrownBy(() -> store.fetch("a/b")).isInstanceOf(NoSuchObjectException.class);
  }

  @Test
  void putObject_isReadBackUnchanged() throws IOException {
    store.put("a/b.json", bytes("{\"x\": 1}"));

    ObjectInfo info = store.find("a/b.json").orElseThrow();
    assertThat(info.key()).isEqualTo("a/b.json");
    assertThat(info.size()).isEqualTo(8);
    assertThat(info.lastModified()).isAfter("2020-01-01T00:00:00Z");
    StoredObject read = store.read("a/b.json");
    assertThat(read.content()).isEqualTo(bytes("{\"x\": 1}"));
    assertThat(read.etag()).isEqualTo(info.etag());
    assertThat(store.list("a/").getFirst().etag()).isEqualTo(info.etag());
    try (FetchedObject fetched = store.fetch("a/b.json")) {
      assertThat(fetched.info().etag()).isEqualTo(info.etag());
      assertThat(fetched.path()).hasBinaryContent(bytes("{\"x\": 1}"));
    }
  }

  @Test
  void move_replacesTheTarget_andLeavesNothingBehind() throws IOException {
    byte[] content = new byte[SEVERAL_PARTS];
    new Random(1).nextBytes(content);
    Path file = store.newTempFile();
    Files.write(file, content);
    store.put("in/a file", file);
    store.put("out/b", bytes("earlier"));
    String earlier = store.find("out/b").orElseThrow().etag();

    store.move("in/a file", "out/b");

    assertThat(store.read("out/b").content()).isEqualTo(content);
    assertThat(store.find("out/b").orElseThrow().etag()).isNotEqualTo(earlier);
    assertThat(keys("")).containsExactly("out/b");
    assertThatThrownBy(() -> store.move("in/a file", "out/b"))
        .isInstanceOf(NoSuchObjectException.class)
        .hasMessage("no object 'in/a file' in the store");
    assertThat(store.read("out/b").content()).isEqualTo(content);
  }

  @Test
  void etag_changesWithContent() throws IOException {
    List<String> etags = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      store.put("a", bytes("version " + (char) ('a' + i)));
      etags.add(store.find("a").orElseThrow().etag());
    }

    assertThat(etags).doesNotHaveDuplicates();
  }

  @Test
  void list_isOrderedAndKeepsToPrefix() throws IOException {
    for (String key : List.of("m/b/2", "m/b/10", "m/a/1", "m/ab", "n", "m.json", "m/B")) {
      store.put(key, bytes(key));
    }

    assertThat(keys("m/")).containsExactly("m/B", "m/a/1", "m/ab", "m/b/10", "m/b/2");
    assertThat(keys("m/b")).containsExactly("m/b/10", "m/b/2");
    assertThat(keys("m/a")).containsExactly("m/a/1", "m/ab");
    assertThat(keys("m")).containsExactly("m.json", "m/B", "m/a/1", "m/ab", "m/b/10", "m/b/2");
    assertThat(keys("m/b/1")).containsExactly("m/b/10");
    assertThat(keys("m/c")).isEmpty();
    assertThat(keys("x/y/")).isEmpty();
    assertThat(keys("")).hasSize(7).isSorted();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "raw/with space.zip",
        "raw/Zoë ☕ 映画 🎬.zip",
        "raw/a+b%2Fc&d=e?f#g;h@i,j~k'l(m)n!o$p*q:r.zip",
        "raw/%41.zip",
        "raw/..hidden..zip",
        "raw/<x>\"&amp;.zip",
        "a",
        ".a/.b",
        "raw/ leading and trailing "
      })
  void strangeKey_namesItsObject(String key) throws IOException {
    store.put(key, bytes(key));

    assertThat(store.find(key)).isPresent();
    assertThat(store.read(key).content()).isEqualTo(bytes(key));
    assertThat(keys("")).containsExactly(key);
    assertThat(keys(key)).containsExactly(key);
    try (FetchedObject fetched = store.fetch(key)) {
      assertThat(fetched.path()).hasBinaryContent(bytes(key));
    }
    assertThat(store.putIfAbsent(key, bytes("other"))).isFalse();
    assertThat(store.replace(key, bytes("other"), store.read(key).etag())).isTrue();
    store.put(key, fileWith(bytes("from a file")));
    assertThat(store.readRange(key, 5, 6)).isEqualTo(bytes("a file"));
    store.delete(key);
    assertThat(store.find(key)).isEmpty();
  }

  protected static Stream<String> invalidKeys() {
    return Stream.of(
        "",
        "/",
        "/etc/passwd",
        "C:/x",
        "..",
        "../x",
        "a/../../x",
        "a/..",
        "a/./b",
        ".",
        "a//b",
        "a/",
        "a\\b",
        "..\\x",
        "a\0b",
        "a\nb",
        "a\u001b[31mb",
        "a\u007fb",
        "a\u0085b",
        "x".repeat(1025),
        "ü".repeat(513));
  }

  @ParameterizedTest
  @MethodSource("invalidKeys")
  void invalidKey_isRefusedByEveryMethod(String key) throws IOException {
    Path file = fileWith(bytes("x"));

    assertInvalid(() -> store.find(key));
    assertInvalid(() -> store.read(key));
    assertInvalid(() -> store.readRange(key, 0, 1));
    assertInvalid(() -> store.fetch(key));
    assertInvalid(() -> store.putIfAbsent(key, bytes("x")));
    assertInvalid(() -> store.replace(key, bytes("x"), "etag"));
    assertInvalid(
        () -> {
          store.put(key, bytes("x"));
          return key;
        });
    assertInvalid(
        () -> {
          store.put(key, file);
          return key;
        });
    assertInvalid(
        () -> {
          store.delete(key);
          return key;
        });
    assertThat(store.list("")).isEmpty();
    assertThat(tempFiles()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "../", "a/../", "a\\", "a\0", "a\n", "a//", "C:/"})
  void invalidPrefix_isRefused(String prefix) {
    assertInvalid(() -> store.list(prefix));
  }

  private static void assertInvalid(Callable<?> call) {
    assertThatThrownBy(call::call)
        .isInstanceOf(InvalidKeyException.class)
        .message()
        .doesNotMatch("(?s).*\\p{Cntrl}.*");
  }

  @Test
  void putIfAbsent_writesOnlyTheFirst() throws IOException {
    assertThat(store.putIfAbsent("a/b", bytes("first"))).isTrue();
    assertThat(store.putIfAbsent("a/b", bytes("second"))).isFalse();
    assertThat(store.putIfAbsent("a/b", bytes("first"))).isFalse();

    assertThat(store.read("a/b").content()).isEqualTo(bytes("first"));
    assertThat(tempFiles()).isEmpty();
  }

  @Test
  protected void putIfAbsent_amongEightThreads_oneWins() throws Exception {
    for (int round = 0; round < 5; round++) {
      String key = "round/" + round;
      List<Boolean> winners = race(8, i -> store.putIfAbsent(key, bytes("thread " + i)));

      assertThat(winners.stream().filter(w -> w)).hasSize(1);
      assertThat(store.read(key).content()).isEqualTo(bytes("thread " + winners.indexOf(true)));
    }
    assertThat(tempFiles()).isEmpty();
  }

  @Test
  void replace_onlyReplacesThatVersion() throws IOException {
    assertThat(store.replace("a", bytes("x"), "0123456789abcdef")).isFalse();
    assertThat(store.find("a")).isEmpty();
    store.put("a", bytes("one"));
    String one = store.read("a").etag();

    assertThat(store.replace("a", bytes("two"), one)).isTrue();
    String two = store.read("a").etag();
    assertThat(store.replace("a", bytes("wrong"), one)).isFalse();
    assertThat(store.read("a").content()).isEqualTo(bytes("two"));
    assertThat(store.replace("a", bytes("three"), two)).isTrue();
    assertThat(store.read("a").content()).isEqualTo(bytes("three"));
    store.delete("a");
    assertThat(store.replace("a", bytes("gone"), two)).isFalse();
    assertThat(store.find("a")).isEmpty();
    assertThat(tempFiles()).isEmpty();
  }

  @Test
  protected void replace_amongEightThreads_oneWins() throws Exception {
    store.put("a", bytes("start"));
    for (int round = 0; round < 5; round++) {
      int number = round;
      String etag = store.read("a").etag();
      List<Boolean> winners =
          race(8, i -> store.replace("a", bytes("round " + number + " thread " + i), etag));

      assertThat(winners.stream().filter(w -> w)).hasSize(1);
      assertThat(store.read("a").content())
          .isEqualTo(bytes("round " + round + " thread " + winners.indexOf(true)));
    }
    assertThat(tempFiles()).isEmpty();
  }

  /// All values have the same length, so only the ETag can tell them apart.
  @Test
  protected void replace_asCounter_losesNoUpdate() throws Exception {
    store.put("counter", bytes("100"));
    List<Integer> attempts =
        race(
            4,
            thread -> {
              int done = 0;
              for (int attempt = 0; done < 10 && attempt < 1_000; attempt++) {
                StoredObject now = store.read("counter");
                int next = Integer.parseInt(new String(now.content(), UTF_8)) + 1;
                if (store.replace("counter", bytes(Integer.toString(next)), now.etag())) {
                  done++;
                }
              }
              return done;
            });

    assertThat(attempts).containsOnly(10);
    assertThat(store.read("counter").content()).isEqualTo(bytes("140"));
  }

  @Test
  void readRange_returnsExactlyThoseBytes() throws IOException {
    store.put("a", bytes("0123456789"));

    assertThat(store.readRange("a", 0, 10)).isEqualTo(bytes("0123456789"));
    assertThat(store.readRange("a", 3, 4)).isEqualTo(bytes("3456"));
    assertThat(store.readRange("a", 9, 1)).isEqualTo(bytes("9"));
    assertThat(store.readRange("a", 10, 0)).isEmpty();
    assertThat(store.readRange("a", 4, 0)).isEmpty();
  }

  @Test
  void readRange_pastTheEnd_isAnEof() throws IOException {
    store.put("a", bytes("0123456789"));
    store.put("empty", new byte[0]);

    assertThatThrownBy(() -> store.readRange("a", 5, 6))
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("a")
        .hasMessageContaining("5 to 11");
    assertThatThrownBy(() -> store.readRange("a", 10, 1)).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> store.readRange("a", 1L << 40, 1)).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> store.readRange("a", 11, 0)).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> store.readRange("empty", 0, 1)).isInstanceOf(EOFException.class);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        1,
        S3TestServer.PART_BYTES - 1,
        S3TestServer.PART_BYTES,
        S3TestServer.PART_BYTES + 1,
        2 * S3TestServer.PART_BYTES,
        SEVERAL_PARTS
      })
  void objectOfAnySize_isReadBackUnchanged(int size) throws IOException {
    byte[] content = content(size, 1);
    Path file = fileWith(content);
    store.put("a/b", file);

    assertThat(file).doesNotExist();
    assertThat(store.find("a/b").orElseThrow().size()).isEqualTo(size);
    assertBytes(store.read("a/b").content(), content);
    try (FetchedObject fetched = store.fetch("a/b")) {
      assertBytes(Files.readAllBytes(fetched.path()), content);
      assertThat(fetched.info().size()).isEqualTo(size);
    }
  }

  @Test
  void fetchedFile_survivesReplacementAndDeletion() throws IOException {
    byte[] first = content(SEVERAL_PARTS, 1);
    byte[] second = content(SEVERAL_PARTS, 2);
    store.put("a", fileWith(first));
    try (FetchedObject old = store.fetch("a")) {
      try (var reader = Files.newInputStream(old.path())) {
        int firstByte = reader.read();
        store.put("a", fileWith(second));
        try (FetchedObject fresh = store.fetch("a")) {
          assertBytes(Files.readAllBytes(fresh.path()), second);
          assertThat(fresh.info().etag()).isNotEqualTo(old.info().etag());
        }
        store.delete("a");

        byte[] rest = reader.readAllBytes();
        assertThat((byte) firstByte).isEqualTo(first[0]);
        assertBytes(rest, Arrays.copyOfRange(first, 1, first.length));
      }
    }
  }

  @Test
  void object_isAlwaysWholeWhileItIsReplaced() throws Exception {
    byte[][] versions = {content(SEVERAL_PARTS, 1), content(2 * SEVERAL_PARTS, 2)};
    store.put("a", fileWith(versions[0]));
    AtomicBoolean reading = new AtomicBoolean(true);
    try (ExecutorService writer = Executors.newSingleThreadExecutor()) {
      Future<?> writing =
          writer.submit(
              () -> {
                for (int i = 1; reading.get(); i++) {
                  store.put("a", fileWith(versions[i % 2]));
                }
                return null;
              });
      try {
        for (int i = 0; i < 20; i++) {
          assertIsOneOf(versions, store.read("a").content());
          try (FetchedObject fetched = store.fetch("a")) {
            assertIsOneOf(versions, Files.readAllBytes(fetched.path()));
          } catch (IOException e) {
            // Under this many writes a store may give up, but must never mix versions.
            assertThat(e).hasMessageContaining("changed while it was being read");
          }
        }
      } finally {
        reading.set(false);
      }
      writing.get();
    }
  }

  @Test
  void fetch_byManyThreads_givesAllTheSameContent() throws Exception {
    byte[] content = content(SEVERAL_PARTS, 3);
    store.put("a", fileWith(content));
    List<Boolean> same =
        race(
            8,
            i -> {
              try (FetchedObject fetched = store.fetch("a")) {
                return Arrays.equals(Files.readAllBytes(fetched.path()), content);
              }
            });

    assertThat(same).containsOnly(true);
  }

  @Test
  void delete_ofAnAbsentObject_doesNothing() throws IOException {
    store.put("a/b", bytes("x"));
    store.delete("a/b");
    store.delete("a/b");
    store.delete("never/was");

    assertThat(store.find("a/b")).isEmpty();
    assertThat(store.list("")).isEmpty();
    assertThat(store.putIfAbsent("a/b", bytes("y"))).isTrue();
  }

  @Test
  void newTempFile_isNotAnObject() throws IOException {
    Path file = fileWith(bytes("x"));

    assertThat(store.list("")).isEmpty();
    assertThat(tempFiles()).contains(file);
    store.put("a", file);
    assertThat(tempFiles()).doesNotContain(file);
  }

  private Path fileWith(byte[] content) throws IOException {
    Path file = store.newTempFile();
    Files.write(file, content);
    return file;
  }

  private List<String> keys(String prefix) throws IOException {
    return store.list(prefix).stream().map(ObjectInfo::key).toList();
  }

  /// Compares arrays without printing them.
  public static void assertBytes(byte[] actual, byte[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    assertThat(Arrays.mismatch(actual, expected)).as("first byte that differs").isEqualTo(-1);
  }

  private static void assertIsOneOf(byte[][] versions, byte[] actual) {
    assertThat(Arrays.stream(versions).anyMatch(version -> Arrays.equals(version, actual)))
        .as("%d bytes are one whole version", actual.length)
        .isTrue();
  }

  public static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /// Returns random bytes; two seeds differ in every part.
  public static byte[] content(int size, long seed) {
    byte[] content = new byte[size];
    new Random(seed).nextBytes(content);
    return content;
  }

  /// An action that several threads run at the same moment.
  public interface Racer<T> {
    T run(int thread) throws Exception;
  }

  public static <T> List<T> race(int threads, Racer<T> racer) throws Exception {
    CyclicBarrier start = new CyclicBarrier(threads);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Callable<T>> runners = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int thread = i;
        runners.add(
            () -> {
              start.await();
              return racer.run(thread);
            });
      }
      List<T> results = new ArrayList<>();
      for (Future<T> result : pool.invokeAll(runners)) {
        results.add(result.get());
      }
      return results;
    }
  }
}
