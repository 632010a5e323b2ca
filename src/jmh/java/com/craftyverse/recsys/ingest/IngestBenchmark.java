package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.Threads;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectInfo;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// Compares ingest with lower bounds for the machine and with DuckDB.
///
/// ```
/// ./mvnw -q -Pjmh test-compile exec:exec@benchmark \
///   -Dmain=com.craftyverse.recsys.ingest.IngestBenchmark -Darguments="data/ml-full-generated.zip 5"
/// ```
///
/// The arguments are a MovieLens zip with a `ratings.csv`, the number of rounds, and optionally some of
/// `parser`, `zip`, `sizes`, `csv`, `formats`; the default is all of them. Both sides of a comparison run in each round,
/// and the minima count. If the two sides' results differ, the benchmark fails.
///
/// - `parser`: the ratings parser on the mapped CSV, one thread, against `wc -l` on the same file.
/// - `zip`: the whole step on the zip, against only inflating the ratings entry.
/// - `sizes`: the whole step on the first 1 and 8 million rows and on all rows, to get the cost per row.
/// - `csv`: the whole step on the CSV, against DuckDB's `CREATE TABLE AS` in memory. It runs after the others,
///   because the process's memory includes DuckDB's.
/// - `formats`: the whole step on the same table as Parquet and as JSON Lines, written by DuckDB, against the CSV.
///
/// Memory is the process's anonymous memory (`RssAnon`), sampled every 20 ms. Mapped files are not part of
/// it. All files lie in a directory below the working directory's `target`, which the benchmark deletes.
public final class IngestBenchmark implements AutoCloseable {
  private static final long MILLION = 1_000_000;

  private final Path zip;
  private final int rounds;
  private final Path directory;
  private final LocalObjectStore store;
  private final Path csv;

  private IngestBenchmark(Path zip, int rounds) throws IOException {
    this.rounds = rounds;
    this.directory =
        Files.createTempDirectory(
            Files.createDirectories(Path.of("target").toAbsolutePath()), "ingest");
    this.store = new LocalObjectStore(directory.resolve("store"));
    this.csv = directory.resolve("ratings.csv");
    // On the store's file system, so that a hard link replaces a copy.
    this.zip = Files.copy(zip, directory.resolve("all.zip"));
  }

  /// Runs the benchmark.
  public static void main(String[] arguments) throws Exception {
    List<String> parts =
        arguments.length > 2
            ? List.of(arguments).subList(2, arguments.length)
            : List.of("parser", "zip", "sizes", "csv", "formats");
    try (IngestBenchmark benchmark =
        new IngestBenchmark(Path.of(arguments[0]), Integer.parseInt(arguments[1]))) {
      benchmark.unzip();
      if (parts.contains("parser")) {
        benchmark.parser();
      }
      if (parts.contains("zip")) {
        benchmark.zip();
      }
      if (parts.contains("sizes")) {
        benchmark.sizes();
      }
      if (parts.contains("csv")) {
        benchmark.csv();
      }
      if (parts.contains("formats")) {
        benchmark.formats();
      }
    }
  }

  private interface Timed {
    void run() throws Exception;
  }

  /// The seconds of each, the minimum over all rounds.
  private double[] compare(Timed ours, Timed theirs) throws Exception {
    double[] fastest = {Double.MAX_VALUE, Double.MAX_VALUE};
    for (int round = 0; round < rounds; round++) {
      fastest[0] = Math.min(fastest[0], seconds(ours));
      fastest[1] = Math.min(fastest[1], seconds(theirs));
    }
    return fastest;
  }

  private static double seconds(Timed timed) throws Exception {
    long start = System.nanoTime();
    timed.run();
    return (System.nanoTime() - start) / 1e9;
  }

  private static void print(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalStateException(message);
    }
  }

  private void parser() throws Exception {
    long[] rows = new long[2];
    RatingsLayout layout;
    try (UploadFile upload = UploadFile.open(csv, "ratings.csv", RatingsFormat.ANY)) {
      layout = upload.layout();
    }
    try (Arena arena = Arena.ofConfined();
        FileChannel channel = FileChannel.open(csv, StandardOpenOption.READ)) {
      MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      double[] fastest =
          compare(
              () -> {
                rows[0] = 0;
                new RatingsParser(
                        layout,
                        List.of(),
                        RatingsParser.Ids.of(layout),
                        "ratings.csv",
                        new BadRows(0),
                        batch -> {
                          rows[0] += batch.rows;
                          return batch;
                        })
                    .parse(new Mapped(file));
              },
              () -> rows[1] = lines());
      require(rows[0] == rows[1] - 1, rows[0] + " rows of " + rows[1] + " lines");
      print(
          "parser: %,d rows in %.3f s, wc -l %.3f s: %.1f times",
          rows[0], fastest[0], fastest[1], fastest[0] / fastest[1]);
    }
  }

  private long lines() throws IOException {
    Process process = new ProcessBuilder("wc", "-l", csv.toString()).start();
    try (InputStream output = process.getInputStream()) {
      return Long.parseLong(
          new String(output.readAllBytes(), StandardCharsets.US_ASCII).strip().split(" ", 2)[0]);
    }
  }

  private void zip() throws Exception {
    long[] bytes = new long[1];
    AtomicLong rows = new AtomicLong();
    try (Memory memory = new Memory()) {
      double[] fastest =
          compare(() -> rows.set(ingest(zip, "all.zip")), () -> bytes[0] = inflate());
      require(bytes[0] == Files.size(csv), "inflated to " + bytes[0]);
      print(
          "zip: %,d rows ingested in %.2f s, inflated to nowhere in %.2f s: %.2f times; RssAnon at"
              + " most %,d MB of a heap of %,d MB",
          rows.get(),
          fastest[0],
          fastest[1],
          fastest[0] / fastest[1],
          memory.peak() >> 20,
          Runtime.getRuntime().maxMemory() >> 20);
    }
  }

  private long inflate() throws IOException {
    try (ZipFile file = new ZipFile(zip.toFile())) {
      ZipEntry entry = file.stream().filter(IngestBenchmark::isRatings).findFirst().orElseThrow();
      byte[] discard = new byte[1 << 16];
      long total = 0;
      try (InputStream input = file.getInputStream(entry)) {
        for (int read = input.read(discard); read >= 0; read = input.read(discard)) {
          total += read;
        }
      }
      return total;
    }
  }

  private void sizes() throws Exception {
    long all = lines() - 1;
    for (long size : new long[] {MILLION, 8 * MILLION, all}) {
      if (size > all) {
        continue;
      }
      Path part = directory.resolve("part.csv");
      head(size, part);
      double fastest = Double.MAX_VALUE;
      for (int round = 0; round < rounds; round++) {
        fastest =
            Math.min(
                fastest,
                seconds(() -> require(ingest(part, "part.csv") == size, "rows are missing")));
      }
      print(
          "size: %,d rows of the CSV in %.3f s, %.1f ns a row",
          size, fastest, fastest * 1e9 / size);
      Files.delete(part);
    }
  }

  private void csv() throws Exception {
    AtomicLong rows = new AtomicLong();
    try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:")) {
      execute(duckDb, "SET threads TO " + Runtime.getRuntime().availableProcessors());
      String version = duckDb.getMetaData().getDatabaseProductVersion();
      double[] fastest =
          compare(
              () -> rows.set(ingest(csv, "all.csv")),
              () ->
                  execute(
                      duckDb,
                      "CREATE OR REPLACE TABLE ratings AS SELECT * FROM read_csv('" + csv + "')"));
      try (Statement statement = duckDb.createStatement();
          ResultSet count = statement.executeQuery("SELECT count(*) FROM ratings")) {
        count.next();
        require(count.getLong(1) == rows.get(), "DuckDB has " + count.getLong(1) + " rows");
      }
      print(
          "csv: %,d rows ingested in %.2f s, by DuckDB %s in %.2f s: DuckDB takes %.1f times as"
              + " long",
          rows.get(), fastest[0], version, fastest[1], fastest[1] / fastest[0]);
    }
  }

  private void formats() throws Exception {
    Path parquet = directory.resolve("ratings.parquet");
    Path json = directory.resolve("ratings.jsonl");
    try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:")) {
      String copy = "COPY (SELECT * FROM read_csv('" + csv + "')) TO '%s' (FORMAT %s)";
      execute(duckDb, String.format(Locale.ROOT, copy, parquet, "parquet"));
      execute(duckDb, String.format(Locale.ROOT, copy, json, "json"));
    }
    for (Path table : List.of(parquet, json)) {
      long[] rows = new long[2];
      String name = String.valueOf(table.getFileName());
      double[] fastest =
          compare(() -> rows[0] = ingest(table, name), () -> rows[1] = ingest(csv, "all.csv"));
      require(rows[0] == rows[1], rows[0] + " rows, but the CSV has " + rows[1]);
      print(
          "formats: %,d rows of %s (%,d MB) ingested in %.2f s, of the CSV in %.2f s: %.2f times",
          rows[0], name, Files.size(table) >> 20, fastest[0], fastest[1], fastest[0] / fastest[1]);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /// @return the number of rows
  private long ingest(Path file, String name) throws IOException {
    for (ObjectInfo object : store.list("")) {
      store.delete(object.key());
    }
    Path upload = directory.resolve("store/raw/" + name);
    Files.createDirectories(directory.resolve("store/raw"));
    Files.createLink(upload, file);
    return new Ingest(store).run(IngestRequest.of("raw/" + name)).figures().ratings();
  }

  private void unzip() throws IOException {
    try (ZipFile file = new ZipFile(zip.toFile());
        InputStream input =
            file.getInputStream(
                file.stream().filter(IngestBenchmark::isRatings).findFirst().orElseThrow());
        OutputStream output = Files.newOutputStream(csv)) {
      input.transferTo(output);
    }
  }

  private void head(long rows, Path part) throws IOException {
    try (InputStream input = new BufferedInputStream(Files.newInputStream(csv), 1 << 20);
        OutputStream output = new BufferedOutputStream(Files.newOutputStream(part), 1 << 20)) {
      long left = rows + 1;
      for (int next = input.read(); left > 0 && next >= 0; next = input.read()) {
        output.write(next);
        left -= next == '\n' ? 1 : 0;
      }
    }
  }

  private static boolean isRatings(ZipEntry entry) {
    return entry.getName().endsWith("ratings.csv");
  }

  @Override
  public void close() throws IOException {
    store.close();
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /// A stream over a mapped file.
  private static final class Mapped extends InputStream {
    private final MemorySegment file;
    private long position;

    Mapped(MemorySegment file) {
      this.file = file;
    }

    @Override
    public int read() {
      return position == file.byteSize() ? -1 : file.get(ValueLayout.JAVA_BYTE, position++) & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      int count = (int) Math.min(length, file.byteSize() - position);
      MemorySegment.copy(file, ValueLayout.JAVA_BYTE, position, buffer, offset, count);
      position += count;
      return count == 0 && length > 0 ? -1 : count;
    }
  }

  /// The peak anonymous memory of this process.
  private static final class Memory implements AutoCloseable {
    private static final long LOOK_MILLIS = 20;

    private final AtomicLong peak = new AtomicLong();
    private final Thread thread = Thread.ofPlatform().daemon().start(this::sample);

    private void sample() {
      try {
        while (true) {
          peak.accumulateAndGet(used(), Math::max);
          Thread.sleep(LOOK_MILLIS);
        }
      } catch (InterruptedException e) {
        // closed
      } catch (IOException e) {
        throw new IllegalStateException("memory is read from /proc, which Linux has", e);
      }
    }

    private static long used() throws IOException {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("RssAnon:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) << 10;
        }
      }
      return 0;
    }

    long peak() {
      return peak.get();
    }

    @Override
    public void close() {
      thread.interrupt();
      Threads.join(thread);
    }
  }
}
