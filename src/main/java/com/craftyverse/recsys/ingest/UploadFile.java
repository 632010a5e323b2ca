package com.craftyverse.recsys.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.craftyverse.recsys.ingest.Archive.Entry;
import com.craftyverse.recsys.ingest.ArchiveEntries.Part;
import com.craftyverse.recsys.step.Digest;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.table.NumberColumns;
import com.craftyverse.recsys.table.TableFormat;
import com.github.luben.zstd.ZstdIOException;
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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipException;
import org.apache.commons.io.input.CloseShieldInputStream;
import org.jspecify.annotations.Nullable;

/// An upload: a zip with ratings, items, tags and links at any depth, a file with ratings, or several files that
/// make one dataset.
///
/// The first bytes determine the type of each file. Names only appear in messages, and select the better one of two
/// files with ratings. Several threads may read its parts, one part each.
final class UploadFile implements AutoCloseable {
  /// The maximum number of bytes that an entry or a compressed file may inflate to. Tests may lower it.
  static final long MAX_BYTES = 8L << 30;

  private final Map<String, Path> paths;
  private final String name;
  private final RatingsFormat format;
  private final long maxBytes;
  private final Archive archive;
  private final ArchiveTables tables;

  /// Null for a single file, which has the ratings.
  private final @Nullable ArchiveEntries entries;

  /// The ratings, in parts that all have the same layout.
  private final List<Entry> ratings;

  /// Problems in the side files.
  private final BadRows problems = BadRows.unlimited();

  private final CpuPermits permits;
  private final RatingsLayout layout;
  private final String encoding;
  private final String header;
  private final List<String> findings = new ArrayList<>();
  private volatile long bytesOfPartsRead;
  private volatile @Nullable LongSupplier bytesRead;

  /// The ids and counts of all ratings.
  ///
  /// @param ids the ids by their codes
  /// @param missing the number of rows that were left out because their rating stands for a missing one
  record ParsedRatings(RatingsParser.Ids ids, long missing) {}

  private UploadFile(
      Map<String, Path> paths, Archive archive, String name, RatingsFormat format, long maxBytes)
      throws IOException {
    this.paths = paths;
    this.name = name;
    this.format = format;
    this.maxBytes = maxBytes;
    this.archive = archive;
    this.tables = new ArchiveTables(archive, maxBytes);
    boolean isSingle = archive instanceof FileArchive && paths.size() == 1;
    this.entries = isSingle ? null : new ArchiveEntries(archive, tables, name, format, problems);
    this.ratings = entries == null ? List.copyOf(archive.entries()) : entries.ratings();
    Entry first = ratings.getFirst();
    int cores = Runtime.getRuntime().availableProcessors();
    boolean isPlain = archive.file(first).isPresent();
    this.permits = new CpuPermits(isPlain ? cores : Math.max(1, cores - 1));
    String file = fileName(first);
    try (InputStream input = tables.openText(first, file);
        RatingsText text = RatingsText.open(input, encoding(first))) {
      byte[] sample = text.sample();
      if (sample.length == 0) {
        throw RequestException.unprocessable(
            file + " is empty; expected the columns user, item, rating and time");
      }
      TableFormat table = tables.format(first);
      RatingsLayout detected = LayoutDetector.detect(sample, sample.length, formatOf(table), file);
      this.layout = RatingsLayoutBuilder.builder(detected).table(table).build();
      this.encoding = text.encoding();
      this.header = layout.header() ? RatingsFormat.firstLine(sample, sample.length) : "";
      addFindings(text);
    } catch (ZipException | EOFException | ZstdIOException e) {
      throw unreadable(name, archive.kind(first), e);
    } catch (CharacterCodingException e) {
      throw notText(first, e);
    }
  }

  private void addFindings(RatingsText text) {
    if (layout.table() != TableFormat.TEXT) {
      findings.add("the file is " + layout.table());
      layout.findings().stream().skip(1).forEach(findings::add);
      return;
    }
    findings.addAll(layout.findings());
    if (!encoding.equals(UTF_8.name())) {
      findings.add("the text is " + encoding);
    }
    if (text.endsInCarriageReturns()) {
      findings.add("lines end in CR");
    }
  }

  /// Returns the expected format of a table's text, which is known unless the table is a text.
  private RatingsFormat formatOf(TableFormat table) {
    return table == TableFormat.TEXT
        ? format
        : RatingsFormatBuilder.builder(format).delimiter(",").header(true).build();
  }

  private @Nullable String encoding(Entry entry) throws IOException {
    return tables.format(entry) == TableFormat.TEXT ? format.encoding() : UTF_8.name();
  }

  private RequestException notText(Entry entry, CharacterCodingException e) {
    return RequestException.unprocessable(
        fileName(entry)
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
    return open(Map.of(name, path), name, format, maxBytes);
  }

  /// Opens several files as one upload.
  ///
  /// @param paths the files by their names, in the order of the rows
  /// @param name the upload's name in error messages
  static UploadFile open(Map<String, Path> paths, String name, RatingsFormat format)
      throws IOException {
    return open(paths, name, format, MAX_BYTES);
  }

  private static UploadFile open(
      Map<String, Path> paths, String name, RatingsFormat format, long maxBytes)
      throws IOException {
    if (paths.size() == 1 && Files.size(paths.values().iterator().next()) == 0) {
      throw RequestException.unprocessable(name + " is empty; expected a zip or ratings.csv");
    }
    Archive archive = archive(paths, name);
    try {
      return new UploadFile(paths, archive, name, format, maxBytes);
    } catch (IOException | RuntimeException e) {
      archive.close();
      throw e;
    }
  }

  /// Opens the files of an upload.
  static Archive archive(Map<String, Path> paths, String name) throws IOException {
    if (paths.size() == 1) {
      Path path = paths.values().iterator().next();
      byte[] start;
      try (InputStream input = Files.newInputStream(path)) {
        start = input.readNBytes(4);
      }
      if (start.length == 4 && start[0] == 'P' && start[1] == 'K' && start[2] <= 8) {
        return openZip(path, name);
      }
    }
    return new FileArchive(paths);
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
    if (entries != null && ratingsBytes() > free) {
      throw RequestException.unprocessable(
          String.format(
              Locale.ROOT,
              "%s has %,d bytes, but only %,d are free for temporary files",
              ratingsFile(),
              ratingsBytes(),
              free));
    }
  }

  /// Returns the SHA-256 of the file's bytes, 64 hexadecimal characters; of several files, that of their names and
  /// digests.
  String sha256() throws IOException {
    if (paths.size() == 1) {
      return sha256(paths.values().iterator().next());
    }
    StringBuilder digests = new StringBuilder();
    for (Map.Entry<String, Path> path : paths.entrySet()) {
      digests.append(path.getKey()).append('\n').append(sha256(path.getValue())).append('\n');
    }
    return Digest.of(digests.toString().getBytes(UTF_8));
  }

  private String sha256(Path path) throws IOException {
    permits.acquire();
    try (InputStream input = permits.yielding(Files.newInputStream(path))) {
      return Digest.of(input);
    } finally {
      permits.release();
    }
  }

  /// Returns the size of the ratings as text; of a compressed file, its compressed size.
  long ratingsBytes() {
    return ratings.stream().mapToLong(Entry::size).sum();
  }

  /// Returns the number of these bytes read so far.
  long ratingsBytesRead() {
    LongSupplier current = bytesRead;
    return bytesOfPartsRead + (current == null ? 0 : current.getAsLong());
  }

  /// Parses the ratings while another thread reads and inflates them.
  ///
  /// @param ids receives the ids
  ParsedRatings parseRatings(RatingsParser.Ids ids, BadRows badRows, RatingsParser.Sink sink)
      throws IOException {
    long missing = 0;
    long bytes = 0;
    for (Entry part : ratings) {
      requireSameTable(part);
      missing += parseRatings(part, ids, badRows, sink);
      bytes += part.size();
      bytesOfPartsRead = bytes;
      bytesRead = null;
    }
    return new ParsedRatings(ids, missing);
  }

  /// Checks that a part has the columns of the first.
  private void requireSameTable(Entry part) throws IOException {
    if (part.equals(ratings.getFirst())) {
      return;
    }
    String file = fileName(part);
    TableFormat table = tables.format(part);
    if (table != layout.table()) {
      throw RequestException.unprocessable(
          file
              + " is "
              + table
              + ", but "
              + fileName(ratings.getFirst())
              + " is "
              + layout.table());
    }
    if (layout.header() && table == TableFormat.TEXT) {
      try (InputStream input = tables.openText(part, file);
          RatingsText text = RatingsText.open(input, encoding)) {
        byte[] start = text.sample();
        String found = RatingsFormat.firstLine(start, start.length);
        if (!found.equals(header)) {
          throw RequestException.unprocessable(
              file
                  + ", line 1: the header is "
                  + ObjectKeys.quote(found)
                  + ", expected that of "
                  + fileName(ratings.getFirst())
                  + ", "
                  + ObjectKeys.quote(header));
        }
      }
    }
  }

  private long parseRatings(
      Entry part, RatingsParser.Ids ids, BadRows badRows, RatingsParser.Sink sink)
      throws IOException {
    if (layout.table() == TableFormat.TEXT) {
      return read(
          part,
          maxBytes,
          limited -> {
            bytesRead = limited::count;
            return new ReadAheadInputStream(limited, permits);
          },
          (input, file) -> parse(part, input, ids, badRows, sink));
    }
    if (layout.narrowed().isPlain()) {
      NumberColumns numbers = tables.openNumbers(part, layout.narrowedNames(), fileName(part));
      if (numbers != null) {
        return parse(part, numbers, ids, badRows, sink);
      }
    }
    // The thread that reads ahead also renders the table as text.
    return read(
        part,
        maxBytes,
        limited -> {
          bytesRead = limited::count;
          return limited;
        },
        (input, file) -> {
          InputStream text =
              tables.openText(
                  part, CloseShieldInputStream.wrap(input), layout.narrowedNames(), file);
          if (layout.table() == TableFormat.PARQUET) {
            LimitedInputStream limited = new LimitedInputStream(text, file, maxBytes);
            bytesRead = () -> Math.min(limited.count(), part.size());
            text = limited;
          }
          try (InputStream buffered = new ReadAheadInputStream(text, permits)) {
            return parse(part, buffered, ids, badRows, sink);
          }
        });
  }

  /// Parses a table of numbers, while the threads of its library decode it.
  private long parse(
      Entry part,
      NumberColumns numbers,
      RatingsParser.Ids ids,
      BadRows badRows,
      RatingsParser.Sink sink)
      throws IOException {
    try (numbers) {
      long total = Math.max(1, numbers.totalRows());
      AtomicLong rows = new AtomicLong();
      bytesRead = () -> (long) (Math.min(1.0, (double) rows.get() / total) * part.size());
      RatingsParser parser = parser(part, ids, badRows, sink);
      parser.parse(
          numbers,
          count -> {
            if (rows.addAndGet(count) > maxBytes / RatingsBatch.ROW_BYTES) {
              throw RequestException.unprocessable(
                  fileName(part) + " has more than " + maxBytes + " bytes of ratings, the limit");
            }
          });
      return parser.missing();
    }
  }

  private long parse(
      Entry part,
      InputStream input,
      RatingsParser.Ids ids,
      BadRows badRows,
      RatingsParser.Sink sink)
      throws IOException {
    try {
      // Not closed here: the caller owns the stream.
      RatingsText text = RatingsText.open(input, encoding);
      RatingsParser parser = parser(part, ids, badRows, sink);
      parser.parse(text);
      return parser.missing();
    } catch (CharacterCodingException e) {
      throw notText(part, e);
    }
  }

  private RatingsParser parser(
      Entry part, RatingsParser.Ids ids, BadRows badRows, RatingsParser.Sink sink) {
    return new RatingsParser(
        layout.table() == TableFormat.TEXT ? layout : layout.narrowed(),
        format.missing(),
        ids,
        fileName(part),
        badRows,
        sink);
  }

  /// Returns the name of the ratings file in error messages.
  String ratingsFile() {
    return fileName(ratings.getFirst());
  }

  /// Reads the items; returns none for a plain file or a zip without them.
  Movies items() throws IOException {
    for (Part part : List.of(Part.MOVIES_CSV, Part.MOVIES_DAT, Part.U_ITEM)) {
      Optional<Entry> entry = part(part);
      if (entry.isPresent()) {
        return readSideFile(
                entry.get(),
                part == Part.MOVIES_CSV ? Movies.MAX_TABLE_BYTES : Movies.MAX_BYTES,
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
        result =
            read(
                entry,
                max,
                (in, file) ->
                    reader.read(tables.openText(entry, in, null, file), UTF_8, file, fileProblems));
        problems.addAll(fileProblems);
      } catch (CharacterCodingException e) {
        Charset charset = read(entry, max, (in, _) -> Encoding.of(in).charset());
        problems.add(
            RequestException.unprocessable(
                fileName(entry) + " is not UTF-8; read as " + charset.name()));
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
    tables.close();
    archive.close();
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
    String file = fileName(entry);
    String unreadableReason = entry.unreadableReason();
    if (unreadableReason != null) {
      throw RequestException.unprocessable(file + " " + unreadableReason);
    }
    permits.acquire();
    boolean hasChecksum = entry.crc() != Entry.NO_CRC;
    try (LimitedInputStream limited =
            new LimitedInputStream(archive.open(entry), file, Math.min(max, maxBytes));
        InputStream buffered = buffer.apply(limited);
        CheckedInputStream checked = new CheckedInputStream(buffered, new CRC32())) {
      T result = reader.read(hasChecksum ? checked : buffered, file);
      if (!hasChecksum || tables.format(entry) == TableFormat.PARQUET) {
        return result;
      }
      checked.transferTo(OutputStream.nullOutputStream());
      if (checked.getChecksum().getValue() != entry.crc()) {
        throw RequestException.unprocessable(
            file + " does not match its checksum; the zip is damaged");
      }
      return result;
    } catch (ZipException | EOFException | ZstdIOException e) {
      throw unreadable(archive instanceof ZipArchive ? name : file, archive.kind(entry), e);
    } finally {
      permits.release();
    }
  }

  private String fileName(Entry entry) {
    return archive instanceof ZipArchive ? name + ": " + entry.name() : entry.name();
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
