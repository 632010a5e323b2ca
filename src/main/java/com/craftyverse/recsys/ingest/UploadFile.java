package com.craftyverse.recsys.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.craftyverse.recsys.ingest.ArchiveEntries.Part;
import com.craftyverse.recsys.ingest.ZipArchive.Entry;
import com.craftyverse.recsys.step.Digest;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/// An uploaded file: a zip with ratings, items, tags and links at any depth, or ratings alone, plain or
/// gzipped.
///
/// The first bytes decide what a file is. Its name appears in messages only, and selects `u.data` among the
/// ready-made splits of ml-100k. Several threads may read its parts, one part each.
final class UploadFile implements AutoCloseable {
  /// The most bytes that an entry or a gzip may inflate to, unless a test says otherwise.
  static final long MOST_BYTES = 8L << 30;

  private final Path path;
  private final String name;
  private final RatingsFormat format;
  private final long mostBytes;

  /// Null for a plain file.
  private final @Nullable ZipArchive zip;

  private final boolean gzip;

  /// Null for a plain file.
  private final @Nullable ArchiveEntries entries;

  /// What is not used of the files beside the ratings.
  private final BadRows problems = BadRows.unlimited();

  private final CpuPermits permits;
  private volatile @Nullable LimitedInputStream ratingsInput;

  private UploadFile(
      Path path,
      String name,
      RatingsFormat format,
      @Nullable ZipArchive zip,
      boolean gzip,
      long mostBytes)
      throws IOException {
    this.path = path;
    this.name = name;
    this.format = format;
    this.zip = zip;
    this.entries = zip == null ? null : new ArchiveEntries(zip, name, format, problems);
    this.gzip = gzip;
    this.mostBytes = mostBytes;
    int cores = Runtime.getRuntime().availableProcessors();
    this.permits = new CpuPermits(zip == null && !gzip ? cores : Math.max(1, cores - 1));
  }

  /// @param name the file's own name, which is what errors call it
  /// @param format what its ratings look like
  /// @throws RequestException when it is empty, or a zip that cannot be read
  static UploadFile open(Path path, String name, RatingsFormat format) throws IOException {
    return open(path, name, format, MOST_BYTES);
  }

  static UploadFile open(Path path, String name, RatingsFormat format, long mostBytes)
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
      return new UploadFile(path, name, format, null, gzip, mostBytes);
    }
    ZipArchive zip = openZip(path, name);
    try {
      return new UploadFile(path, name, format, zip, false, mostBytes);
    } catch (IOException | RuntimeException e) {
      zip.close();
      throw e;
    }
  }

  private static ZipArchive openZip(Path path, String name) throws IOException {
    try {
      return ZipArchive.open(path, name);
    } catch (ZipException | EOFException e) {
      throw unreadable(name, "zip", e);
    }
  }

  String name() {
    return name;
  }

  /// What is not used of the files beside the ratings, and why: problems of what was read so far.
  BadRows problems() {
    return problems;
  }

  /// Makes sure that there is room for what is to be read.
  ///
  /// @param free bytes that may be written
  /// @throws RequestException when the ratings are larger, which are about as large in columns as in text
  void requireSpace(long free) {
    if (entries != null && entries.ratings().size() > free) {
      throw RequestException.unprocessable(
          String.format(
              Locale.ROOT,
              "%s has %,d bytes, and %,d are free for temporary files",
              ratingsFile(),
              entries.ratings().size(),
              free));
    }
  }

  /// The SHA-256 of all bytes of the file, 64 characters.
  String sha256() throws IOException {
    permits.acquire();
    try (InputStream input = permits.yielding(Files.newInputStream(path))) {
      return Digest.of(input);
    } finally {
      permits.release();
    }
  }

  /// Size of the ratings as text; of a gzip, its own size.
  long ratingsBytes() throws IOException {
    return entries == null ? Files.size(path) : entries.ratings().size();
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
    permits.acquire();
    try (InputStream file = Files.newInputStream(path);
        InputStream input = gzip ? new GZIPInputStream(file, 1 << 16) : file;
        InputStream ahead = readAhead(new LimitedInputStream(input, name, mostBytes))) {
      return new RatingsParser(ahead, format, name, badRows, sink).parse();
    } catch (ZipException | EOFException e) {
      throw unreadable(name, "gzip", e);
    } finally {
      permits.release();
    }
  }

  private InputStream readAhead(LimitedInputStream input) {
    ratingsInput = input;
    return new ReadAheadInputStream(input, permits);
  }

  /// What errors call the file of the ratings.
  String ratingsFile() {
    return entries == null ? name : inZip(entries.ratings());
  }

  /// The items; none for a plain file or a zip without them.
  Movies items() throws IOException {
    for (Part part : List.of(Part.MOVIES_CSV, Part.MOVIES_DAT, Part.U_ITEM)) {
      Optional<Entry> entry = part(part);
      if (entry.isPresent()) {
        return readSideFile(
                entry.get(),
                Movies.MOST_BYTES,
                (in, charset, file, badRows) ->
                    switch (part) {
                      case MOVIES_CSV -> Movies.ofCsv(in, charset, file, badRows);
                      case MOVIES_DAT -> Movies.ofDat(in, charset, file, badRows);
                      default -> Movies.ofItems(in, charset, file, badRows);
                    })
            .orElseGet(Movies::new);
      }
    }
    return new Movies();
  }

  /// Writes the tags.
  ///
  /// @return their rows; empty when there are none or they cannot be read
  Optional<Long> writeTags(Path target) throws IOException {
    Optional<Entry> csv = part(Part.TAGS_CSV);
    if (csv.isPresent()) {
      return readSideFile(
          csv.get(),
          mostBytes,
          (in, charset, file, badRows) -> Tags.ofCsv(in, charset, file, badRows, target));
    }
    Optional<Entry> dat = part(Part.TAGS_DAT);
    return dat.isEmpty()
        ? Optional.empty()
        : readSideFile(
            dat.get(),
            Tags.MOST_BYTES_OF_DAT,
            (in, charset, file, badRows) -> Tags.ofDat(in, charset, file, badRows, target));
  }

  /// Writes the links.
  ///
  /// @return their rows; empty when there are none or they cannot be read
  Optional<Long> writeLinks(Path target) throws IOException {
    Optional<Entry> csv = part(Part.LINKS_CSV);
    return csv.isEmpty()
        ? Optional.empty()
        : readSideFile(
            csv.get(),
            Links.MOST_BYTES,
            (in, charset, file, badRows) -> Links.ofCsv(in, charset, file, badRows, target));
  }

  private interface TextReading<T> {
    T read(InputStream input, Charset charset, String file, BadRows badRows) throws IOException;
  }

  /// Reads a file beside the ratings. Whatever is wrong with it is a problem of its own, and never one of
  /// the upload; what is not UTF-8 is read again in the encoding that it has.
  private <T> Optional<T> readSideFile(Entry entry, long most, TextReading<T> reading)
      throws IOException {
    try {
      BadRows found = BadRows.unlimited();
      T result;
      try {
        result = read(entry, most, (in, file) -> reading.read(in, UTF_8, file, found));
        problems.addAll(found);
      } catch (CharacterCodingException e) {
        Charset charset = read(entry, most, (in, file) -> Encoding.of(in).charset());
        problems.add(
            RequestException.unprocessable(
                inZip(entry) + " is not UTF-8; it is read as " + charset.name()));
        result = read(entry, most, (in, file) -> reading.read(in, charset, file, problems));
      }
      return Optional.of(result);
    } catch (RequestException problem) {
      problems.add(RequestException.unprocessable(problem.getMessage() + "; the file is left out"));
      return Optional.empty();
    }
  }

  private Optional<Entry> part(Part part) {
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

  private <T> T read(Entry entry, long most, Reader<T> reader) throws IOException {
    return read(entry, most, permits::yielding, reader);
  }

  /// Reads an entry to its end and checks it against its checksum.
  ///
  /// @param buffer what to put between inflating and checking
  private <T> T read(
      Entry entry, long most, Function<LimitedInputStream, InputStream> buffer, Reader<T> reader)
      throws IOException {
    ZipArchive archive = Objects.requireNonNull(zip);
    String file = inZip(entry);
    String obstacle = entry.obstacle();
    if (obstacle != null) {
      throw RequestException.unprocessable(file + " " + obstacle);
    }
    permits.acquire();
    try (LimitedInputStream limited =
            new LimitedInputStream(archive.open(entry), file, Math.min(most, mostBytes));
        CheckedInputStream checked = new CheckedInputStream(buffer.apply(limited), new CRC32())) {
      T result = reader.read(checked, file);
      checked.transferTo(OutputStream.nullOutputStream());
      if (checked.getChecksum().getValue() != entry.crc()) {
        throw RequestException.unprocessable(
            file + " does not match its checksum; the zip is damaged");
      }
      return result;
    } catch (ZipException | EOFException e) {
      throw unreadable(name, "zip", e);
    } finally {
      permits.release();
    }
  }

  private String inZip(Entry entry) {
    return name + ": " + entry.name();
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
