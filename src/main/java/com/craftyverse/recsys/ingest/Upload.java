package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.ingest.UploadEntries.Part;
import com.craftyverse.recsys.step.Digest;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
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

  private final Path path;
  private final String name;
  private final RatingsFormat format;
  private final long mostBytes;

  /// Null for a plain file.
  private final @Nullable ZipFile zip;

  private final boolean gzip;

  /// Null for a plain file.
  private final @Nullable UploadEntries entries;

  private final Turns turns;
  private volatile @Nullable LimitedInputStream ratingsInput;

  private Upload(
      Path path,
      String name,
      RatingsFormat format,
      @Nullable ZipFile zip,
      boolean gzip,
      long mostBytes)
      throws IOException {
    this.path = path;
    this.name = name;
    this.format = format;
    this.zip = zip;
    this.entries = zip == null ? null : new UploadEntries(zip, name, format);
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
      return new Upload(path, name, format, zip, false, mostBytes);
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
    return entries == null ? Files.size(path) : entries.ratings().getSize();
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
    if (entries != null) {
      return read(
          entries.ratings(),
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

  /// What errors call the file of the ratings.
  String ratingsFile() {
    return entries == null ? name : inZip(entries.ratings());
  }

  /// The movies; none for a plain file or a zip without them.
  Movies movies(BadRows badRows) throws IOException {
    Optional<ZipEntry> csv = part(Part.MOVIES_CSV);
    Optional<ZipEntry> dat = part(Part.MOVIES_DAT);
    Optional<ZipEntry> items = part(Part.U_ITEM);
    if (csv.isPresent()) {
      return read(csv.get(), Movies.MOST_BYTES, (in, file) -> Movies.ofCsv(in, file, badRows));
    }
    if (dat.isPresent()) {
      return read(dat.get(), Movies.MOST_BYTES, (in, file) -> Movies.ofDat(in, file, badRows));
    }
    if (items.isPresent()) {
      return read(items.get(), Movies.MOST_BYTES, (in, file) -> Movies.ofItems(in, file, badRows));
    }
    return new Movies();
  }

  boolean hasTags() {
    return part(Part.TAGS_CSV).isPresent() || part(Part.TAGS_DAT).isPresent();
  }

  /// Writes the tags, of which [#hasTags] says whether there are any.
  ///
  /// @return their rows
  long writeTags(BadRows badRows, Path target) throws IOException {
    Optional<ZipEntry> csv = part(Part.TAGS_CSV);
    return csv.isPresent()
        ? read(csv.get(), mostBytes, (in, file) -> Tags.ofCsv(in, file, badRows, target))
        : read(
            part(Part.TAGS_DAT).orElseThrow(),
            Tags.MOST_BYTES_OF_DAT,
            (in, file) -> Tags.ofDat(in, file, badRows, target));
  }

  boolean hasLinks() {
    return part(Part.LINKS_CSV).isPresent();
  }

  /// Writes the links, of which [#hasLinks] says whether there are any.
  ///
  /// @return their rows
  long writeLinks(BadRows badRows, Path target) throws IOException {
    return read(
        part(Part.LINKS_CSV).orElseThrow(),
        Links.MOST_BYTES,
        (in, file) -> Links.ofCsv(in, file, badRows, target));
  }

  private Optional<ZipEntry> part(Part part) {
    return entries == null ? Optional.empty() : entries.part(part);
  }

  /// The names of the zip's files that are not read, in the zip's order.
  List<String> skipped() {
    return entries == null ? List.of() : entries.skipped();
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

  /// The error of a file that is damaged.
  static RequestException unreadable(String name, String kind, IOException e) {
    return RequestException.unprocessable(
        name
            + " is a "
            + kind
            + " that cannot be read; it is damaged or not whole ("
            + ObjectKeys.quote(String.valueOf(e.getMessage()))
            + ")");
  }
}
