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
import java.util.ArrayList;
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

/// An uploaded file: a zip with ratings, items, tags and links at any depth, or a ratings file, plain or
/// gzipped.
///
/// The first bytes determine the file type. The file name only appears in messages, and selects `u.data`
/// among the ready-made splits of ml-100k. Several threads may read its parts, one part each.
final class UploadFile implements AutoCloseable {
  /// The maximum number of bytes that an entry or a gzip may inflate to. Tests may lower it.
  static final long MAX_BYTES = 8L << 30;

  private final Path path;
  private final String name;
  private final RatingsFormat format;
  private final long maxBytes;

  /// Null unless the file is a zip.
  private final @Nullable ZipArchive zip;

  private final boolean gzip;

  /// Null unless the file is a zip.
  private final @Nullable ArchiveEntries entries;

  /// Problems in the side files.
  private final BadRows problems = BadRows.unlimited();

  private final CpuPermits permits;
  private final RatingsLayout layout;
  private final String encoding;
  private final List<String> findings = new ArrayList<>();
  private volatile @Nullable LimitedInputStream ratingsInput;

  private UploadFile(
      Path path,
      String name,
      RatingsFormat format,
      @Nullable ZipArchive zip,
      boolean gzip,
      long maxBytes)
      throws IOException {
    this.path = path;
    this.name = name;
    this.format = format;
    this.zip = zip;
    this.entries = zip == null ? null : new ArchiveEntries(zip, name, format, problems);
    this.gzip = gzip;
    this.maxBytes = maxBytes;
    int cores = Runtime.getRuntime().availableProcessors();
    this.permits = new CpuPermits(zip == null && !gzip ? cores : Math.max(1, cores - 1));
    try (InputStream input = openStart();
        RatingsText text = RatingsText.open(input, format.encoding())) {
      byte[] sample = text.sample();
      if (sample.length == 0) {
        throw RequestException.unprocessable(
            ratingsFile() + " is empty; expected the columns user, item, rating and time");
      }
      this.layout = LayoutDetector.detect(sample, sample.length, format, ratingsFile());
      this.encoding = text.encoding();
      findings.addAll(layout.findings());
      if (!encoding.equals(UTF_8.name())) {
        findings.add("the text is " + encoding);
      }
      if (text.endsInCarriageReturns()) {
        findings.add("lines end in CR");
      }
    } catch (ZipException | EOFException e) {
      throw unreadable(name, zip == null ? "gzip" : "zip", e);
    } catch (CharacterCodingException e) {
      throw notText(e);
    }
  }

  /// Opens the ratings to look at their first bytes.
  private InputStream openStart() throws IOException {
    if (zip != null && entries != null) {
      return zip.open(entries.ratings());
    }
    InputStream file = Files.newInputStream(path);
    try {
      return gzip ? new GZIPInputStream(file, 1 << 16) : file;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private RequestException notText(CharacterCodingException e) {
    return RequestException.unprocessable(
        ratingsFile()
            + ": a character is invalid in its encoding ("
            + e.getMessage()
            + "); settings.json: \"encoding\": \"windows-1252\" or another name");
  }

  /// Returns the layout of the ratings.
  RatingsLayout layout() {
    return layout;
  }

  /// Returns the encoding of the ratings.
  String encoding() {
    return encoding;
  }

  /// Returns what was found out about the ratings file and why, a sentence each; empty for MovieLens' own
  /// layouts.
  List<String> findings() {
    return findings;
  }

  /// @param name the file's name in error messages
  /// @param format the expected format of its ratings
  /// @throws RequestException if it is empty, or a zip that cannot be read
  static UploadFile open(Path path, String name, RatingsFormat format) throws IOException {
    return open(path, name, format, MAX_BYTES);
  }

  static UploadFile open(Path path, String name, RatingsFormat format, long maxBytes)
      throws IOException {
    byte[] start;
    try (InputStream input = Files.newInputStream(path)) {
      start = input.readNBytes(4);
    }
    if (start.length == 0) {
      throw RequestException.unprocessable(name + " is empty; expected a zip or ratings.csv");
    }
    if (start.length < 4 || start[0] != 'P' || start[1] != 'K' || start[2] > 8) {
      boolean gzip = start.length > 1 && start[0] == 0x1F && start[1] == (byte) 0x8B;
      return new UploadFile(path, name, format, null, gzip, maxBytes);
    }
    ZipArchive zip = openZip(path, name);
    try {
      return new UploadFile(path, name, format, zip, false, maxBytes);
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

  /// Returns the problems in the side files that were read so far.
  BadRows problems() {
    return problems;
  }

  /// Checks that the disk has room for the ratings.
  ///
  /// @param free free disk space in bytes
  /// @throws RequestException if the ratings are larger; as columns they are about as large as in text
  void requireSpace(long free) {
    if (entries != null && entries.ratings().size() > free) {
      throw RequestException.unprocessable(
          String.format(
              Locale.ROOT,
              "%s has %,d bytes, but only %,d are free for temporary files",
              ratingsFile(),
              entries.ratings().size(),
              free));
    }
  }

  /// Returns the SHA-256 of the file's bytes, 64 hexadecimal characters.
  String sha256() throws IOException {
    permits.acquire();
    try (InputStream input = permits.yielding(Files.newInputStream(path))) {
      return Digest.of(input);
    } finally {
      permits.release();
    }
  }

  /// Returns the size of the ratings as text; of a gzip, its compressed size.
  long ratingsBytes() throws IOException {
    return entries == null ? Files.size(path) : entries.ratings().size();
  }

  /// Returns the number of these bytes read so far.
  long ratingsBytesRead() {
    LimitedInputStream input = ratingsInput;
    return input == null ? 0 : input.count();
  }

  /// Parses the ratings while another thread reads and inflates them.
  ///
  /// @return the parser, which has the dictionaries of the ids
  RatingsParser parseRatings(BadRows badRows, RatingsParser.Sink sink) throws IOException {
    if (entries != null) {
      return read(
          entries.ratings(),
          maxBytes,
          this::readAhead,
          (input, file) -> parse(input, file, badRows, sink));
    }
    permits.acquire();
    try (InputStream file = Files.newInputStream(path);
        InputStream input = gzip ? new GZIPInputStream(file, 1 << 16) : file;
        InputStream buffered = readAhead(new LimitedInputStream(input, name, maxBytes))) {
      return parse(buffered, name, badRows, sink);
    } catch (ZipException | EOFException e) {
      throw unreadable(name, "gzip", e);
    } finally {
      permits.release();
    }
  }

  private RatingsParser parse(
      InputStream input, String file, BadRows badRows, RatingsParser.Sink sink) throws IOException {
    try {
      // Not closed here: the caller owns the stream.
      RatingsText text = RatingsText.open(input, encoding);
      RatingsParser parser = new RatingsParser(text, layout, format.missing(), file, badRows, sink);
      parser.parse();
      return parser;
    } catch (CharacterCodingException e) {
      throw notText(e);
    }
  }

  private InputStream readAhead(LimitedInputStream input) {
    ratingsInput = input;
    return new ReadAheadInputStream(input, permits);
  }

  /// Returns the name of the ratings file in error messages.
  String ratingsFile() {
    return entries == null ? name : qualifiedName(entries.ratings());
  }

  /// Reads the items; returns none for a plain file or a zip without them.
  Movies items() throws IOException {
    for (Part part : List.of(Part.MOVIES_CSV, Part.MOVIES_DAT, Part.U_ITEM)) {
      Optional<Entry> entry = part(part);
      if (entry.isPresent()) {
        return readSideFile(
                entry.get(),
                Movies.MAX_BYTES,
                (in, charset, file, badRows) ->
                    switch (part) {
                      case MOVIES_CSV -> Movies.fromCsv(in, charset, file, badRows, layout);
                      case MOVIES_DAT -> Movies.fromDat(in, charset, file, badRows, layout);
                      default -> Movies.fromItemFile(in, charset, file, badRows, layout);
                    })
            .orElseGet(() -> new Movies(layout.itemIdType()));
      }
    }
    return new Movies(layout.itemIdType());
  }

  /// Writes the tags to `target`.
  ///
  /// @return the number of rows; empty if there are none or they cannot be read
  Optional<Long> writeTags(Path target) throws IOException {
    Optional<Entry> csv = part(Part.TAGS_CSV);
    if (csv.isPresent()) {
      return readSideFile(
          csv.get(),
          maxBytes,
          (in, charset, file, badRows) -> Tags.fromCsv(in, charset, file, badRows, layout, target));
    }
    Optional<Entry> dat = part(Part.TAGS_DAT);
    return dat.isEmpty()
        ? Optional.empty()
        : readSideFile(
            dat.get(),
            Tags.MAX_DAT_BYTES,
            (in, charset, file, badRows) ->
                Tags.fromDat(in, charset, file, badRows, layout, target));
  }

  /// Writes the links to `target`.
  ///
  /// @return the number of rows; empty if there are none or they cannot be read
  Optional<Long> writeLinks(Path target) throws IOException {
    Optional<Entry> csv = part(Part.LINKS_CSV);
    return csv.isEmpty()
        ? Optional.empty()
        : readSideFile(
            csv.get(),
            Links.MAX_BYTES,
            (in, charset, file, badRows) ->
                Links.fromCsv(in, charset, file, badRows, layout.itemIdType(), target));
  }

  private interface TextFileReader<T> {
    T read(InputStream input, Charset charset, String file, BadRows badRows) throws IOException;
  }

  /// Reads a side file. Its problems are recorded and never refuse the upload. A file that is not UTF-8 is
  /// read again in its detected encoding.
  private <T> Optional<T> readSideFile(Entry entry, long max, TextFileReader<T> reader)
      throws IOException {
    try {
      BadRows fileProblems = BadRows.unlimited();
      T result;
      try {
        result = read(entry, max, (in, file) -> reader.read(in, UTF_8, file, fileProblems));
        problems.addAll(fileProblems);
      } catch (CharacterCodingException e) {
        Charset charset = read(entry, max, (in, _) -> Encoding.of(in).charset());
        problems.add(
            RequestException.unprocessable(
                qualifiedName(entry) + " is not UTF-8; read as " + charset.name()));
        result = read(entry, max, (in, file) -> reader.read(in, charset, file, problems));
      }
      return Optional.of(result);
    } catch (RequestException problem) {
      problems.add(RequestException.unprocessable(problem.getMessage() + "; file skipped"));
      return Optional.empty();
    }
  }

  private Optional<Entry> part(Part part) {
    return entries == null ? Optional.empty() : entries.part(part);
  }

  /// Returns the names of the files in the zip that are not read, in the zip's order.
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

  private <T> T read(Entry entry, long max, Reader<T> reader) throws IOException {
    return read(entry, max, permits::yielding, reader);
  }

  /// Reads an entry to its end and verifies its checksum.
  ///
  /// @param buffer wraps the inflated stream before the checksum is computed
  private <T> T read(
      Entry entry, long max, Function<LimitedInputStream, InputStream> buffer, Reader<T> reader)
      throws IOException {
    ZipArchive archive = Objects.requireNonNull(zip);
    String file = qualifiedName(entry);
    String unreadableReason = entry.unreadableReason();
    if (unreadableReason != null) {
      throw RequestException.unprocessable(file + " " + unreadableReason);
    }
    permits.acquire();
    try (LimitedInputStream limited =
            new LimitedInputStream(archive.open(entry), file, Math.min(max, maxBytes));
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

  private String qualifiedName(Entry entry) {
    return name + ": " + entry.name();
  }

  /// Returns the error for a damaged file.
  static RequestException unreadable(String name, String kind, IOException e) {
    return RequestException.unprocessable(
        name
            + " is a "
            + kind
            + " that cannot be read; it is damaged or truncated ("
            + ObjectKeys.quote(String.valueOf(e.getMessage()))
            + ")");
  }
}
