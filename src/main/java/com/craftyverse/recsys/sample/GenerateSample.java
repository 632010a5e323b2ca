package com.craftyverse.recsys.sample;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The generator's command line; `--help` lists the options.
public final class GenerateSample {
  private static final String HELP =
      String.format(
          Locale.ROOT,
          """
          Generates MovieLens-shaped ratings and writes them as a zip file in MovieLens' layout.

            --preset sample|full  what to generate (default: sample)
                                  sample: %,d ratings, the file that the project ships
                                  full:   %,d ratings, the size of ml-latest
            --ratings N           this many ratings instead, in the shape of ml-latest
            --users N             number of users (default: to fit the ratings)
            --movies N            number of movies, a few without ratings (default: to fit)
            --seed N              random seed (default: 1)
            --name NAME           name of the dataset and of the directory in the zip
            --threads N           default: one per processor; does not affect the result
            --out FILE            output file; replaced if it exists
            --help                this text
          """,
          SampleSpec.sample().ratings(),
          SampleSpec.full().ratings());

  private static final Set<String> OPTIONS =
      Set.of(
          "--preset", "--ratings", "--users", "--movies", "--seed", "--name", "--threads", "--out");

  private static final long QUIET_MILLIS = 2_000;

  private GenerateSample() {}

  /// Runs the generator and exits with 0 on success, 2 for invalid arguments, 1 when the file cannot be
  /// written.
  public static void main(String[] args) {
    System.exit(run(args, System.out, System.err));
  }

  /// Runs the generator without exiting.
  ///
  /// @param out receives the summary
  /// @param err receives progress and errors
  static int run(String[] args, PrintStream out, PrintStream err) {
    long start = System.nanoTime();
    try {
      Map<String, String> options = new HashMap<>();
      for (int i = 0; i < args.length; i += 2) {
        if (args[i].equals("--help")) {
          out.print(HELP);
          return 0;
        }
        if (!OPTIONS.contains(args[i])) {
          throw new IllegalArgumentException(
              "unknown option '" + args[i] + "'; --help lists the options");
        }
        if (i + 1 == args.length) {
          throw new IllegalArgumentException("option " + args[i] + " needs a value");
        }
        if (options.put(args[i], args[i + 1]) != null) {
          throw new IllegalArgumentException("option " + args[i] + " is given twice");
        }
      }
      Path file = outFile(options.get("--out"));
      SampleSpec spec = spec(options);
      int threads =
          options.containsKey("--threads")
              ? number(options, "--threads", 1, 256)
              : Runtime.getRuntime().availableProcessors();
      LongSupplier millis = () -> (System.nanoTime() - start) / 1_000_000;
      String digest = write(spec, file, threads, new ProgressPrinter(spec.ratings(), millis, err));
      out.printf(
          Locale.ROOT,
          "%s: %,d ratings of %,d users and %,d movies (%,d in movies.csv), seed %d%n"
              + "%,d bytes, sha256 %s, %.1f seconds%n",
          file,
          spec.ratings(),
          spec.users(),
          spec.ratedMovies(),
          spec.movies(),
          spec.seed(),
          Files.size(file),
          digest,
          millis.getAsLong() / 1e3);
      return 0;
    } catch (IllegalArgumentException e) {
      err.println("generate: " + e.getMessage());
      return 2;
    } catch (IOException e) {
      err.println("generate: cannot write the file: " + e);
      return 1;
    }
  }

  private static Path outFile(@Nullable String out) {
    if (out == null) {
      throw new IllegalArgumentException("option --out FILE is missing");
    }
    Path file;
    try {
      file = Path.of(out).toAbsolutePath();
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("--out is not a valid file name: " + e.getMessage(), e);
    }
    Path directory = file.getParent();
    if (directory == null || Files.isDirectory(file)) {
      throw new IllegalArgumentException("--out " + out + " is a directory");
    }
    if (!Files.isDirectory(directory)) {
      throw new IllegalArgumentException("--out: there is no directory " + directory);
    }
    return file;
  }

  private static SampleSpec spec(Map<String, String> options) {
    String preset = options.getOrDefault("--preset", "sample");
    boolean resized =
        options.containsKey("--ratings")
            || options.containsKey("--users")
            || options.containsKey("--movies");
    SampleSpec base =
        switch (preset) {
          case "sample" -> SampleSpec.sample();
          case "full" -> SampleSpec.full();
          default ->
              throw new IllegalArgumentException(
                  "--preset must be sample or full, not '" + preset + "'");
        };
    if (options.containsKey("--ratings")) {
      if (options.containsKey("--preset")) {
        throw new IllegalArgumentException("--ratings and --preset exclude each other");
      }
      int ratings = number(options, "--ratings", 1_000, Integer.MAX_VALUE);
      base = SampleSpec.ofRatings("craftyverse-" + ratings, base.seed(), ratings);
    }
    int users = base.users();
    int movies = base.movies();
    int rated = base.ratedMovies();
    if (options.containsKey("--users")) {
      users = number(options, "--users", 1, Integer.MAX_VALUE);
    }
    if (options.containsKey("--movies")) {
      movies = number(options, "--movies", 1, Integer.MAX_VALUE);
      rated = Math.max(1, (int) ((long) movies * base.ratedMovies() / base.movies()));
    }
    if (resized) {
      base = base.withSize(users, rated, movies);
    }
    long seed = base.seed();
    if (options.containsKey("--seed")) {
      seed = parse(options, "--seed", Long.MIN_VALUE, Long.MAX_VALUE);
    }
    return base.named(options.getOrDefault("--name", base.name()), seed);
  }

  private static int number(Map<String, String> options, String option, int min, int max) {
    return (int) parse(options, option, min, max);
  }

  private static long parse(Map<String, String> options, String option, long min, long max) {
    String text = String.valueOf(options.get(option));
    long value;
    try {
      value = Long.parseLong(text.replace("_", ""));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(option + " must be a whole number, not '" + text + "'", e);
    }
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          option + " must be " + min + " to " + max + ", not " + value);
    }
    return value;
  }

  /// Writes next to the target and renames at the end, so that nobody sees a partial file.
  private static String write(SampleSpec spec, Path file, int threads, ProgressPrinter progress)
      throws IOException {
    SampleGenerator generator = new SampleGenerator(spec);
    long process = ProcessHandle.current().pid();
    Path part = file.resolveSibling("." + file.getFileName() + "." + process + ".part");
    part.toFile().deleteOnExit();
    try {
      MessageDigest digest = sha256();
      try (OutputStream target =
          new BufferedOutputStream(
              new DigestOutputStream(Files.newOutputStream(part), digest), 1 << 16)) {
        generator.writeZip(target, threads, progress::ratings);
      }
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
      return HexFormat.of().formatHex(digest.digest());
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /// Prints a line every two seconds; nothing for short runs.
  private static final class ProgressPrinter {
    private final long total;
    private final LongSupplier millis;
    private final PrintStream out;
    private long started = -1;
    private long next = QUIET_MILLIS;

    ProgressPrinter(long total, LongSupplier millis, PrintStream out) {
      this.total = total;
      this.millis = millis;
      this.out = out;
    }

    void ratings(long written) {
      long now = millis.getAsLong();
      if (started < 0) {
        started = now;
      }
      if (now < next || now == started) {
        return;
      }
      next = now + QUIET_MILLIS;
      double perSecond = written * 1e3 / (now - started);
      out.printf(
          Locale.ROOT,
          "%,d of %,d ratings (%d %%), %,.0f a second, about %.0f seconds left%n",
          written,
          total,
          100 * written / total,
          perSecond,
          (total - written) / perSecond);
    }
  }
}
