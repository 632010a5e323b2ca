package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.storage.ObjectStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Uploads for tests, small enough to be read.
public final class Uploads {
  /// A header and no rows.
  public static final String HEADER = "userId,movieId,rating,timestamp\n";

  /// Movies of all genres that a test wants.
  public static final String MOVIES =
      """
      movieId,title,genres
      1,Long Road (1995),Drama
      2,"Harbour, The (1994)",Comedy|Romance
      5,Untitled,(no genres listed)
      """;

  private Uploads() {}

  /// A zip of ratings and movies in a directory, as GroupLens' own are.
  public static byte[] zip(String ratings, String movies) {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put("set/ratings.csv", ratings);
    entries.put("set/movies.csv", movies);
    return zip(entries);
  }

  /// A zip of files by name.
  public static byte[] zip(Map<String, String> entries) {
    Map<String, byte[]> bytes = new LinkedHashMap<>();
    entries.forEach((name, text) -> bytes.put(name, text.getBytes(StandardCharsets.UTF_8)));
    return zipOfBytes(bytes);
  }

  /// A zip of files by name, whatever is in them.
  static byte[] zipOfBytes(Map<String, byte[]> entries) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        ZipEntry header = new ZipEntry(entry.getKey());
        header.setTimeLocal(LocalDateTime.of(2026, 1, 1, 0, 0)); // the same bytes at any time
        zip.putNextEntry(header);
        zip.write(entry.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /// Ratings of `users` users and `movies` movies, one every second, user by user: enough to be split.
  public static String ratings(int users, int movies) {
    StringBuilder csv = new StringBuilder(HEADER);
    for (int user = 1; user <= users; user++) {
      for (int movie = 1; movie <= movies; movie++) {
        csv.append(user)
            .append(',')
            .append(movie)
            .append(',')
            .append(1 + (user * 7 + movie * 3) % 9 * 0.5)
            .append(',')
            .append(1_000_000 + (long) movie * users + user)
            .append('\n');
      }
    }
    return csv.toString();
  }

  /// Ingests an upload that is put into the store.
  public static IngestResult ingest(ObjectStore store, String key, byte[] upload)
      throws IOException {
    store.put(key, upload);
    return new Ingest(store).run(new IngestRequest(key));
  }
}
