package com.craftyverse.recsys.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.craftyverse.recsys.step.RequestException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/// A zip whose entries several threads may read, one entry each.
///
/// Apache Commons Compress reads the central directory and decompresses the old and rare methods. The common
/// one, Deflate, goes through the JDK's inflater. An unreadable entry states its reason and does not affect
/// the others. Whatever the library throws on damaged data becomes a [ZipException] or an [EOFException].
/// Callers verify the checksums.
final class ZipArchive implements Archive {
  /// The maximum number of bytes to read for the central directory. A thousand entries take a tenth of it. A
  /// directory of this size takes about 100 MB of memory.
  private static final long MAX_DIRECTORY_BYTES = 4L << 20;

  private static final int INFLATER_BYTES = 1 << 16;

  private static final int STORED = 0;
  private static final int DEFLATED = 8;

  /// The supported methods: these two, Deflate64 and bzip2.
  private static final Set<Integer> METHODS = Set.of(STORED, DEFLATED, 9, 12);

  private static final Map<Integer, String> OTHER_METHODS =
      Map.of(14, "LZMA", 20, "Zstandard", 93, "Zstandard", 95, "XZ", 98, "PPMd");

  /// Defines a character for each byte.
  private static final Charset CODE_PAGE_437 = Charset.forName("IBM437");

  private final FileBytes file;
  private final ZipFile zip;
  private final List<ZipEntry> entries;

  private ZipArchive(FileBytes file, ZipFile zip) throws IOException {
    this.file = file;
    this.zip = zip;
    this.entries = Collections.list(zip.getEntries()).stream().map(ZipEntry::new).toList();
  }

  /// Opens a zip and lists its entries.
  ///
  /// @param name the zip's name in error messages
  /// @throws IOException if the zip is damaged
  /// @throws RequestException if listing its entries would take too much memory
  static ZipArchive open(Path path, String name) throws IOException {
    FileBytes file = new FileBytes(path, name);
    try {
      // Local headers repeat the central directory, except for the start of the data.
      ZipFile zip =
          ZipFile.builder()
              .setSeekableByteChannel(file)
              .setIgnoreLocalFileHeader(true)
              .setUseUnicodeExtraFields(false)
              .get();
      ZipArchive archive = new ZipArchive(file, zip);
      requireEndOfList(file, archive.entries.size());
      file.listed = true;
      return archive;
    } catch (RequestException e) {
      file.close();
      throw e;
    } catch (IOException e) {
      file.close();
      // The cause of the library's exception says what is wrong.
      throw damage(e.getCause() instanceof IOException cause ? cause : e);
    } catch (RuntimeException e) {
      file.close();
      throw damage(e);
    }
  }

  /// Checks that the central directory is complete. The library reads entries until there are none left. The
  /// file position is then at the end record, which states the number of entries.
  private static void requireEndOfList(FileBytes file, int entries) throws IOException {
    ByteBuffer end = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
    file.position(file.position() - Integer.BYTES);
    int read;
    do {
      read = file.read(end);
    } while (read > 0);
    boolean whole =
        switch (end.getInt(0)) {
          case 0x06054b50 -> (end.getShort(10) & 0xFFFF) == (entries & 0xFFFF);
          case 0x06064b50 -> end.getLong(32) == entries;
          default -> false;
        };
    if (!whole) {
      throw new ZipException("its central directory is incomplete");
    }
  }

  /// Returns the files and directories, in the order of the central directory.
  @Override
  public List<ZipEntry> entries() {
    return entries;
  }

  @Override
  public Optional<Path> file(Entry entry) {
    return Optional.empty();
  }

  @Override
  public String kind(Entry entry) {
    return "zip";
  }

  @Override
  public InputStream open(Entry entry) throws IOException {
    ZipArchiveEntry header = ((ZipEntry) entry).header;
    int method = header.getMethod();
    // Finding the start of the data moves the file position, which other threads share.
    synchronized (file) {
      try {
        return switch (method) {
          case STORED -> zip.getRawInputStream(header);
          case DEFLATED -> new Inflating(zip.getRawInputStream(header));
          default -> new DamageReportingStream(zip.getInputStream(header));
        };
      } catch (IOException | RuntimeException e) {
        throw damage(e);
      }
    }
  }

  private static IOException damage(Exception e) {
    if (e instanceof ZipException zipException) {
      return zipException;
    }
    String message = e.getMessage();
    ZipException damage =
        new ZipException(
            e instanceof EOFException
                ? "unexpected end of the data"
                : message == null ? "invalid data" : message);
    damage.initCause(e);
    return damage;
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }

  /// A file or directory of a zip.
  static final class ZipEntry implements Entry {
    private final ZipArchiveEntry header;
    private final String name;

    private ZipEntry(ZipArchiveEntry header) {
      this.header = header;
      this.name = decode(header.getRawName());
    }

    /// Decodes a name. Programs disagree on the encoding of names and on the flag for it, but text that is
    /// valid UTF-8 is hardly ever anything else.
    private static String decode(byte[] name) {
      try {
        return UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
      } catch (CharacterCodingException e) {
        return new String(name, CODE_PAGE_437);
      }
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public boolean isDirectory() {
      return name.endsWith("/");
    }

    /// Returns the uncompressed size in bytes, as the central directory states it.
    @Override
    public long size() {
      return header.getSize();
    }

    @Override
    public long crc() {
      return header.getCrc();
    }

    @Override
    public @Nullable String unreadableReason() {
      if (header.getGeneralPurposeBit().usesEncryption()) {
        return "is encrypted; upload a zip without a password";
      }
      int method = header.getMethod();
      return METHODS.contains(method)
          ? null
          : "is compressed with "
              + OTHER_METHODS.getOrDefault(method, "method " + method)
              + ", which is not supported; use Deflate, the usual method";
    }
  }

  /// An inflating stream with a larger buffer than the library's.
  private static final class Inflating extends InflaterInputStream {
    Inflating(InputStream in) {
      super(in, new Inflater(true), INFLATER_BYTES);
    }

    @Override
    public void close() throws IOException {
      try {
        super.close();
      } finally {
        inf.end();
      }
    }
  }

  /// A stream that reports whatever the library's decoders throw as damage.
  private static final class DamageReportingStream extends InputStream {
    private final InputStream in;

    DamageReportingStream(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      try {
        return in.read();
      } catch (IOException | RuntimeException e) {
        throw damage(e);
      }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        return in.read(buffer, offset, length);
      } catch (IOException | RuntimeException e) {
        throw damage(e);
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }

  /// A seekable file. Unlike a `FileChannel`, it stays open when one of its readers is interrupted, as
  /// happens to the ratings thread when they are refused.
  private static final class FileBytes implements SeekableByteChannel {
    private final RandomAccessFile file;
    private final String name;
    private volatile boolean open = true;
    private boolean listed;
    private long read;

    FileBytes(Path path, String name) throws IOException {
      this.file = new RandomAccessFile(path.toFile(), "r");
      this.name = name;
    }

    @Override
    public synchronized int read(ByteBuffer target) throws IOException {
      int count =
          file.read(target.array(), target.arrayOffset() + target.position(), target.remaining());
      if (count > 0) {
        target.position(target.position() + count);
        count(count);
      }
      return count;
    }

    private void count(int bytes) {
      read += bytes;
      if (!listed && read > MAX_DIRECTORY_BYTES) {
        throw RequestException.unprocessable(
            name
                + " has a central directory of more than "
                + MAX_DIRECTORY_BYTES
                + " bytes, the limit");
      }
    }

    @Override
    public synchronized long position() throws IOException {
      return file.getFilePointer();
    }

    @Override
    public synchronized SeekableByteChannel position(long position) throws IOException {
      file.seek(position);
      return this;
    }

    @Override
    public long size() throws IOException {
      return file.length();
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void close() throws IOException {
      open = false;
      file.close();
    }

    @Override
    public int write(ByteBuffer source) {
      throw new NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
      throw new NonWritableChannelException();
    }
  }
}
