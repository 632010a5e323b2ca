package com.craftyverse.recsys.train;

import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.kernel.RowLayout;
import com.craftyverse.recsys.storage.FetchedObject;
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
import org.jspecify.annotations.Nullable;

/// The object `checkpoint` in a model's directory: the progress of a run, so that the next call of the same
/// request can continue it. Each model has one. The run overwrites it as it proceeds, and deletes it once the
/// model is complete.
///
/// ```
/// int32   magic number, which is also the format version
/// int32   length of the header
/// byte[]  header, in JSON
/// float32 ranking vectors of the users, then of the items, if there is a ranking model
/// float32 rows of the users, then of the items, laid out as RowLayout says, once the rating model has
///         begun
/// float32 the same for the best epoch, unless it is the last
/// int64   CRC-32C of all of the above
/// ```
///
/// All values are little-endian. A checkpoint that does not match is ignored, and training starts over.
final class Checkpoint {
  private static final int MAGIC = 0x33504B43; // CKP3
  private static final int LONGEST_HEADER = 1 << 20;
  private static final int CHUNK = 1 << 18;

  private static final System.Logger LOG = System.getLogger(Train.class.getName());

  private record Header(
      String modelId,
      int users,
      int items,
      @Nullable RankingHeader ranking,
      @Nullable RatingHeader rating) {}

  private record RatingHeader(
      ChoiceTrial choiceFactors, int factors, boolean isBest, List<Epoch> history, int cuts) {}

  private record RankingHeader(
      int factors,
      double regularization,
      double unobservedWeight,
      List<RankingTrial> trials,
      List<RankingEpoch> history) {}

  /// A saved run.
  ///
  /// @param ranking the state of the ranking model; null without one
  /// @param rating the state of the rating model; null if it has not begun
  record Kept(@Nullable RankingState ranking, @Nullable RatingState rating) {}

  /// The state of the rating model.
  ///
  /// @param choiceFactors the decision on its choice factors
  record RatingState(ChoiceTrial choiceFactors, TrainingState training) {}

  private final ObjectStore store;
  private final String key;
  private final String modelId;
  private final int users;
  private final int items;

  /// @param directory the model's directory
  /// @param users number of user rows
  /// @param items number of item rows
  Checkpoint(ObjectStore store, String directory, String modelId, int users, int items) {
    this.store = store;
    this.key = directory + StoreLayout.CHECKPOINT;
    this.modelId = modelId;
    this.users = users;
    this.items = items;
  }

  /// Writes the state of a run, replacing any earlier checkpoint.
  void write(Kept state) throws IOException {
    Path file = store.newTempFile();
    try {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        new Writer(channel).write(state);
      }
      store.put(key, file);
    } finally {
      Files.deleteIfExists(file);
    }
    LOG.log(Level.INFO, "{0}: checkpoint after epoch {1}", key, epoch(state));
  }

  private static String epoch(Kept state) {
    return state.rating != null
        ? String.valueOf(state.rating.training.history().size())
        : state.ranking == null ? "0" : state.ranking.history().size() + " of the ranking model";
  }

  /// Returns the saved state, or empty if none matches.
  Optional<Kept> read() throws IOException {
    if (store.find(key).isEmpty()) {
      return Optional.empty();
    }
    try (FetchedObject object = store.fetch(key);
        FileChannel channel = FileChannel.open(object.path(), StandardOpenOption.READ)) {
      Kept kept = new Reader(channel).read();
      LOG.log(Level.INFO, "{0}: resuming after epoch {1}", key, epoch(kept));
      return Optional.of(kept);
    } catch (UnfitException e) {
      LOG.log(Level.WARNING, "ignoring {0}: {1}; training starts over", key, e.getMessage());
      return Optional.empty();
    }
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

    void write(Kept state) throws IOException {
      byte[] header =
          Json.write(
              new Header(modelId, users, items, header(state.ranking), header(state.rating)));
      write(buffer(2 * Integer.BYTES).putInt(MAGIC).putInt(header.length));
      write(ByteBuffer.wrap(header).position(header.length));
      if (state.ranking != null) {
        write(state.ranking.vectors().users());
        write(state.ranking.vectors().items());
      }
      if (state.rating != null) {
        if (!state.rating.training.isBest()) {
          write(state.rating.training.factors());
        }
        write(state.rating.training.best());
      }
      write(buffer(Long.BYTES).putLong(sum.getValue()));
    }

    private static @Nullable RankingHeader header(@Nullable RankingState ranking) {
      return ranking == null
          ? null
          : new RankingHeader(
              ranking.vectors().factors(),
              ranking.regularization(),
              ranking.unobservedWeight(),
              ranking.trials(),
              ranking.history());
    }

    private static @Nullable RatingHeader header(@Nullable RatingState rating) {
      return rating == null
          ? null
          : new RatingHeader(
              rating.choiceFactors,
              rating.training.factors().layout().factors(),
              rating.training.isBest(),
              rating.training.history(),
              rating.training.cuts());
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

    Kept read() throws IOException, UnfitException {
      ByteBuffer start = read(2 * Integer.BYTES);
      int magic = start.getInt();
      if (magic != MAGIC) {
        throw new UnfitException("it has another format or version");
      }
      int length = start.getInt();
      if (length < 0 || length > LONGEST_HEADER) {
        throw new UnfitException("its header length is out of range: " + length + " bytes");
      }
      Header header = header(read(length).array());
      RankingFactors vectors = readVectors(header.ranking);
      RatingState rating = readRating(header.rating);
      long expected = sum.getValue();
      if (read(Long.BYTES).getLong() != expected || channel.position() != channel.size()) {
        throw new UnfitException("its checksum is wrong");
      }
      return new Kept(ranking(header.ranking, vectors), rating);
    }

    private Header header(byte[] json) throws IOException, UnfitException {
      Header header;
      try {
        header = Json.read(json, Header.class, "the header");
      } catch (MalformedFileException e) {
        throw new UnfitException(String.valueOf(e.getMessage()));
      }
      if (!header.modelId.equals(modelId)
          || header.users != users
          || header.items != items
          || (header.ranking == null && header.rating == null)) {
        throw new UnfitException("it belongs to another run");
      }
      return header;
    }

    private static @Nullable RankingState ranking(
        @Nullable RankingHeader header, @Nullable RankingFactors vectors) {
      return header == null || vectors == null
          ? null
          : new RankingState(
              vectors,
              header.regularization,
              header.unobservedWeight,
              header.trials,
              header.history);
    }

    private @Nullable RankingFactors readVectors(@Nullable RankingHeader header)
        throws IOException, UnfitException {
      if (header == null) {
        return null;
      }
      if (header.factors < 1 || header.factors > RankingParameters.MAX_FACTORS) {
        throw new UnfitException("it belongs to another run");
      }
      int stride = RowLayout.padded(header.factors);
      return new RankingFactors(
          header.factors,
          stride,
          read(RowLayout.allocate(users, stride)),
          read(RowLayout.allocate(items, stride)));
    }

    private @Nullable RatingState readRating(@Nullable RatingHeader header)
        throws IOException, UnfitException {
      if (header == null) {
        return null;
      }
      if (header.factors < 1
          || header.factors > TrainParameters.MAX_FACTORS + TrainParameters.MAX_CHOICE_FACTORS
          || header.history.isEmpty()) {
        throw new UnfitException("it belongs to another run");
      }
      RowLayout layout = new RowLayout(header.factors);
      Factors factors = readFactors(layout);
      Factors best = header.isBest ? factors.copy() : readFactors(layout);
      return new RatingState(
          header.choiceFactors,
          new TrainingState(factors, best, header.isBest, header.history, header.cuts));
    }

    private Factors readFactors(RowLayout layout) throws IOException, UnfitException {
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
          throw new UnfitException("it is truncated");
        }
      }
      buffer.flip();
      sum.update(buffer.duplicate());
      return buffer;
    }
  }
}
