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
import java.util.Set;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/// A zip whose entries several threads may read, an entry each.
///
/// Apache Commons Compress finds the entries, in the zip's list at its end, and reads the old and rare
/// methods; the usual one, Deflate, goes through the JDK's inflater. An entry that cannot be read says
/// why, and is in nobody's way. Whatever damage makes of the library, here it is a [ZipException] or an
/// [EOFException]. Checksums are up to the reader.
final class ZipArchive implements AutoCloseable {
  /// The most bytes that are read to list the entries. A thousand entries take a tenth of it, and a list as
  /// long as this some 100 MB of memory.
  private static final long MOST_LIST_BYTES = 4L << 20;

  private static final int INFLATER_BYTES = 1 << 16;

  private static final int STORED = 0;
  private static final int DEFLATED = 8;

  /// What is read: those two, Deflate64 and bzip2.
  private static final Set<Integer> METHODS = Set.of(STORED, DEFLATED, 9, 12);

  private static final Map<Integer, String> OTHER_METHODS =
      Map.of(14, "LZMA", 20, "Zstandard", 93, "Zstandard", 95, "XZ", 98, "PPMd");

  /// Has a character for each byte.
  private static final Charset CODE_PAGE_437 = Charset.forName("IBM437");

  private final FileBytes file;
  private final ZipFile zip;
  private final List<Entry> entries;

  private ZipArchive(FileBytes file, ZipFile zip) throws IOException {
    this.file = file;
    this.zip = zip;
    this.entries = Collections.list(zip.getEntries()).stream().map(Entry::new).toList();
  }

  /// Lists a zip's entries.
  ///
  /// @param name what errors call the zip
  /// @throws IOException when it is damaged
  /// @throws RequestException when it has so many entries that listing them would take too much memory
  static ZipArchive open(Path path, String name) throws IOException {
    FileBytes file = new FileBytes(path, name);
    try {
      // Local headers say nothing that the list does not, except where the data begins.
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
      // The library's own message has a cause, which says what is wrong.
      throw damage(e.getCause() instanceof IOException cause ? cause : e);
    } catch (RuntimeException e) {
      file.close();
      throw damage(e);
    }
  }

  /// Makes sure that the list is whole. The library reads entries as long as there are any, whereupon the
  /// file is at what ends the list, which says how many there are.
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
      throw new ZipException("the list of its files is not whole");
    }
  }

  /// Its files and directories, in the order of its list.
  List<Entry> entries() {
    return entries;
  }

  /// Opens an entry that has no [Entry#obstacle].
  InputStream open(Entry entry) throws IOException {
    int method = entry.header.getMethod();
    // Where the data begins is looked up in the file, which others read meanwhile.
    synchronized (file) {
      try {
        return switch (method) {
          case STORED -> zip.getRawInputStream(entry.header);
          case DEFLATED -> new Inflating(zip.getRawInputStream(entry.header));
          default -> new Guarded(zip.getInputStream(entry.header));
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
  static final class Entry {
    private final ZipArchiveEntry header;
    private final String name;

    private Entry(ZipArchiveEntry header) {
      this.header = header;
      this.name = decode(header.getRawName());
    }

    /// Programs disagree on how names are encoded, and on which flag says so; what is UTF-8 is hardly ever
    /// something else.
    private static String decode(byte[] name) {
      try {
        return UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
      } catch (CharacterCodingException e) {
        return new String(name, CODE_PAGE_437);
      }
    }

    String name() {
      return name;
    }

    boolean isDirectory() {
      return name.endsWith("/");
    }

    /// Bytes of its content, as the list says.
    long size() {
      return header.getSize();
    }

    /// The CRC-32 of its content.
    long crc() {
      return header.getCrc();
    }

    /// Why its content cannot be read, as the end of a sentence; null if it can.
    @Nullable String obstacle() {
      if (header.getGeneralPurposeBit().usesEncryption()) {
        return "is encrypted; only zips without a password are read";
      }
      int method = header.getMethod();
      return METHODS.contains(method)
          ? null
          : "is compressed by "
              + OTHER_METHODS.getOrDefault(method, "method " + method)
              + ", which is not read; make the zip with the usual method, Deflate";
    }
  }

  /// Inflates with a larger buffer than the library's.
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

  /// Makes damage of whatever the library's decoders throw.
  private static final class Guarded extends InputStream {
    private final InputStream in;

    Guarded(InputStream in) {
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

  /// A file's bytes by position. Unlike a `FileChannel` it stays open when one of its readers is
  /// interrupted, as the ratings' reader is when they are refused.
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
      if (!listed && read > MOST_LIST_BYTES) {
        throw RequestException.unprocessable(
            name
                + " has a list of entries of more than "
                + MOST_LIST_BYTES
                + " bytes, the most that are read");
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
