package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/// An uploaded file: a zip with `ratings.csv` and `movies.csv` at any depth, or a plain `ratings.csv`
/// without movies. What it is, its first bytes say; its name is for messages.
final class Upload implements AutoCloseable {
  private static final String RATINGS_CSV = "ratings.csv";
  private static final String MOVIES_CSV = "movies.csv";
  private static final int ENTRIES_NAMED = 8;

  private final Path path;
  private final String name;

  /// Null for a plain file.
  private final @Nullable ZipFile zip;

  private @Nullable CountingInputStream ratingsInput;

  private Upload(Path path, String name, @Nullable ZipFile zip) {
    this.path = path;
    this.name = name;
    this.zip = zip;
  }

  /// @param name the file's own name, which is what errors call it
  /// @throws RequestException when it is neither a zip nor text
  static Upload open(Path path, String name) throws IOException {
    byte[] start;
    try (InputStream input = Files.newInputStream(path)) {
      start = input.readNBytes(4);
    }
    if (start.length == 0) {
      throw RequestException.unprocessable(name + " is empty; a zip or ratings.csv was expected");
    }
    if (start[0] != 'P' || start.length < 2 || start[1] != 'K') {
      return new Upload(path, name, null);
    }
    try {
      return new Upload(path, name, new ZipFile(path.toFile()));
    } catch (ZipException | EOFException e) {
      throw unreadable(name, e);
    }
  }

  String name() {
    return name;
  }

  /// What was recognised, for the manifest.
  String layout() {
    return zip == null ? "ratings.csv" : "zip of ratings.csv and movies.csv";
  }

  /// Size of the ratings as text, -1 if unknown.
  long ratingsBytes() throws IOException {
    return zip == null ? Files.size(path) : requireRatings(zip, name).getSize();
  }

  /// How much of it has been parsed.
  long ratingsBytesRead() {
    return ratingsInput == null ? 0 : ratingsInput.count;
  }

  void parseRatings(RatingsParser.Sink sink) throws IOException {
    if (zip == null) {
      try (CountingInputStream input = new CountingInputStream(Files.newInputStream(path))) {
        ratingsInput = input;
        new RatingsParser(input, name, sink).parse();
      }
      return;
    }
    ZipEntry entry = requireRatings(zip, name);
    read(
        entry,
        input -> {
          CountingInputStream counting = new CountingInputStream(input);
          ratingsInput = counting;
          new RatingsParser(counting, inZip(entry), sink).parse();
          return true;
        });
  }

  /// The movies; none for a plain file or a zip without them.
  Movies movies() throws IOException {
    Optional<? extends ZipEntry> entry =
        zip == null ? Optional.empty() : find(zip, name, MOVIES_CSV);
    return entry.isEmpty()
        ? new Movies()
        : read(entry.get(), input -> new Movies(input, inZip(entry.get())));
  }

  @Override
  public void close() throws IOException {
    if (zip != null) {
      zip.close();
    }
  }

  private interface Reader<T> {
    T read(InputStream input) throws IOException;
  }

  /// Reads an entry to its end and checks it against its checksum, which `ZipFile` does not.
  private <T> T read(ZipEntry entry, Reader<T> reader) throws IOException {
    ZipFile open = Objects.requireNonNull(zip);
    try (CheckedInputStream input =
        new CheckedInputStream(open.getInputStream(entry), new CRC32())) {
      T result = reader.read(input);
      input.skip(Long.MAX_VALUE);
      if (entry.getCrc() != -1 && input.getChecksum().getValue() != entry.getCrc()) {
        throw RequestException.unprocessable(
            inZip(entry) + " does not match its checksum; the zip is damaged");
      }
      return result;
    } catch (ZipException | EOFException e) {
      throw unreadable(name, e);
    }
  }

  private String inZip(ZipEntry entry) {
    return name + ": " + entry.getName();
  }

  private static Optional<? extends ZipEntry> find(ZipFile file, String name, String wanted) {
    List<? extends ZipEntry> entries =
        file.stream().filter(e -> !e.isDirectory() && isNamed(e, wanted)).toList();
    if (entries.size() > 1) {
      throw RequestException.unprocessable(
          name
              + " holds "
              + entries.size()
              + " files named "
              + wanted
              + ", expected one: "
              + entries.stream()
                  .map(e -> ObjectKeys.quote(e.getName()))
                  .sorted()
                  .limit(2)
                  .collect(Collectors.joining(", ")));
    }
    return entries.stream().findFirst();
  }

  private static ZipEntry requireRatings(ZipFile file, String name) {
    Optional<? extends ZipEntry> entry = find(file, name, RATINGS_CSV);
    if (entry.isEmpty()) {
      throw RequestException.unprocessable(
          name
              + " holds no "
              + RATINGS_CSV
              + "; it has "
              + (file.size() == 0 ? "no files at all" : names(file)));
    }
    return entry.get();
  }

  private static String names(ZipFile file) {
    String names =
        file.stream()
            .limit(ENTRIES_NAMED)
            .map(e -> ObjectKeys.quote(e.getName()))
            .collect(Collectors.joining(", "));
    return file.size() > ENTRIES_NAMED
        ? names + " and " + (file.size() - ENTRIES_NAMED) + " more"
        : names;
  }

  private static boolean isNamed(ZipEntry entry, String wanted) {
    String path = entry.getName().replace('\\', '/').toLowerCase(Locale.ROOT);
    return path.substring(path.lastIndexOf('/') + 1).equals(wanted);
  }

  private static RequestException unreadable(String name, IOException e) {
    return RequestException.unprocessable(
        name
            + " is a zip that cannot be read; it is damaged or not whole ("
            + ObjectKeys.quote(String.valueOf(e.getMessage()))
            + ")");
  }

  private static final class CountingInputStream extends FilterInputStream {
    private long count;

    CountingInputStream(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      count += value >= 0 ? 1 : 0;
      return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      count += Math.max(0, read);
      return read;
    }
  }
}
