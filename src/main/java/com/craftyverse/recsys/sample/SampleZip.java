package com.craftyverse.recsys.sample;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Writes generated data in MovieLens' zip layout. Other threads generate ratings while this one
/// compresses.
final class SampleZip {
  /// The time of every entry. Zip stores local times, so the time zone does not matter.
  static final LocalDateTime ENTRY_TIME = LocalDateTime.of(2025, 1, 1, 0, 0);

  private static final int BIG = 1_000_000;
  private static final double NO_TMDB = 0.002;

  private final SampleGenerator generator;
  private final MovieCatalog movies;

  SampleZip(SampleGenerator generator) {
    this.generator = generator;
    movies = generator.movies();
  }

  void write(OutputStream target, int threads, SampleGenerator.Progress progress)
      throws IOException {
    SampleSpec spec = generator.spec();
    ZipOutputStream zip = new ZipOutputStream(target, StandardCharsets.UTF_8);
    // A small file is shipped, so it is worth the time for best compression. A large one is usually
    // read once.
    zip.setLevel(spec.ratings() <= BIG ? Deflater.BEST_COMPRESSION : 4);
    String directory = spec.name() + "/";
    ZipEntry entry = new ZipEntry(directory);
    entry.setTimeLocal(ENTRY_TIME);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(0);
    entry.setCrc(0);
    zip.putNextEntry(entry);
    zip.closeEntry();

    put(zip, directory + "README.txt", readme(spec));
    put(zip, directory + "links.csv", links(spec));
    put(zip, directory + "movies.csv", movies());

    open(zip, directory + "ratings.csv");
    zip.write("userId,movieId,rating,timestamp\n".getBytes(StandardCharsets.UTF_8));
    ByteArrayOutputStream tags = new ByteArrayOutputStream();
    tags.writeBytes("userId,movieId,tag,timestamp\n".getBytes(StandardCharsets.UTF_8));
    long[] written = {0};
    generator.inOrder(
        threads,
        chunk ->
            new Lines(chunk.size(), chunk.ratingLines(movies.id), chunk.tagLines(movies.id, spec)),
        lines -> {
          zip.write(lines.ratings);
          tags.writeBytes(lines.tags);
          written[0] += lines.rows;
          progress.ratings(written[0]);
        });
    zip.closeEntry();

    open(zip, directory + "tags.csv");
    tags.writeTo(zip);
    zip.closeEntry();
    zip.finish();
  }

  /// The lines of a chunk for the two files, buffered until it is the chunk's turn.
  private static final class Lines {
    final int rows;
    final byte[] ratings;
    final byte[] tags;

    Lines(int rows, byte[] ratings, byte[] tags) {
      this.rows = rows;
      this.ratings = ratings;
      this.tags = tags;
    }
  }

  private static void open(ZipOutputStream zip, String name) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(ENTRY_TIME);
    zip.putNextEntry(entry);
  }

  private static void put(ZipOutputStream zip, String name, String text) throws IOException {
    open(zip, name);
    zip.write(text.getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
  }

  private String movies() {
    StringBuilder csv = new StringBuilder("movieId,title,genres\n");
    for (int i = 0; i < movies.size; i++) {
      csv.append(movies.id[i]).append(',').append(quoted(movies.title[i])).append(',');
      csv.append(movies.genres[i]).append('\n');
    }
    return csv.toString();
  }

  private static String quoted(String field) {
    if (field.indexOf(',') < 0 && field.indexOf('"') < 0) {
      return field;
    }
    return '"' + field.replace("\"", "\"\"") + '"';
  }

  /// Returns fictitious ids in the right format. As in the real file, a few movies have no second id.
  private String links(SampleSpec spec) {
    StringBuilder csv = new StringBuilder("movieId,imdbId,tmdbId\n");
    for (int i = 0; i < movies.size; i++) {
      SplitMix random = SplitMix.stream(spec.seed(), Streams.LINKS, i);
      String imdb = String.valueOf(10_000_000 + random.nextInt(10_000_000)).substring(1);
      csv.append(movies.id[i]).append(',').append(imdb).append(',');
      if (random.nextDouble() >= NO_TMDB) {
        csv.append(1 + random.nextInt(999_999));
      }
      csv.append('\n');
    }
    return csv.toString();
  }

  private static String readme(SampleSpec spec) {
    return String.format(
        Locale.ROOT,
        """
        %1$s
        %2$s

        Generated movie ratings in the layout of the MovieLens data sets. Nothing in here is real:
        the users, the movies, their titles and their ids in other databases are made up by
        com.craftyverse.recsys.sample.SampleGenerator of the craftyverse-recsys project. The same
        parameters always make the same data:

            seed          %3$d
            ratings       %4$d
            users         %5$d
            movies        %6$d, of which %7$d have ratings
            time          %8$d to %9$d, seconds since 1970-01-01 00:00 UTC
            arrivals      %10$s: share of the activity after which no more users arrive
            returning     %11$s: share of the users who come back after their first session
            lifetimeDays  %12$s: the median time for which those stay

        Choices and ratings follow a known model, noise included, so the best NDCG and the best RMSE
        that a recommender can reach on them can be calculated: see the class Oracle of that project.

        Files
        -----
        ratings.csv   userId,movieId,rating,timestamp   ordered by user, then by movie; 0.5 to 5 stars
        movies.csv    movieId,title,genres              the year is at the end of the title
        tags.csv      userId,movieId,tag,timestamp
        links.csv     movieId,imdbId,tmdbId             of the right form, but they lead nowhere

        All files are UTF-8 with a header line; a field with a comma or a quote in it is in quotes.

        Licence
        -------
        Free to use under the Apache License, Version 2.0.
        """,
        spec.name(),
        "=".repeat(spec.name().length()),
        spec.seed(),
        spec.ratings(),
        spec.users(),
        spec.movies(),
        spec.ratedMovies(),
        spec.from(),
        spec.to(),
        spec.arrivals(),
        spec.returning(),
        spec.lifetimeDays());
  }
}
