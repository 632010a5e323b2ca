package com.craftyverse.recsys.train;

import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.step.Json;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/// The object `checkpoint` in a model's directory: a [TrainingState], for the next call of the same
/// request. There is one for each model; it is replaced as the run goes on, and deleted when the
/// model is there.
///
/// ```
/// int32   magic number, which is the version of the format as well
/// int32   length of the header
/// byte[]  header, in JSON
/// float32 rows of the users, then of the items, laid out as RowLayout says
/// float32 the same of the best epoch, unless that was the last
/// int64   CRC-32C of all that
/// ```
///
/// All little-endian. Whatever does not fit is left alone, and training begins anew.
final class Checkpoint {
  private static final int MAGIC = 0x31504B43; // CKP1
  private static final int LONGEST_HEADER = 1 << 20;
  private static final int CHUNK = 1 << 18;

  private static final System.Logger LOG = System.getLogger(Train.class.getName());

  private record Header(
      String modelId,
      int users,
      int items,
      int factors,
      boolean isBest,
      List<Epoch> history,
      int cuts) {}

  private final ObjectStore store;
  private final String key;
  private final String modelId;
  private final RowLayout layout;
  private final int users;
  private final int items;

  /// @param directory the model's
  /// @param users rows of users
  /// @param items rows of items
  Checkpoint(
      ObjectStore store, String directory, String modelId, RowLayout layout, int users, int items) {
    this.store = store;
    this.key = directory + ObjectKeys.CHECKPOINT;
    this.modelId = modelId;
    this.layout = layout;
    this.users = users;
    this.items = items;
  }

  /// Writes the state, in place of what was there.
  void write(TrainingState state) throws IOException {
    Path file = store.newTempFile();
    try {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        new Writer(channel).write(state);
      }
      store.put(key, file);
    } finally {
      Files.deleteIfExists(file);
    }
    LOG.log(
        Level.INFO, "{0}: checkpoint after epoch {1}", key, String.valueOf(state.history().size()));
  }

  /// The state that was written, or nothing when there is none that fits.
  Optional<TrainingState> read() throws IOException {
    if (store.find(key).isEmpty()) {
      return Optional.empty();
    }
    try (FetchedObject object = store.fetch(key);
        FileChannel channel = FileChannel.open(object.path(), StandardOpenOption.READ)) {
      TrainingState state = new Reader(channel).read();
      LOG.log(
          Level.INFO, "{0}: going on after epoch {1}", key, String.valueOf(state.history().size()));
      return Optional.of(state);
    } catch (UnfitException e) {
      LOG.log(Level.WARNING, "{0} is left alone: {1}; training begins anew", key, e.getMessage());
      return Optional.empty();
    }
  }

  /// Deletes what was written.
  void delete() throws IOException {
    store.delete(key);
  }

  private static final class UnfitException extends Exception {
    private static final long serialVersionUID = 1;

    UnfitException(String message) {
      super(message);
    }
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private final class Writer {
    private final FileChannel channel;
    private final CRC32C sum = new CRC32C();

    Writer(FileChannel channel) {
      this.channel = channel;
    }

    void write(TrainingState state) throws IOException {
      byte[] header =
          Json.write(
              new Header(
                  modelId,
                  users,
                  items,
                  layout.factors(),
                  state.isBest(),
                  state.history(),
                  state.cuts()));
      write(buffer(2 * Integer.BYTES).putInt(MAGIC).putInt(header.length));
      write(ByteBuffer.wrap(header).position(header.length));
      write(state.factors());
      if (!state.isBest()) {
        write(state.best());
      }
      write(buffer(Long.BYTES).putLong(sum.getValue()));
    }

    private void write(Factors factors) throws IOException {
      write(factors.users());
      write(factors.items());
    }

    private void write(float[] values) throws IOException {
      ByteBuffer bytes = buffer(CHUNK * Float.BYTES);
      int from = 0;
      while (from < values.length) {
        int count = Math.min(CHUNK, values.length - from);
        bytes.clear().asFloatBuffer().put(values, from, count);
        write(bytes.position(count * Float.BYTES));
        from += count;
      }
    }

    private void write(ByteBuffer filled) throws IOException {
      filled.flip();
      sum.update(filled.duplicate());
      while (filled.hasRemaining()) {
        channel.write(filled);
      }
    }
  }

  private final class Reader {
    private final FileChannel channel;
    private final CRC32C sum = new CRC32C();

    Reader(FileChannel channel) {
      this.channel = channel;
    }

    TrainingState read() throws IOException, UnfitException {
      ByteBuffer start = read(2 * Integer.BYTES);
      int magic = start.getInt();
      if (magic != MAGIC) {
        throw new UnfitException("it is another format or of another version");
      }
      int length = start.getInt();
      if (length < 0 || length > LONGEST_HEADER) {
        throw new UnfitException("its header is said to have " + length + " bytes");
      }
      Header header = header(read(length).array());
      Factors factors = readFactors();
      Factors best = header.isBest ? factors.copy() : readFactors();
      long expected = sum.getValue();
      if (read(Long.BYTES).getLong() != expected || channel.position() != channel.size()) {
        throw new UnfitException("its checksum is wrong");
      }
      return new TrainingState(factors, best, header.isBest, header.history, header.cuts);
    }

    private Header header(byte[] json) throws IOException, UnfitException {
      Header header;
      try {
        header = Json.read(json, Header.class, "the header");
      } catch (RequestException e) {
        throw new UnfitException(String.valueOf(e.getMessage()));
      }
      if (!header.modelId.equals(modelId)
          || header.users != users
          || header.items != items
          || header.factors != layout.factors()
          || header.history.isEmpty()) {
        throw new UnfitException("it is of another run");
      }
      return header;
    }

    private Factors readFactors() throws IOException, UnfitException {
      return new Factors(layout, read(layout.allocate(users)), read(layout.allocate(items)));
    }

    private float[] read(float[] values) throws IOException, UnfitException {
      int from = 0;
      while (from < values.length) {
        int count = Math.min(CHUNK, values.length - from);
        read(count * Float.BYTES).asFloatBuffer().get(values, from, count);
        from += count;
      }
      return values;
    }

    private ByteBuffer read(int bytes) throws IOException, UnfitException {
      ByteBuffer buffer = buffer(bytes);
      while (buffer.hasRemaining()) {
        if (channel.read(buffer) < 0) {
          throw new UnfitException("it ends too early");
        }
      }
      buffer.flip();
      sum.update(buffer.duplicate());
      return buffer;
    }
  }
}
