package com.craftyverse.recsys.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateSampleTest {
  private record Result(int exitCode, String out, String err) {}

  private static Result run(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        GenerateSample.run(
            args,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Result(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @Test
  void run_writesTheFileAndPrintsASummary(@TempDir Path directory)
      throws IOException, NoSuchAlgorithmException {
    // given an existing file to replace
    Path file = directory.resolve("made.zip");
    Files.writeString(file, "old");
    // when
    Result result =
        run("--ratings", "5000", "--seed", "9", "--name", "made", "--out", file.toString());
    // then
    assertThat(result.exitCode).as(result.err).isZero();
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
    byte[] content = Files.readAllBytes(file);
    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    assertThat(result.out)
        .startsWith(file + ": 5,000 ratings of 48 users and ")
        .contains(
            "seed 9", String.format(Locale.ROOT, "%,d bytes, sha256 %s", content.length, digest));
    try (ZipFile zip = new ZipFile(file.toFile())) {
      byte[] ratings = zip.getInputStream(zip.getEntry("made/ratings.csv")).readAllBytes();
      assertThat(new String(ratings, StandardCharsets.UTF_8).lines()).hasSize(5_001);
    }
  }

  @Test
  void help_listsTheOptions() {
    Result result = run("--help");
    assertThat(result.exitCode).isZero();
    assertThat(result.out)
        .contains("--preset sample|full", "--ratings", "--users", "--movies", "--seed", "--out");
  }

  @Test
  void badArguments_getOneSentenceAndExitCode2(@TempDir Path directory) {
    String out = directory.resolve("x.zip").toString();
    assertRefused(List.of(), "option --out FILE is missing");
    assertRefused(List.of("--out"), "option --out needs a value");
    assertRefused(List.of("--size", "3"), "unknown option '--size'; --help lists the options");
    assertRefused(List.of("--seed", "1", "--seed", "2"), "option --seed is given twice");
    assertRefused(
        List.of("--out", out, "--ratings", "many"), "--ratings must be a whole number, not 'many'");
    assertRefused(
        List.of("--out", out, "--ratings", "7"), "--ratings must be 1000 to 2147483647, not 7");
    assertRefused(
        List.of("--out", out, "--preset", "huge"), "--preset must be sample or full, not 'huge'");
    assertRefused(
        List.of("--out", out, "--preset", "full", "--ratings", "5000"),
        "--ratings and --preset exclude each other");
    assertRefused(List.of("--out", directory.toString()), "--out " + directory + " is a directory");
    Path missing = directory.resolve("missing");
    assertRefused(
        List.of("--out", missing.resolve("x.zip").toString()),
        "--out: there is no directory " + missing);
    assertThat(directory).isEmptyDirectory();
  }

  private static void assertRefused(List<String> args, String message) {
    Result result = run(args.toArray(new String[0]));
    assertThat(result.err).isEqualTo("generate: " + message + System.lineSeparator());
    assertThat(result.out).isEmpty();
    assertThat(result.exitCode).isEqualTo(2);
  }
}
