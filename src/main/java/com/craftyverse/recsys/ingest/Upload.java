package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/// An uploaded file: a zip with ratings and movies at any depth, or ratings alone, plain or in a gzip.
/// What a file is, its first bytes say; its name is for messages, and picks `u.data` among the
/// ready-made splits of ml-100k.
final class Upload implements AutoCloseable {
  /// The most bytes that an entry or a gzip may inflate to, unless a test says otherwise.
  static final long MOST_BYTES = 8L << 30;

  private static final String MOVIES_CSV = "movies.csv";
  private static final String MOVIES_DAT = "movies.dat";
  private static final String U_ITEM = "u.item";
  private static final String U_DATA = "u.data";
  private static final int ENTRIES_NAMED = 8;
  private static final int MOST_ENTRIES = 1_000;
  private static final int FIRST_LINE = 1_000;

  private final Path path;
  private final String name;
  private final long mostBytes;

  /// Null for a plain file.
  private final @Nullable ZipFile zip;

  private final boolean gzip;
  private @Nullable ZipEntry ratings;
  private @Nullable CountingInputStream ratingsInput;

  private Upload(Path path, String name, @Nullable ZipFile zip, boolean gzip, long mostBytes) {
    this.path = path;
    this.name = name;
    this.zip = zip;
    this.gzip = gzip;
    this.mostBytes = mostBytes;
  }

  /// @param name the file's own name, which is what errors call it
  /// @throws RequestException when it is empty, or a zip that cannot be read
  static Upload open(Path path, String name) throws IOException {
    return open(path, name, MOST_BYTES);
  }

  static Upload open(Path path, String name, long mostBytes) throws IOException {
    byte[] start;
    try (InputStream input = Files.newInputStream(path)) {
      start = input.readNBytes(4);
    }
    if (start.length == 0) {
      throw RequestException.unprocessable(name + " is empty; a zip or ratings.csv was expected");
    }
    if (start.length < 2 || start[0] != 'P' || start[1] != 'K') {
      boolean gzip = start.length > 1 && start[0] == 0x1F && start[1] == (byte) 0x8B;
      return new Upload(path, name, null, gzip, mostBytes);
    }
    ZipFile zip;
    try {
      zip = new ZipFile(path.toFile());
    } catch (ZipException | EOFException e) {
      if (String.valueOf(e.getMessage()).contains("encrypted")) {
        throw RequestException.unprocessable(
            name + " has an encrypted entry; only zips without a password are read");
      }
      throw unreadable(name, "zip", e);
    }
    try {
      requireNames(zip, name);
      return new Upload(path, name, zip, false, mostBytes);
    } catch (RequestException e) {
      zip.close();
      throw e;
    }
  }

  String name() {
    return name;
  }

  /// Size of the ratings as text; of a gzip, its own size.
  long ratingsBytes() throws IOException {
    return zip == null ? Files.size(path) : ratings(zip).getSize();
  }

  /// How much of it has been parsed.
  long ratingsBytesRead() {
    return ratingsInput == null ? 0 : ratingsInput.count;
  }

  /// Parses the ratings.
  ///
  /// @return the layout that was recognised
  RatingsLayout parseRatings(BadRows badRows, RatingsParser.Sink sink) throws IOException {
    if (zip != null) {
      ZipEntry entry = ratings(zip);
      return read(entry, input -> parse(input, inZip(entry), badRows, sink));
    }
    try (InputStream file = Files.newInputStream(path);
        InputStream input = gzip ? new GZIPInputStream(file, 1 << 16) : file) {
      return parse(input, name, badRows, sink);
    } catch (ZipException | EOFException e) {
      throw unreadable(name, "gzip", e);
    }
  }

  private RatingsLayout parse(
      InputStream input, String file, BadRows badRows, RatingsParser.Sink sink) throws IOException {
    CountingInputStream counting = new CountingInputStream(input, file, mostBytes);
    ratingsInput = counting;
    return new RatingsParser(counting, file, badRows, sink).parse();
  }

  /// The movies; none for a plain file or a zip without them.
  Movies movies() throws IOException {
    if (zip == null) {
      return new Movies();
    }
    for (String wanted : List.of(MOVIES_CSV, MOVIES_DAT, U_ITEM)) {
      Optional<? extends ZipEntry> entry = find(zip, name, wanted);
      if (entry.isPresent()) {
        String file = inZip(entry.get());
        return read(
            entry.get(),
            input -> {
              InputStream limited =
                  new CountingInputStream(input, file, Math.min(mostBytes, Movies.MOST_BYTES));
              return switch (wanted) {
                case MOVIES_CSV -> new Movies(limited, file);
                case MOVIES_DAT -> Movies.ofDat(limited, file);
                default -> Movies.ofItems(limited, file);
              };
            });
      }
    }
    return new Movies();
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
      throw unreadable(name, "zip", e);
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
              + firstTwo(entries));
    }
    return entries.stream().findFirst();
  }

  /// The entry that holds the ratings, found by the first line of each.
  private ZipEntry ratings(ZipFile file) throws IOException {
    if (ratings != null) {
      return ratings;
    }
    List<ZipEntry> found = new ArrayList<>();
    for (ZipEntry entry : Collections.list(file.entries())) {
      if (!entry.isDirectory()
          && (isNamed(entry, "ratings.csv")
              || RatingsLayout.recognise(firstLine(file, entry)).isPresent())) {
        found.add(entry);
      }
    }
    if (found.size() > 1 && found.stream().filter(e -> isNamed(e, U_DATA)).count() == 1) {
      found.removeIf(e -> !isNamed(e, U_DATA));
    }
    if (found.isEmpty()) {
      throw RequestException.unprocessable(
          name
              + " holds no ratings.csv; it has "
              + (file.size() == 0 ? "no files at all" : names(file)));
    }
    if (found.size() > 1) {
      throw RequestException.unprocessable(
          name + " holds " + found.size() + " files of ratings, expected one: " + firstTwo(found));
    }
    ratings = found.getFirst();
    return ratings;
  }

  private String firstLine(ZipFile file, ZipEntry entry) throws IOException {
    try (InputStream input = file.getInputStream(entry)) {
      byte[] start = input.readNBytes(FIRST_LINE);
      return RatingsLayout.firstLine(start, start.length);
    } catch (ZipException | EOFException e) {
      throw unreadable(name, "zip", e);
    }
  }

  /// Nothing is unpacked under an entry's name, but a zip with such names is up to no good.
  private static void requireNames(ZipFile file, String name) {
    if (file.size() > MOST_ENTRIES) {
      throw RequestException.unprocessable(
          name + " has " + file.size() + " entries, expected " + MOST_ENTRIES + " at most");
    }
    for (ZipEntry entry : Collections.list(file.entries())) {
      String path = entry.getName().replace('\\', '/');
      if (path.startsWith("/")
          || path.matches("[A-Za-z]:.*")
          || List.of(path.split("/", -1)).contains("..")) {
        throw RequestException.unprocessable(
            name
                + " has an entry named "
                + ObjectKeys.quote(entry.getName())
                + ", which leads out of the zip");
      }
    }
  }

  private static String firstTwo(List<? extends ZipEntry> entries) {
    return entries.stream()
        .map(e -> ObjectKeys.quote(e.getName()))
        .sorted()
        .limit(2)
        .collect(Collectors.joining(", "));
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

  private static RequestException unreadable(String name, String kind, IOException e) {
    return RequestException.unprocessable(
        name
            + " is a "
            + kind
            + " that cannot be read; it is damaged or not whole ("
            + ObjectKeys.quote(String.valueOf(e.getMessage()))
            + ")");
  }

  /// Counts what is read, up to a limit: a few kilobytes can inflate to a full disk.
  private static final class CountingInputStream extends FilterInputStream {
    private final String file;
    private final long most;
    private long count;

    CountingInputStream(InputStream in, String file, long most) {
      super(in);
      this.file = file;
      this.most = most;
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      count(value >= 0 ? 1 : 0);
      return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      count(Math.max(0, read));
      return read;
    }

    private void count(int read) {
      count += read;
      if (count > most) {
        throw RequestException.unprocessable(
            file + " has more than " + most + " bytes, the most that are read");
      }
    }
  }
}
