package com.craftyverse.recsys.index;

import com.craftyverse.recsys.ingest.Ingest;
import com.craftyverse.recsys.ingest.IngestRequest;
import com.craftyverse.recsys.ingest.IngestResult;
import com.craftyverse.recsys.split.Split;
import com.craftyverse.recsys.split.SplitRequest;
import com.craftyverse.recsys.split.SplitResult;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectInfo;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/// Compares split and index with DuckDB, which does the same in SQL on the same cores: exact quantiles, the
/// three sets, dense ids, the cold-start filter, indexed sets as Parquet files.
///
/// ```
/// ./mvnw -q -Pjmh test-compile exec:exec@benchmark \
///   -Dmain=com.craftyverse.recsys.index.PreparationBenchmark -Darguments="data/ml-full-generated.zip 3"
/// ```
///
/// The arguments are a MovieLens zip with a `ratings.csv` and the number of rounds. Each round runs both
/// sides, and the minima count. If the row counts of the two sides differ, the benchmark fails. All files lie
/// in a directory below the working directory's `target`, which the benchmark deletes.
public final class PreparationBenchmark {
  private PreparationBenchmark() {}

  /// Runs the benchmark.
  public static void main(String[] arguments) throws Exception {
    Path zip = Path.of(arguments[0]);
    int rounds = Integer.parseInt(arguments[1]);
    Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "prep");
    try (LocalObjectStore store = new LocalObjectStore(directory.resolve("store"))) {
      Path upload = store.newTempFile();
      Files.copy(zip, upload, StandardCopyOption.REPLACE_EXISTING);
      store.put("raw/full.zip", upload);
      IngestResult ingest = new Ingest(store).run(IngestRequest.of("raw/full.zip"));
      Path csv = directory.resolve("ratings.csv");
      unzip(zip, csv);
      try (DuckDb duckDb = new DuckDb(csv, directory)) {
        double ours = Double.MAX_VALUE;
        double theirs = Double.MAX_VALUE;
        for (int round = 1; round <= rounds; round++) {
          deleteSplits(store);
          long start = System.nanoTime();
          SplitResult split = new Split(store).run(SplitRequest.of(ingest.manifest()));
          double splitSeconds = seconds(start);
          IndexResult index = new Index(store).run(IndexRequest.of(split.manifest()));
          double seconds = seconds(start);
          start = System.nanoTime();
          long[] rows = duckDb.prepare();
          double duckDbSeconds = seconds(start);
          ours = Math.min(ours, seconds);
          theirs = Math.min(theirs, duckDbSeconds);
          System.out.printf(
              Locale.ROOT,
              "round %d: split %.2f s + index %.2f s = %.2f s; DuckDB %.2f s%n",
              round,
              splitSeconds,
              seconds - splitSeconds,
              seconds,
              duckDbSeconds);
          requireSame(
              rows,
              index.figures().trainRows(),
              index.figures().testRows(),
              index.figures().validationRows(),
              index.figures().users(),
              index.figures().items());
        }
        System.out.printf(
            Locale.ROOT,
            "%,d ratings, %d processors, minima of %d rounds: split + index %.2f s, DuckDB %s %.2f"
                + " s; DuckDB takes %.1f times as long%n",
            ingest.figures().ratings(),
            Runtime.getRuntime().availableProcessors(),
            rounds,
            ours,
            duckDb.version(),
            theirs,
            theirs / ours);
      }
    } finally {
      delete(directory);
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static void requireSame(long[] theirs, long... ours) {
    if (!Arrays.equals(theirs, ours)) {
      throw new IllegalStateException(
          "DuckDB has other rows: "
              + Arrays.toString(theirs)
              + " instead of "
              + Arrays.toString(ours));
    }
  }

  private static void deleteSplits(LocalObjectStore store) throws IOException {
    for (ObjectInfo object : store.list("datasets/")) {
      if (object.key().contains("/splits/")) {
        store.delete(object.key());
      }
    }
  }

  private static void unzip(Path zip, Path csv) throws IOException {
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip));
        OutputStream out = Files.newOutputStream(csv)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (entry.getName().endsWith("ratings.csv")) {
          in.transferTo(out);
          return;
        }
      }
    }
    throw new IOException(zip + " has no ratings.csv");
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /// Runs the same steps in SQL, with the ratings in a table before the clock starts.
  private static final class DuckDb implements AutoCloseable {
    private final Connection connection;
    private final Path directory;

    DuckDb(Path csv, Path directory) throws SQLException {
      this.connection = DriverManager.getConnection("jdbc:duckdb:" + directory.resolve("duck.db"));
      this.directory = directory;
      execute("SET threads TO " + Runtime.getRuntime().availableProcessors());
      execute(
          "CREATE TABLE ratings AS SELECT * FROM read_csv('%s', header = true, columns ="
                  .formatted(csv)
              + " {userId: 'INTEGER', movieId: 'INTEGER', rating: 'FLOAT', timestamp: 'BIGINT'})");
    }

    String version() throws SQLException {
      return Objects.requireNonNull(connection.getMetaData().getDatabaseProductVersion());
    }

    /// The rows of the three indexed sets, users and items.
    long[] prepare() throws SQLException {
      execute(
          """
          CREATE OR REPLACE TEMP TABLE thresholds AS
          SELECT quantile_cont(timestamp, 0.75) AS t1, quantile_cont(timestamp, 0.9) AS t2 FROM ratings
          """);
      String set =
          "CREATE OR REPLACE TEMP TABLE %s AS SELECT r.* FROM ratings r, thresholds WHERE %s";
      execute(set.formatted("train", "timestamp <= t1"));
      execute(set.formatted("test", "timestamp > t1 AND timestamp <= t2"));
      execute(set.formatted("validation", "timestamp > t2"));
      String ids =
          """
          CREATE OR REPLACE TEMP TABLE %1$ss AS
          SELECT %1$sId, row_number() OVER (ORDER BY %1$sId) - 1 AS index, count(*) AS ratings
          FROM train GROUP BY %1$sId
          """;
      execute(ids.formatted("user"));
      execute(ids.formatted("movie"));
      for (String name : new String[] {"train", "test", "validation"}) {
        execute(
            """
            COPY (SELECT CAST(u.index AS INTEGER) AS "user", CAST(m.index AS INTEGER) AS item, rating
                  FROM %1$s JOIN users u USING (userId) JOIN movies m USING (movieId))
            TO '%2$s/%1$s.parquet' (FORMAT parquet)
            """
                .formatted(name, directory));
      }
      return new long[] {
        count("read_parquet('" + directory + "/train.parquet')"),
        count("read_parquet('" + directory + "/test.parquet')"),
        count("read_parquet('" + directory + "/validation.parquet')"),
        count("users"),
        count("movies")
      };
    }

    private long count(String table) throws SQLException {
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
        rows.next();
        return rows.getLong(1);
      }
    }

    private void execute(String sql) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.execute(sql);
      }
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }
}
