package com.craftyverse.recsys.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.Mutations;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Uploads that are damaged at random give the right rows or a sentence; nothing hangs, no memory runs
/// away, and nothing half written is to be seen.
class IngestMutationTest {
  private static final String RATINGS = Uploads.ratings(12, 15);
  private static final Duration LONGEST = Duration.ofSeconds(20);

  /// Of all threads. A whole upload takes 9 MB, mostly for buffers whose sizes are fixed.
  private static final long MOST_ALLOCATED = 32L << 20;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path directory;
  private LocalObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
  }

  @Test
  void damagedZips() throws IOException {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put("ml/links.csv", "movieId,imdbId,tmdbId\n1,0114709,862\n5,0113497,\n");
    entries.put("ml/movies.csv", Uploads.MOVIES);
    entries.put("ml/ratings.csv", RATINGS);
    entries.put("ml/tags.csv", "userId,movieId,tag,timestamp\n1,5,\"sad, slow\",40\n");
    byte[] whole = Uploads.zip(entries);
    // The checksums of the zip tell damage from data.
    List<String> rows = Oracle.rows(RATINGS).orElseThrow();
    int refused =
        tryAll("a.zip", whole, 500, Mutations.COUNT * 2 / 5, damaged -> Optional.of(rows));
    assertThat(refused).isGreaterThan(Mutations.COUNT / 5);
  }

  @Test
  void damagedGzips() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(RATINGS.getBytes(UTF_8));
    }
    List<String> rows = Oracle.rows(RATINGS).orElseThrow();
    int refused =
        tryAll(
            "a.csv.gz",
            bytes.toByteArray(),
            100,
            Mutations.COUNT / 5,
            damaged -> Optional.of(rows));
    assertThat(refused).isGreaterThan(Mutations.COUNT / 10);
  }

  /// Damage within a zip, where no checksum tells of it.
  @Test
  void damagedMovies() throws IOException {
    List<String> rows = Oracle.rows(RATINGS).orElseThrow();
    byte[] whole = (Uploads.MOVIES + "7,\"So-called \"\"Art\"\" (1997)\",Drama\n").getBytes(UTF_8);
    int count = Mutations.COUNT / 5;
    int refused =
        tryAll(
            "a.zip",
            whole,
            whole.length,
            count,
            damaged -> {
              Map<String, byte[]> entries = new LinkedHashMap<>();
              entries.put("ratings.csv", RATINGS.getBytes(UTF_8));
              entries.put("movies.csv", damaged);
              return Uploads.zipOfBytes(entries);
            },
            damaged -> Optional.of(rows));
    assertThat(refused).isBetween(count / 4, count - 1);
  }

  @Test
  void damagedTexts() throws IOException {
    byte[] whole = RATINGS.getBytes(UTF_8);
    int count = Mutations.COUNT / 5;
    int refused =
        tryAll(
            "a.csv",
            whole,
            whole.length,
            count,
            damaged -> Oracle.rows(new String(damaged, StandardCharsets.ISO_8859_1)));
    assertThat(refused).isBetween(count / 4, count - 1);
  }

  private interface Expectation {
    /// The rows of the dataset, or nothing where the upload must be refused.
    Optional<List<String>> of(byte[] damaged);
  }

  private int tryAll(String name, byte[] whole, int hot, int count, Expectation expectation)
      throws IOException {
    return tryAll(name, whole, hot, count, damaged -> damaged, expectation);
  }

  /// @param upload what becomes of damaged bytes before they are uploaded
  /// @return how many were refused
  private int tryAll(
      String name,
      byte[] whole,
      int hot,
      int count,
      UnaryOperator<byte[]> upload,
      Expectation expectation)
      throws IOException {
    int refused = 0;
    for (int seed = 0; seed < count; seed++) {
      byte[] damaged = Mutations.damage(whole, hot, new SplittableRandom(seed));
      Optional<List<String>> expected = expectation.of(damaged);
      String what = name + ", seed " + seed;
      long allocated = threads.getTotalThreadAllocatedBytes();
      long start = System.nanoTime();
      try {
        IngestResult result = Uploads.ingest(store, "raw/" + name, upload.apply(damaged));
        assertThat(expected).as(what).isPresent();
        assertThat(rows(result)).as(what).isEqualTo(expected.orElseThrow());
        deleteDatasets();
      } catch (RequestException e) {
        refused++;
        assertThat(e.getMessage()).as(what).startsWith(name);
        // What a checksum guards may be refused for damage that did no harm.
        assertThat(expected.isEmpty() || !name.endsWith(".csv")).as(what + ": " + e).isTrue();
      } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
        throw new AssertionError(what, e);
      }
      assertThat(threads.getTotalThreadAllocatedBytes() - allocated)
          .as("memory, " + what)
          .isLessThan(MOST_ALLOCATED);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).as(what).isLessThan(LONGEST);
      assertThat(store.list("datasets/")).as(what).isEmpty();
      assertThat(directory.resolve(".tmp")).as(what).isEmptyDirectory();
    }
    return refused;
  }

  /// Directories, too: thousands of empty ones would make each look into the store slower.
  private void deleteDatasets() throws IOException {
    try (Stream<Path> paths = Files.walk(directory.resolve("datasets"))) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private List<String> rows(IngestResult result) throws IOException {
    String key = result.manifest().replace("manifest.json", "ratings.arrow");
    List<String> rows = new ArrayList<>();
    try (ArrowFile file = ArrowFile.open(store.fetch(key).path(), key)) {
      for (RecordBatch batch : file.batches()) {
        int[] users = batch.data("userId").toArray(Buffers.INT32);
        int[] movies = batch.data("movieId").toArray(Buffers.INT32);
        float[] ratings = batch.data("rating").toArray(Buffers.FLOAT32);
        long[] times = batch.data("timestamp").toArray(Buffers.INT64);
        for (int i = 0; i < batch.rows(); i++) {
          rows.add(users[i] + "," + movies[i] + "," + ratings[i] + "," + times[i]);
        }
      }
    }
    return rows;
  }

  /// What is a ratings file, said once more in another way: lines, and patterns for values.
  private static final class Oracle {
    /// The rows that a file has after repeated ratings are gone, or nothing when it is none.
    static Optional<List<String>> rows(String file) {
      String text = file.startsWith("\u00EF\u00BB\u00BF") ? file.substring(3) : file;
      List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
      lines.replaceAll(line -> line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
      while (!lines.isEmpty() && lines.getLast().isEmpty()) {
        lines.removeLast();
      }
      if (lines.size() < 2) {
        return Optional.empty();
      }
      List<String> header =
          split(lines.removeFirst()).stream().map(name -> plain(name.strip())).toList();
      List<Integer> places =
          List.of("userId", "movieId", "rating", "timestamp").stream()
              .map(header::indexOf)
              .toList();
      if (places.contains(-1)) {
        return Optional.empty();
      }
      Map<String, String[]> latest = new LinkedHashMap<>();
      for (String line : lines) {
        List<String> values = split(line).stream().map(Oracle::plain).toList();
        if (values.size() != header.size()) {
          return Optional.empty();
        }
        String[] row = places.stream().map(values::get).toArray(String[]::new);
        if (!isWhole(row[0], Integer.MAX_VALUE)
            || !isWhole(row[1], Integer.MAX_VALUE)
            || !row[2].matches("(?=.{1,12}$)\\d+(\\.\\d{1,6})?")
            || Double.parseDouble(row[2]) < 0.5
            || Double.parseDouble(row[2]) > 5
            || !isWhole(row[3], 100_000_000_000L)) {
          return Optional.empty();
        }
        String pair = Long.parseLong(row[0]) + "," + Long.parseLong(row[1]);
        String[] other = latest.get(pair);
        if (other == null || Long.parseLong(row[3]) >= Long.parseLong(other[3])) {
          latest.remove(pair);
          latest.put(pair, row);
        }
      }
      return Optional.of(
          latest.entrySet().stream()
              .map(
                  e ->
                      e.getKey()
                          + ","
                          + (float) Double.parseDouble(e.getValue()[2])
                          + ","
                          + Long.parseLong(e.getValue()[3]))
              .toList());
    }

    private static boolean isWhole(String text, long most) {
      return text.matches("\\d+") && new java.math.BigInteger(text).longValueExact() <= most;
    }

    /// At commas outside of quotes.
    private static List<String> split(String line) {
      return List.of(line.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1));
    }

    private static String plain(String value) {
      return value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")
          ? value.substring(1, value.length() - 1)
          : value;
    }
  }
}
