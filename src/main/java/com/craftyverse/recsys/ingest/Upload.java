package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.Digest;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/// An uploaded file: a zip with ratings, movies, tags and links at any depth, or ratings alone, plain or
/// in a gzip.
/// What a file is, its first bytes say; its name is for messages, and picks `u.data` among the
/// ready-made splits of ml-100k. Its parts may be read by several threads, one each.
final class Upload implements AutoCloseable {
  /// The most bytes that an entry or a gzip may inflate to, unless a test says otherwise.
  static final long MOST_BYTES = 8L << 30;

  private static final String RATINGS_CSV = "ratings.csv";
  private static final String MOVIES_CSV = "movies.csv";
  private static final String MOVIES_DAT = "movies.dat";
  private static final String U_ITEM = "u.item";
  private static final String U_DATA = "u.data";
  private static final String TAGS_CSV = "tags.csv";
  private static final String TAGS_DAT = "tags.dat";
  private static final String LINKS_CSV = "links.csv";
  private static final List<List<String>> PARTS =
      List.of(
          List.of(MOVIES_CSV, MOVIES_DAT, U_ITEM), List.of(TAGS_CSV, TAGS_DAT), List.of(LINKS_CSV));
  private static final int ENTRIES_NAMED = 8;
  private static final int MOST_ENTRIES = 1_000;
  private static final int FIRST_LINE = 4_096;

  private final Path path;
  private final String name;
  private final RatingsFormat format;
  private final long mostBytes;

  /// Null for a plain file.
  private final @Nullable ZipFile zip;

  private final boolean gzip;

  /// Null for a plain file.
  private @Nullable ZipEntry ratings;

  /// Files beside the ratings, by name.
  private final Map<String, ZipEntry> parts = new HashMap<>();

  private final Turns turns;
  private volatile @Nullable LimitedInputStream ratingsInput;

  private Upload(
      Path path,
      String name,
      RatingsFormat format,
      @Nullable ZipFile zip,
      boolean gzip,
      long mostBytes) {
    this.path = path;
    this.name = name;
    this.format = format;
    this.zip = zip;
    this.gzip = gzip;
    this.mostBytes = mostBytes;
    int cores = Runtime.getRuntime().availableProcessors();
    this.turns = new Turns(zip == null && !gzip ? cores : Math.max(1, cores - 1));
  }

  /// @param name the file's own name, which is what errors call it
  /// @param format what its ratings look like
  /// @throws RequestException when it is empty, or a zip that cannot be read
  static Upload open(Path path, String name, RatingsFormat format) throws IOException {
    return open(path, name, format, MOST_BYTES);
  }

  static Upload open(Path path, String name, RatingsFormat format, long mostBytes)
      throws IOException {
    byte[] start;
    try (InputStream input = Files.newInputStream(path)) {
      start = input.readNBytes(4);
    }
    if (start.length == 0) {
      throw RequestException.unprocessable(name + " is empty; a zip or ratings.csv was expected");
    }
    if (start.length < 2 || start[0] != 'P' || start[1] != 'K') {
      boolean gzip = start.length > 1 && start[0] == 0x1F && start[1] == (byte) 0x8B;
      return new Upload(path, name, format, null, gzip, mostBytes);
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
      Upload upload = new Upload(path, name, format, zip, false, mostBytes);
      upload.findParts(zip);
      return upload;
    } catch (IOException | RuntimeException e) {
      zip.close();
      throw e;
    }
  }

  String name() {
    return name;
  }

  /// The SHA-256 of all bytes of the file, 64 characters.
  String sha256() throws IOException {
    turns.take();
    try (InputStream input = turns.passing(Files.newInputStream(path))) {
      return Digest.of(input);
    } finally {
      turns.give();
    }
  }

  /// Size of the ratings as text; of a gzip, its own size.
  long ratingsBytes() throws IOException {
    return zip == null ? Files.size(path) : ratings().getSize();
  }

  /// How much of it has been parsed.
  long ratingsBytesRead() {
    LimitedInputStream input = ratingsInput;
    return input == null ? 0 : input.count();
  }

  /// Parses the ratings, while a thread of its own reads and inflates them.
  ///
  /// @return the layout that was recognised
  RatingsLayout parseRatings(BadRows badRows, RatingsParser.Sink sink) throws IOException {
    if (zip != null) {
      return read(
          ratings(),
          mostBytes,
          this::readAhead,
          (input, file) -> new RatingsParser(input, format, file, badRows, sink).parse());
    }
    turns.take();
    try (InputStream file = Files.newInputStream(path);
        InputStream input = gzip ? new GZIPInputStream(file, 1 << 16) : file;
        InputStream ahead = readAhead(new LimitedInputStream(input, name, mostBytes))) {
      return new RatingsParser(ahead, format, name, badRows, sink).parse();
    } catch (ZipException | EOFException e) {
      throw unreadable(name, "gzip", e);
    } finally {
      turns.give();
    }
  }

  private InputStream readAhead(LimitedInputStream input) {
    ratingsInput = input;
    return new ReadAheadInputStream(input, turns);
  }

  /// The movies; none for a plain file or a zip without them.
  Movies movies(BadRows badRows) throws IOException {
    for (String wanted : List.of(MOVIES_CSV, MOVIES_DAT, U_ITEM)) {
      ZipEntry entry = parts.get(wanted);
      if (entry != null) {
        return read(
            entry,
            Movies.MOST_BYTES,
            (input, file) ->
                switch (wanted) {
                  case MOVIES_CSV -> Movies.ofCsv(input, file, badRows);
                  case MOVIES_DAT -> Movies.ofDat(input, file, badRows);
                  default -> Movies.ofItems(input, file, badRows);
                });
      }
    }
    return new Movies();
  }

  boolean hasTags() {
    return parts.containsKey(TAGS_CSV) || parts.containsKey(TAGS_DAT);
  }

  /// Writes the tags, of which [#hasTags] says whether there are any.
  ///
  /// @return their rows
  long writeTags(BadRows badRows, Path target) throws IOException {
    ZipEntry csv = parts.get(TAGS_CSV);
    return csv != null
        ? read(csv, mostBytes, (input, file) -> Tags.ofCsv(input, file, badRows, target))
        : read(
            Objects.requireNonNull(parts.get(TAGS_DAT)),
            Tags.MOST_BYTES_OF_DAT,
            (input, file) -> Tags.ofDat(input, file, badRows, target));
  }

  boolean hasLinks() {
    return parts.containsKey(LINKS_CSV);
  }

  /// Writes the links, of which [#hasLinks] says whether there are any.
  ///
  /// @return their rows
  long writeLinks(BadRows badRows, Path target) throws IOException {
    return read(
        Objects.requireNonNull(parts.get(LINKS_CSV)),
        Links.MOST_BYTES,
        (input, file) -> Links.ofCsv(input, file, badRows, target));
  }

  /// The names of the zip's files that are not read, in the zip's order.
  List<String> skipped() {
    if (zip == null) {
      return List.of();
    }
    Set<String> read = new HashSet<>();
    read.add(ratings().getName());
    parts.values().forEach(part -> read.add(part.getName()));
    return zip.stream()
        .filter(entry -> !entry.isDirectory() && !read.contains(entry.getName()))
        .map(ZipEntry::getName)
        .toList();
  }

  @Override
  public void close() throws IOException {
    if (zip != null) {
      zip.close();
    }
  }

  private interface Reader<T> {
    T read(InputStream input, String file) throws IOException;
  }

  private <T> T read(ZipEntry entry, long most, Reader<T> reader) throws IOException {
    return read(entry, most, turns::passing, reader);
  }

  /// Reads an entry to its end and checks it against its checksum, which `ZipFile` does not.
  ///
  /// @param buffer what to put between inflating and checking
  private <T> T read(
      ZipEntry entry, long most, Function<LimitedInputStream, InputStream> buffer, Reader<T> reader)
      throws IOException {
    ZipFile open = Objects.requireNonNull(zip);
    String file = inZip(entry);
    turns.take();
    try (LimitedInputStream limited =
            new LimitedInputStream(open.getInputStream(entry), file, Math.min(most, mostBytes));
        CheckedInputStream checked = new CheckedInputStream(buffer.apply(limited), new CRC32())) {
      T result = reader.read(checked, file);
      if (entry.getCrc() != -1 && checked.getChecksum().getValue() != entry.getCrc()) {
        throw RequestException.unprocessable(
            file + " does not match its checksum; the zip is damaged");
      }
      return result;
    } catch (ZipException | EOFException e) {
      throw unreadable(name, "zip", e);
    } finally {
      turns.give();
    }
  }

  private String inZip(ZipEntry entry) {
    return name + ": " + entry.getName();
  }

  /// Finds the files to read; of movies and of tags those of the first layout that is there.
  private void findParts(ZipFile file) throws IOException {
    for (List<String> layouts : PARTS) {
      for (String wanted : layouts) {
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
        if (!entries.isEmpty()) {
          parts.put(wanted, entries.getFirst());
          break;
        }
      }
    }
    ratings = findRatings(file);
  }

  private ZipEntry ratings() {
    return Objects.requireNonNull(ratings);
  }

  /// The entry that holds the ratings, found by the first line of each.
  private ZipEntry findRatings(ZipFile file) throws IOException {
    List<ZipEntry> found = new ArrayList<>();
    for (ZipEntry entry : Collections.list(file.entries())) {
      if (!entry.isDirectory()
          && ((isNamed(entry, RATINGS_CSV) && format.columns() == null)
              || format.recognise(firstLine(file, entry)).isPresent())) {
        found.add(entry);
      }
    }
    if (found.size() > 1 && found.stream().filter(e -> isNamed(e, U_DATA)).count() == 1) {
      found.removeIf(e -> !isNamed(e, U_DATA));
    }
    if (found.isEmpty()) {
      throw RequestException.unprocessable(
          name
              + " holds no "
              + (format.columns() == null
                  ? RATINGS_CSV
                  : "file of ratings that begins with " + format.header())
              + "; it has "
              + (file.size() == 0 ? "no files at all" : names(file)));
    }
    if (found.size() > 1) {
      throw RequestException.unprocessable(
          name + " holds " + found.size() + " files of ratings, expected one: " + firstTwo(found));
    }
    return found.getFirst();
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
}
