package com.craftyverse.recsys.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TimeZone;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

/// The sample in `data/sample`: today's generator still produces it, and it suits its purpose. The tests
/// check the file itself, read with plain code.
class ShippedSampleTest {
  private static final Path FILE = Path.of("data", "sample", "craftyverse-sample.zip");
  private static final SampleSpec SPEC = SampleSpec.sample();
  private static final Map<String, Entry> ENTRIES = read(shipped());
  private static final Ratings ROWS = ratings();

  private record Entry(LocalDateTime time, byte[] content) {}

  @Test
  void generator_reproducesTheShippedFile_whateverTheLocaleZoneAndThreads() throws IOException {
    Locale locale = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    try {
      // given a machine with other digits and another time zone
      Locale.setDefault(Locale.forLanguageTag("ar-EG"));
      TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
      // when
      new SampleGenerator(SPEC).writeZip(zip, 3, written -> {});
    } finally {
      Locale.setDefault(locale);
      TimeZone.setDefault(zone);
    }
    // then every entry is the same, in the same order. The deflated bytes are not compared: Java
    // builds come with different zlib versions, which pack the same content differently.
    Map<String, Entry> generated = read(zip.toByteArray());
    assertThat(List.copyOf(generated.keySet())).isEqualTo(List.copyOf(ENTRIES.keySet()));
    for (String name : generated.keySet()) {
      assertThat(entry(generated, name).time)
          .as("time of " + name)
          .isEqualTo(entry(ENTRIES, name).time);
      assertThat(entry(generated, name).content)
          .as("content of " + name)
          .isEqualTo(entry(ENTRIES, name).content);
    }
  }

  @Test
  void file_isSmallAndLaidOutAsMovieLens() {
    assertThat(shipped().length).isLessThan(2_000_000);
    assertThat(ENTRIES.keySet())
        .containsExactly(
            "craftyverse-sample/",
            "craftyverse-sample/README.txt",
            "craftyverse-sample/links.csv",
            "craftyverse-sample/movies.csv",
            "craftyverse-sample/ratings.csv",
            "craftyverse-sample/tags.csv");
    assertThat(text("README.txt"))
        .contains("seed          1\n", "ratings       100000\n", "Apache License, Version 2.0");
    for (String name : new String[] {"links.csv", "movies.csv", "ratings.csv", "tags.csv"}) {
      assertThat(text(name)).doesNotContain("\r").endsWith("\n");
    }
    assertThat(text("ratings.csv")).startsWith("userId,movieId,rating,timestamp\n");
    assertThat(text("movies.csv")).startsWith("movieId,title,genres\n");
    assertThat(text("tags.csv")).startsWith("userId,movieId,tag,timestamp\n");
    assertThat(text("links.csv")).startsWith("movieId,imdbId,tmdbId\n");
  }

  @Test
  void splitByTime_leavesEnoughWarmRowsToLearnFromAndToTestOn() {
    double t1 = ROWS.timeQuantile(0.75);
    double t2 = ROWS.timeQuantile(0.9);
    BiasModel trained = new BiasModel(ROWS, t1);
    int test = 0;
    int validation = 0;
    Set<Integer> testUsers = new HashSet<>();
    Set<Integer> validationUsers = new HashSet<>();
    for (int i = 0; i < ROWS.size; i++) {
      if (ROWS.time[i] > t1 && trained.contains(ROWS.user[i], ROWS.movie[i])) {
        boolean isTest = ROWS.time[i] <= t2;
        test += isTest ? 1 : 0;
        validation += isTest ? 0 : 1;
        (isTest ? testUsers : validationUsers).add(ROWS.user[i]);
      }
    }
    assertThat(test).isGreaterThanOrEqualTo(2_000);
    assertThat(testUsers).hasSizeGreaterThanOrEqualTo(100);
    assertThat(validation).isGreaterThanOrEqualTo(2_000);
    assertThat(validationUsers).hasSizeGreaterThanOrEqualTo(100);
  }

  @Test
  void factorsCanBeLearned_soThatFactorizationBeatsTheBiasBaseline() {
    double t1 = ROWS.timeQuantile(0.75);
    double t2 = ROWS.timeQuantile(0.9);
    Oracle oracle = new SampleGenerator(SPEC).oracle();
    BiasModel bias = new BiasModel(ROWS, t1);
    BiasModel factorization = new BiasModel(ROWS, t1);
    factorization.learnFactors(ROWS, t1, 8, 20, 1);
    double biasSum = 0;
    double factorizationSum = 0;
    double oracleSum = 0;
    int rows = 0;
    for (int i = 0; i < ROWS.size; i++) {
      int user = ROWS.user[i];
      int movie = ROWS.movie[i];
      if (ROWS.time[i] > t1 && ROWS.time[i] <= t2 && bias.contains(user, movie)) {
        biasSum += square(ROWS.rating[i] - bias.predict(user, movie));
        factorizationSum += square(ROWS.rating[i] - factorization.predict(user, movie));
        oracleSum += square(ROWS.rating[i] - oracle.expectation(user, movie, ROWS.time[i]));
        rows++;
      }
    }
    double biasRmse = Math.sqrt(biasSum / rows);
    double factorizationRmse = Math.sqrt(factorizationSum / rows);
    double oracleRmse = Math.sqrt(oracleSum / rows);
    assertThat(factorizationRmse).isLessThan(0.97 * biasRmse);
    assertThat(oracleRmse).isLessThan(0.95 * factorizationRmse);
  }

  private static double square(double value) {
    return value * value;
  }

  @Test
  void movies_areReadableAndUniqueAndOlderThanTheirRatings() {
    Map<Integer, Integer> firstRated = new HashMap<>();
    for (int i = 0; i < ROWS.size; i++) {
      firstRated.merge(ROWS.movie[i], Timeline.yearOf(ROWS.time[i]), Math::min);
    }
    // A number, a title (quoted if needed), and genres.
    Pattern line = Pattern.compile("(\\d+),(\"(?:[^\"]|\"\")+\"|[^,\"]+),([^,]+)");
    Pattern year = Pattern.compile(".* \\((\\d{4})\\)\"?");
    Set<String> titles = new HashSet<>();
    int quoted = 0;
    int unrated = 0;
    int lastId = 0;
    for (String movie : lines("movies.csv")) {
      Matcher fields = line.matcher(movie);
      assertThat(fields.matches()).as(movie).isTrue();
      int id = Integer.parseInt(fields.group(1));
      assertThat(id).isGreaterThan(lastId);
      lastId = id;
      String title = fields.group(2);
      assertThat(titles.add(title)).as("twice: " + title).isTrue();
      quoted += title.startsWith("\"") ? 1 : 0;
      Matcher released = year.matcher(title);
      assertThat(released.matches()).as(title).isTrue();
      Integer first = firstRated.get(id);
      if (first == null) {
        unrated++;
      } else {
        assertThat(Integer.parseInt(released.group(1))).as(title).isLessThanOrEqualTo(first);
      }
      for (String genre : fields.group(3).split("\\|", -1)) {
        assertThat(genre).matches("[A-Z][A-Za-z-]+|\\(no genres listed\\)");
      }
    }
    assertThat(titles).hasSize(SPEC.movies());
    assertThat(unrated).isEqualTo(SPEC.movies() - SPEC.ratedMovies());
    assertThat(quoted).isGreaterThan(500);
    assertThat(text("movies.csv")).contains("\"\"").contains("é");
  }

  @Test
  void tagsAndLinks_belongToTheMovies() {
    Map<Long, Long> ratedAt = new HashMap<>();
    for (int i = 0; i < ROWS.size; i++) {
      ratedAt.put((long) ROWS.user[i] << 32 | ROWS.movie[i], ROWS.time[i]);
    }
    List<String> tags = lines("tags.csv");
    assertThat(tags).hasSizeGreaterThan(1_000);
    for (String tag : tags) {
      String[] fields = tag.split(",", -1);
      long key = Long.parseLong(fields[0]) << 32 | Long.parseLong(fields[1]);
      Long rated = ratedAt.get(key);
      assertThat(rated).as(tag).isNotNull();
      assertThat(Long.parseLong(fields[fields.length - 1])).isGreaterThanOrEqualTo(rated);
    }
    assertThat(text("tags.csv")).contains(",\"long, but worth it\",").contains(",café,");
    List<String> links = lines("links.csv");
    assertThat(links).hasSize(SPEC.movies()).allMatch(link -> link.matches("\\d+,\\d{7},\\d*"));
  }

  private static String text(String name) {
    return new String(entry(ENTRIES, SPEC.name() + "/" + name).content, StandardCharsets.UTF_8);
  }

  private static Entry entry(Map<String, Entry> zip, String name) {
    return Objects.requireNonNull(zip.get(name), name);
  }

  private static List<String> lines(String name) {
    return text(name).lines().skip(1).toList();
  }

  private static Ratings ratings() {
    List<String> lines = lines("ratings.csv");
    Ratings ratings = new Ratings(lines.size());
    for (String line : lines) {
      assertThat(line).matches("\\d+,\\d+,[0-5]\\.[05],\\d{9,10}");
      String[] fields = line.split(",", -1);
      ratings.add(
          Integer.parseInt(fields[0]),
          Integer.parseInt(fields[1]),
          Float.parseFloat(fields[2]),
          Long.parseLong(fields[3]));
    }
    return ratings;
  }

  private static byte[] shipped() {
    try {
      return Files.readAllBytes(FILE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Returns the entries of a zip file in order.
  private static Map<String, Entry> read(byte[] zip) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    try (InputStream bytes = new ByteArrayInputStream(zip);
        ZipInputStream in = new ZipInputStream(bytes, StandardCharsets.UTF_8)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        entries.put(entry.getName(), new Entry(entry.getTimeLocal(), in.readAllBytes()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return entries;
  }
}
