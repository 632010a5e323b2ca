package com.craftyverse.recsys.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Mutations;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectKeys;
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
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Randomly damaged uploads give the right rows or a one-sentence error. Nothing hangs, memory stays bounded,
/// and no partial output becomes visible.
class IngestMutationTest {
  private static final String RATINGS = Uploads.ratings(12, 15);
  private static final Duration MAX_SECONDS = Duration.ofSeconds(20);

  /// The limit for all threads together. An intact upload takes 9 MB, mostly for buffers of fixed size.
  private static final long MAX_ALLOCATED_BYTES = 32L << 20;

  /// Problems with the files also go to the log, thousands of times.
  private static final Logger LOG = Logger.getLogger(Ingest.class.getName());

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path directory;
  private LocalObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
    LOG.setLevel(Level.OFF);
  }

  @AfterEach
  void log() {
    LOG.setLevel(null);
  }

  @Test
  void damagedZips() throws IOException {
    damagedZips(Uploads.zip(files()), Mutations.COUNT / 5);
  }

  /// Compression methods that a library reads, with sizes and positions in zip64.
  @ParameterizedTest
  @ValueSource(ints = {9, 12})
  void damagedZipsOfOtherMethods(int method) throws IOException {
    damagedZips(Uploads.zip64(files(), method), Mutations.COUNT / 10);
  }

  private static Map<String, String> files() {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("ml/links.csv", "movieId,imdbId,tmdbId\n1,0114709,862\n5,0113497,\n");
    files.put("ml/movies.csv", Uploads.MOVIES);
    files.put("ml/ratings.csv", RATINGS);
    files.put("ml/tags.csv", "userId,movieId,tag,timestamp\n1,5,\"sad, slow\",40\n");
    return files;
  }

  private void damagedZips(byte[] original, int count) throws IOException {
    // The zip's checksums distinguish damage from data.
    List<String> rows = RatingsOracle.rows(RATINGS).orElseThrow();
    int refused = tryAll("a.zip", original, 500, count, damaged -> Optional.of(rows));
    assertThat(refused).isGreaterThan(count / 2);
  }

  @Test
  void damagedGzips() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(RATINGS.getBytes(UTF_8));
    }
    List<String> rows = RatingsOracle.rows(RATINGS).orElseThrow();
    int refused =
        tryAll(
            "a.csv.gz",
            bytes.toByteArray(),
            100,
            Mutations.COUNT / 5,
            damaged -> Optional.of(rows));
    assertThat(refused).isGreaterThan(Mutations.COUNT / 10);
  }

  /// Damage before zipping, which no checksum detects.
  @Test
  void damagedItems() throws IOException {
    List<String> rows = RatingsOracle.rows(RATINGS).orElseThrow();
    byte[] original =
        (Uploads.MOVIES + "7,\"So-called \"\"Art\"\" (1997)\",Drama\n")
            .replace("s\n", "s,brand,price,\"in, stock\"\n")
            .replace("(no genres listed)\n", "(no genres listed),Acme,5.00,yes\n")
            .replace("Drama\n", "Drama,\"Bo\"\"\",,\"a|b\"\n")
            .replace("Romance\n", "Romance,Cy,4,no\n")
            .getBytes(UTF_8);
    int count = Mutations.COUNT / 5;
    int refused =
        tryAll(
            "a.zip",
            original,
            original.length,
            count,
            damaged -> {
              Map<String, byte[]> entries = new LinkedHashMap<>();
              entries.put("ratings.csv", RATINGS.getBytes(UTF_8));
              entries.put("movies.csv", damaged);
              return Uploads.zipOfBytes(entries);
            },
            damaged -> Optional.of(rows));
    // Titles are optional: whatever happened to them, the ratings are good.
    assertThat(refused).isZero();
  }

  @Test
  void damagedTexts() throws IOException {
    byte[] original = RATINGS.getBytes(UTF_8);
    int count = Mutations.COUNT / 5;
    int refused =
        tryAll(
            "a.csv",
            original,
            original.length,
            count,
            damaged -> RatingsOracle.rows(new String(damaged, StandardCharsets.ISO_8859_1)));
    assertThat(refused).isBetween(count / 4, count - 1);
  }

  /// The same for quoted values, with everything that quotes may contain.
  @Test
  void damagedTextsWithQuotes() throws IOException {
    StringBuilder csv = new StringBuilder("userId,\"movieId\",rating,timestamp,\"my, comment\"\n");
    String[] comments = {
      "", "plain", "\"nice\nfilm\"", "\"so, \"\"so\"\"\"", "5\" disc", " \"1,2,3,4\n5,6,4,7\" "
    };
    for (int i = 0; i < 60; i++) {
      csv.append(i % 7 == 0 ? "\"" + i + "\"" : i)
          .append(i % 5 == 0 ? ", 7.0 ," : ",7,")
          .append(i % 3 == 0 ? "4.5000000" : ".5")
          .append(",\"1000\",")
          .append(comments[i % comments.length])
          .append(i % 4 == 0 ? "\r\n" : "\n");
    }
    byte[] original = csv.toString().getBytes(UTF_8);
    assertThat(RatingsOracle.rows(csv.toString()).orElseThrow()).hasSize(60);
    int count = Mutations.COUNT / 5;
    int refused =
        tryAll(
            "a.csv",
            original,
            original.length,
            count,
            damaged -> RatingsOracle.rows(new String(damaged, StandardCharsets.ISO_8859_1)));
    assertThat(refused).isBetween(count / 4, count - 1);
  }

  private interface Expectation {
    /// Returns the rows of the dataset, or empty if the upload must be refused.
    Optional<List<String>> verify(byte[] damaged);
  }

  private int tryAll(String name, byte[] original, int hotBytes, int count, Expectation expectation)
      throws IOException {
    return tryAll(name, original, hotBytes, count, damaged -> damaged, expectation);
  }

  /// @param upload turns the damaged bytes into an upload
  /// @return the number of refused uploads
  private int tryAll(
      String name,
      byte[] original,
      int hotBytes,
      int count,
      UnaryOperator<byte[]> upload,
      Expectation expectation)
      throws IOException {
    int refused = 0;
    for (int seed = 0; seed < count; seed++) {
      byte[] damaged = Mutations.damage(original, hotBytes, new SplittableRandom(seed));
      Optional<List<String>> expected = expectation.verify(damaged);
      String label = name + ", seed " + seed;
      long allocated = threads.getTotalThreadAllocatedBytes();
      long start = System.nanoTime();
      try {
        IngestResult result = Uploads.ingest(store, "raw/" + name, upload.apply(damaged));
        // Damage to the header can make it another table. LayoutMutationTest looks at those.
        if (result.figures().layout().equals(RatingsLayout.RATINGS_CSV)) {
          assertThat(expected).as(label).isPresent();
          assertThat(rows(result)).as(label).isEqualTo(expected.orElseThrow());
          requireAttributes(result, label);
        }
        deleteDatasets();
      } catch (RequestException e) {
        refused++;
        assertThat(e.getMessage()).as(label).startsWith(name);
        // Data with a checksum may be refused for harmless damage.
        assertThat(expected.isEmpty() || !name.endsWith(".csv")).as(label + ": " + e).isTrue();
      } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
        throw new AssertionError(label, e);
      }
      assertThat(threads.getTotalThreadAllocatedBytes() - allocated)
          .as("memory, " + label)
          .isLessThan(MAX_ALLOCATED_BYTES);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).as(label).isLessThan(MAX_SECONDS);
      assertThat(store.list("datasets/")).as(label).isEmpty();
      assertThat(directory.resolve(".tmp")).as(label).isEmptyDirectory();
    }
    return refused;
  }

  /// Deletes directories as well: thousands of empty ones would make each scan of the store slower.
  private void deleteDatasets() throws IOException {
    try (Stream<Path> paths = Files.walk(directory.resolve("datasets"))) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /// Checks that the attributes are those of the items, row by row.
  private void requireAttributes(IngestResult result, String label) throws IOException {
    String directory = ObjectKeys.directoryOf(result.manifest());
    String key = directory + StoreLayout.ATTRIBUTES;
    if (store.find(key).isEmpty()) {
      assertThat(result.figures().attributes()).as(label).isEmpty();
      return;
    }
    ArrowFile attributes = ArrowFile.of(store.read(key).content(), key);
    attributes.require(Schemas.attributes(result.figures().attributes()));
    assertThat(attributes.rows()).as(label).isEqualTo(result.figures().items());
  }

  private List<String> rows(IngestResult result) throws IOException {
    String key = result.manifest().replace("manifest.json", "ratings.arrow");
    List<String> rows = new ArrayList<>();
    try (ArrowFile file = ArrowFile.open(store.fetch(key).path(), key)) {
      for (RecordBatch batch : file.batches()) {
        int[] users = batch.ints("userId").toArray();
        int[] items = batch.ints("itemId").toArray();
        float[] ratings = batch.floats("rating").toArray();
        long[] times = batch.longs("timestamp").toArray();
        for (int i = 0; i < batch.rows(); i++) {
          rows.add(users[i] + "," + items[i] + "," + ratings[i] + "," + times[i]);
        }
      }
    }
    return rows;
  }
}
