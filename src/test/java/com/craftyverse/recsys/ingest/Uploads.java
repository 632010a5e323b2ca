package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.storage.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;

/// Small uploads for tests.
public final class Uploads {
  /// A header and no rows.
  public static final String HEADER = "userId,movieId,rating,timestamp\n";

  /// Movies of all genres that the tests need.
  public static final String MOVIES =
      """
      movieId,title,genres
      1,Long Road (1995),Drama
      2,"Harbour, The (1994)",Comedy|Romance
      5,Untitled,(no genres listed)
      """;

  private Uploads() {}

  /// Returns a zip of ratings and movies in a directory, like GroupLens' own.
  public static byte[] zip(String ratings, String movies) {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put("set/ratings.csv", ratings);
    entries.put("set/movies.csv", movies);
    return zip(entries);
  }

  /// Returns a zip of text files by name.
  public static byte[] zip(Map<String, String> entries) {
    Map<String, byte[]> bytes = new LinkedHashMap<>();
    entries.forEach((name, text) -> bytes.put(name, text.getBytes(StandardCharsets.UTF_8)));
    return zipOfBytes(bytes);
  }

  /// Returns a zip of binary files by name.
  static byte[] zipOfBytes(Map<String, byte[]> entries) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        ZipEntry header = new ZipEntry(entry.getKey());
        header.setTimeLocal(
            LocalDateTime.of(2026, 1, 1, 0, 0)); // so that the bytes do not depend on the clock
        zip.putNextEntry(header);
        zip.write(entry.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /// Returns a zip of files by name, with zip64 sizes.
  ///
  /// @param method 0 for none, 8 for Deflate, 9 for Deflate64, 12 for bzip2. Without repetitions of 258
  ///     bytes, Deflate data are also valid Deflate64.
  static byte[] zip64(Map<String, String> entries, int method) throws IOException {
    SeekableInMemoryByteChannel bytes = new SeekableInMemoryByteChannel();
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes)) {
      zip.setUseZip64(Zip64Mode.Always);
      for (Map.Entry<String, String> file : entries.entrySet()) {
        byte[] content = file.getValue().getBytes(StandardCharsets.UTF_8);
        byte[] compressed = compress(content, method);
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipArchiveEntry header = new ZipArchiveEntry(file.getKey());
        header.setTimeLocal(LocalDateTime.of(2026, 1, 1, 0, 0));
        header.setMethod(method);
        header.setCrc(crc.getValue());
        header.setSize(content.length);
        header.setCompressedSize(compressed.length);
        zip.addRawArchiveEntry(header, new ByteArrayInputStream(compressed));
      }
    }
    return Arrays.copyOf(bytes.array(), Math.toIntExact(bytes.size()));
  }

  private static byte[] compress(byte[] content, int method) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream compressed =
        switch (method) {
          case 0 -> bytes;
          case 12 -> new BZip2CompressorOutputStream(bytes, 1);
          default ->
              new DeflaterOutputStream(bytes, new Deflater(Deflater.DEFAULT_COMPRESSION, true));
        }) {
      compressed.write(content);
    }
    return bytes.toByteArray();
  }

  /// Returns ratings of `users` users and `movies` movies, one per second, user by user: enough to split.
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

  /// Puts an upload into the store and ingests it.
  public static IngestResult ingest(ObjectStore store, String key, byte[] upload)
      throws IOException {
    store.put(key, upload);
    return new Ingest(store).run(IngestRequest.of(key));
  }
}
