package com.craftyverse.recsys.storage.s3;

import static com.craftyverse.recsys.storage.ObjectStoreContract.assertBytes;
import static com.craftyverse.recsys.storage.ObjectStoreContract.bytes;
import static com.craftyverse.recsys.storage.ObjectStoreContract.content;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.s3.FaultyProxy.Fault;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/// Faults between the store and S3: every result is correct or a clear error, and no files or uploads are
/// left behind.
class S3FaultsTest {
  private static final int SEVERAL_PARTS = 3 * S3TestServer.PART_BYTES + 17;
  private static final Predicate<String> GET = matching("GET ");
  private static final Predicate<String> PUT = matching("PUT ");
  private static final Predicate<String> PART = matching("PUT .*partNumber=");
  private static final Predicate<String> CREATE = matching("POST .*[?]uploads");
  private static final Predicate<String> COMPLETE = matching("POST .*uploadId=");
  private static final int FOREVER = Integer.MAX_VALUE;

  private static final Map<String, Fault> FAULTS =
      new TreeMap<>(
          Map.of(
              "500", FaultyProxy.error(500, "InternalError"),
              "503", FaultyProxy.error(503, "SlowDown"),
              "refused", FaultyProxy.refuse(),
              "answer lost", FaultyProxy.loseAnswer(),
              "body cut", FaultyProxy.cutBody(),
              "body truncated", FaultyProxy.truncateBody(),
              "bit flipped", FaultyProxy.flipBit(),
              "slow bytes", FaultyProxy.trickle()));

  private static final AtomicInteger BUCKETS = new AtomicInteger();
  @TempDir private static Path buckets;
  private static S3TestServer server;
  private static FaultyProxy proxy;

  @TempDir private Path temp;
  private String bucket;
  private S3Client direct;
  private S3ObjectStore store;

  @BeforeAll
  static void startServer() throws Exception {
    server = new S3ProxyServer(buckets);
    proxy = new FaultyProxy(server.uri());
  }

  @AfterAll
  static void stopServer() throws IOException {
    proxy.close();
    server.close();
  }

  @BeforeEach
  void open() throws IOException {
    bucket = "faults-" + BUCKETS.incrementAndGet();
    direct = S3TestServer.client(server.uri(), S3TestServer.options(temp));
    direct.createBucket(r -> r.bucket(bucket));
    store = open(S3TestServer.options(temp));
  }

  @AfterEach
  void close() throws IOException {
    store.close();
    direct.close();
    proxy.reset();
  }

  private S3ObjectStore open(S3Options options) throws IOException {
    return new S3ObjectStore(bucket, S3TestServer.client(proxy.uri(), options), options);
  }

  static Set<String> faults() {
    return FAULTS.keySet();
  }

  @ParameterizedTest
  @MethodSource("faults")
  void read_afterFaults_isRight(String fault) throws IOException {
    byte[] content = content(SEVERAL_PARTS, 1);
    store.put("a", content);

    proxy.inject(GET, 3, fault(fault));
    assertBytes(store.read("a").content(), content);
  }

  @ParameterizedTest
  @MethodSource("faults")
  void fetch_afterFaults_isRight(String fault) throws IOException {
    byte[] content = content(SEVERAL_PARTS, 1);
    store.put("a", fileWith(content));

    proxy.inject(GET, 3, fault(fault));
    try (FetchedObject fetched = store.fetch("a")) {
      assertBytes(Files.readAllBytes(fetched.path()), content);
    }
  }

  /// Servers have no checksum of a range, so detecting a flipped bit is left to TLS.
  @ParameterizedTest
  @ValueSource(strings = {"500", "503", "refused", "answer lost", "body cut", "body truncated"})
  void readRange_afterFaults_isRight(String fault) throws IOException {
    store.put("a", bytes("0123456789"));

    proxy.inject(GET, 2, fault(fault));
    assertThat(store.readRange("a", 2, 6)).isEqualTo(bytes("234567"));
  }

  @Test
  void stalledResponse_timesOutAndIsRetried() throws IOException {
    byte[] content = content(SEVERAL_PARTS, 1);
    store.put("a", fileWith(content));
    S3Options options = S3TestServer.options(temp);
    try (S3ObjectStore shortTimeout =
        open(
            new S3Options(
                temp,
                options.cacheBytes(),
                options.partBytes(),
                options.parallelism(),
                options.attempts(),
                options.backoff(),
                Duration.ofMillis(500),
                options.freeSpace()))) {
      proxy.inject(GET, 2, FaultyProxy.stall());
      try (FetchedObject fetched = shortTimeout.fetch("a")) {
        assertBytes(Files.readAllBytes(fetched.path()), content);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "500, S3 answered 500 InternalError",
    "503, S3 answered 503 SlowDown",
    "refused, reset",
    "answer lost, reset",
    "body cut, cut off",
    "body truncated, bytes"
  })
  void fetch_whenItStaysBad_saysSoAndLeavesNothing(String fault, String reason) throws IOException {
    store.put("a/b", fileWith(content(SEVERAL_PARTS, 1)));

    proxy.inject(GET, FOREVER, fault(fault));
    assertThatThrownBy(() -> store.fetch("a/b"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("cannot read s3://" + bucket + "/a/b: ")
        .hasMessageContaining(reason)
        .hasMessageContaining("6 attempts");
    assertNothingLeft();
    proxy.reset();
    try (FetchedObject fetched = store.fetch("a/b")) {
      assertBytes(Files.readAllBytes(fetched.path()), content(SEVERAL_PARTS, 1));
    }
  }

  /// A proxy in front of S3 may send a response in chunks or drop the ETag.
  @ParameterizedTest
  @ValueSource(strings = {"ETag", "Content-Length"})
  void responseWithoutAHeader_failsWithAClearMessage(String header) throws IOException {
    store.put("a/b", bytes("0123456789"));
    String problem =
        "cannot read s3://"
            + bucket
            + "/a/b: the response has no "
            + header
            + " header; use a server, and proxies, that send it";

    proxy.inject(GET, FOREVER, FaultyProxy.dropHeader(header));
    proxy.inject(matching("HEAD "), FOREVER, FaultyProxy.dropHeader(header));
    assertThatThrownBy(() -> store.read("a/b")).isInstanceOf(IOException.class).hasMessage(problem);
    assertThatThrownBy(() -> store.fetch("a/b"))
        .isInstanceOf(IOException.class)
        .hasMessage(problem);
    assertThatThrownBy(() -> store.find("a/b"))
        .isInstanceOf(IOException.class)
        .hasMessage(problem.replace("cannot read", "cannot look for"));
    assertNothingLeft();
  }

  @Test
  void fetch_whenItStaysDamaged_saysSoAndLeavesNothing() throws IOException {
    store.put("a/b", fileWith(content(SEVERAL_PARTS, 1)));

    proxy.inject(GET, FOREVER, FaultyProxy.flipBit());
    assertThatThrownBy(() -> store.fetch("a/b"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("s3://" + bucket + "/a/b was damaged in transit: its CRC-32 ");
    assertNothingLeft();
  }

  @ParameterizedTest
  @ValueSource(strings = {"500", "503", "refused", "answer lost", "slow bytes"})
  void writes_afterFaults_areWhole(String fault) throws IOException {
    byte[] large = content(SEVERAL_PARTS, 1);
    proxy.inject(PUT.and(PART.negate()), 2, fault(fault));
    store.put("small", bytes("small"));

    proxy.inject(PART, 3, fault(fault));
    proxy.inject(COMPLETE, 1, fault(fault));
    store.put("large", fileWith(large));

    assertThat(store.read("small").content()).isEqualTo(bytes("small"));
    assertBytes(store.read("large").content(), large);
    assertNothingLeft();
  }

  @ParameterizedTest
  @ValueSource(strings = {"create", "part", "complete"})
  void largeWrite_whenItStaysBad_leavesTheOldVersionAndNothingElse(String request)
      throws IOException {
    store.put("a", bytes("old"));
    Predicate<String> requests =
        switch (request) {
          case "create" -> CREATE;
          case "part" -> matching("PUT .*partNumber=3&");
          default -> COMPLETE;
        };
    proxy.inject(requests, FOREVER, fault("503"));

    Path file = fileWith(content(SEVERAL_PARTS, 1));
    assertThatThrownBy(() -> store.put("a", file))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("cannot write s3://" + bucket + "/a: S3 answered 503 SlowDown")
        .hasMessageContaining("6 attempts");
    assertThat(store.read("a").content()).isEqualTo(bytes("old"));
    assertNothingLeft();
  }

  /// S3 stores the object, but each confirmation gets lost.
  @Test
  void largeWrite_whoseConfirmationIsLost_isRecognized() throws IOException {
    byte[] large = content(SEVERAL_PARTS, 1);
    proxy.inject(COMPLETE, FOREVER, FaultyProxy.loseAnswer());

    store.put("a", fileWith(large));

    assertBytes(store.read("a").content(), large);
    assertNothingLeft();
  }

  @Test
  void putIfAbsent_whoseAnswerIsLost_knowsThatItWon() throws IOException {
    proxy.inject(PUT, 1, FaultyProxy.loseAnswer());
    assertThat(store.putIfAbsent("once", bytes("x"))).isTrue();
    proxy.inject(PUT, FOREVER, FaultyProxy.loseAnswer());
    assertThat(store.putIfAbsent("always", bytes("x"))).isTrue();

    proxy.reset();
    assertThat(store.putIfAbsent("once", bytes("x"))).isFalse();
    assertThat(store.read("always").content()).isEqualTo(bytes("x"));
  }

  @Test
  void replace_whoseAnswerIsLost_knowsThatItWon() throws IOException {
    store.put("a", bytes("one"));
    String etag = store.read("a").etag();
    proxy.inject(PUT, 1, FaultyProxy.loseAnswer());

    assertThat(store.replace("a", bytes("two"), etag)).isTrue();
    assertThat(store.replace("a", bytes("two"), etag)).isFalse();
    assertThat(store.read("a").content()).isEqualTo(bytes("two"));
  }

  /// Identical bytes written by someone else do not count as our write.
  @Test
  void conditionalPut_thatLostToTheSameContent_knowsThatItLost() throws IOException {
    Fault somebodyIsFaster =
        exchange -> {
          try (S3ObjectStore other = open(S3TestServer.options(temp))) {
            assertThat(other.putIfAbsent("a", bytes("same"))).isTrue();
          }
          FaultyProxy.refuse().apply(exchange);
        };
    proxy.inject(PUT, 1, somebodyIsFaster);

    assertThat(store.putIfAbsent("a", bytes("same"))).isFalse();
  }

  @Test
  void conditionalPut_inConflict_isTriedAgain() throws IOException {
    proxy.inject(PUT, 3, FaultyProxy.error(409, "ConditionalRequestConflict"));
    assertThat(store.putIfAbsent("a", bytes("x"))).isTrue();
    proxy.inject(PUT, 3, FaultyProxy.error(409, "ConditionalRequestConflict"));
    assertThat(store.putIfAbsent("a", bytes("y"))).isFalse();

    proxy.inject(PUT, FOREVER, FaultyProxy.error(409, "ConditionalRequestConflict"));
    assertThatThrownBy(() -> store.putIfAbsent("b", bytes("x")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("409 ConditionalRequestConflict");
    assertThat(store.find("b")).isEmpty();
  }

  /// The new version has the same size, and the server keeps no checksums.
  @Test
  void object_replacedBetweenItsParts_isFetchedInItsNewVersion() throws IOException {
    byte[] second = content(SEVERAL_PARTS, 2);
    store.put("a", fileWith(content(SEVERAL_PARTS, 1)));
    proxy.inject(matching("HEAD "), FOREVER, FaultyProxy.dropChecksums());
    proxy.inject(
        matching("GET "),
        1,
        exchange -> {
          byte[] answer = exchange.forward();
          direct.putObject(r -> r.bucket(bucket).key("a"), RequestBody.fromBytes(second));
          exchange.send(answer);
        });

    // Fetch parts sequentially: in parallel, all of them might arrive before the object changes.
    S3Options options = S3TestServer.options(temp);
    S3Options oneByOne =
        new S3Options(
            options.tempDirectory(),
            options.cacheBytes(),
            options.partBytes(),
            1,
            options.attempts(),
            options.backoff(),
            options.attemptTimeout(),
            options.freeSpace());
    try (S3ObjectStore sequential = open(oneByOne);
        FetchedObject fetched = sequential.fetch("a")) {
      assertBytes(Files.readAllBytes(fetched.path()), second);
      assertThat(S3TestServer.tempFiles(temp)).hasSize(1);
    }
  }

  @Test
  void object_deletedBetweenItsParts_isGone() throws IOException {
    store.put("a", fileWith(content(SEVERAL_PARTS, 1)));
    proxy.inject(
        GET,
        1,
        exchange -> {
          direct.deleteObject(r -> r.bucket(bucket).key("a"));
          exchange.send(exchange.forward());
        });

    assertThatThrownBy(() -> store.fetch("a")).isInstanceOf(NoSuchObjectException.class);
    assertNothingLeft();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fetch", "read", "put file", "put", "putIfAbsent", "find", "list"})
  void interrupt_stopsTheOperation(String method) throws IOException {
    store.put("a", fileWith(content(SEVERAL_PARTS, 1)));
    Path file = fileWith(content(SEVERAL_PARTS, 2));
    Thread caller = Thread.currentThread();
    AtomicBoolean once = new AtomicBoolean(true);
    Fault interrupt =
        exchange -> {
          if (once.getAndSet(false)) {
            caller.interrupt();
          }
          exchange.awaitHangUp();
        };
    // Let the first requests of a fetch and a large put through, and the upload's end as well.
    proxy.inject(
        request ->
            !request.contains("?uploads")
                && !request.startsWith("DELETE")
                && !(method.equals("fetch") && request.startsWith("HEAD")),
        FOREVER,
        interrupt);
    assertThatThrownBy(
            () -> {
              switch (method) {
                case "fetch" -> store.fetch("a");
                case "read" -> store.read("a");
                case "put file" -> store.put("a", file);
                case "put" -> store.put("a", bytes("x"));
                case "putIfAbsent" -> store.putIfAbsent("b", bytes("x"));
                case "find" -> store.find("a");
                default -> store.list("");
              }
            })
        .isInstanceOf(InterruptedIOException.class)
        .hasMessageContaining("s3://" + bucket + "/");
    assertThat(Thread.interrupted()).isTrue();
    Files.deleteIfExists(file);
    proxy.reset();

    assertBytes(store.read("a").content(), content(SEVERAL_PARTS, 1));
    assertNothingLeft();
  }

  /// Whatever fails in between, a read returns what was written or throws.
  @Test
  void stormOfFaults_neverDamagesData() throws Exception {
    long seed = ThreadLocalRandom.current().nextLong();
    System.out.println("S3FaultsTest.stormOfFaults_neverDamagesData: seed " + seed);
    Random random = new Random(seed);
    List<Fault> faults = List.copyOf(FAULTS.values());
    proxy.inject(
        request -> !CREATE.test(request) && withChance(random, 0.25),
        FOREVER,
        exchange -> faults.get(nextInt(random, faults.size())).apply(exchange));
    int failures = 0;
    for (int i = 0; i < 15; i++) {
      byte[] content = content(i * 15_000, seed + i);
      String key = "storm/" + i;
      try {
        store.put(key, fileWith(content));
        assertBytes(store.read(key).content(), content);
        try (FetchedObject fetched = store.fetch(key)) {
          assertBytes(Files.readAllBytes(fetched.path()), content);
        }
        assertThat(store.putIfAbsent(key, bytes("no"))).isFalse();
        assertThat(store.putIfAbsent(key + "x", bytes("yes"))).isTrue();
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("s3://" + bucket + "/" + key);
        failures++;
      }
    }
    assertThat(failures).as("most of it gets through").isLessThan(10);
    proxy.reset();
    assertThat(uploads()).isEmpty();
  }

  private static boolean withChance(Random random, double chance) {
    synchronized (random) {
      return random.nextDouble() < chance;
    }
  }

  private static int nextInt(Random random, int bound) {
    synchronized (random) {
      return random.nextInt(bound);
    }
  }

  private static Fault fault(String name) {
    return Objects.requireNonNull(FAULTS.get(name));
  }

  private static Predicate<String> matching(String regex) {
    return Pattern.compile("^" + regex).asPredicate();
  }

  private Path fileWith(byte[] content) throws IOException {
    Path file = store.newTempFile();
    Files.write(file, content);
    return file;
  }

  private List<MultipartUpload> uploads() {
    return direct.listMultipartUploads(r -> r.bucket(bucket)).uploads();
  }

  private void assertNothingLeft() throws IOException {
    assertThat(uploads()).isEmpty();
    assertThat(S3TestServer.tempFiles(temp)).isEmpty();
  }
}
