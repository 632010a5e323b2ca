package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.BackgroundTask;
import com.craftyverse.recsys.step.Progress;
import com.craftyverse.recsys.step.ProgressListener;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.FetchedObject;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// A background reader that converts an upload into temporary Arrow files. It starts on construction.
///
/// The reader writes nothing to the store; the caller stores the files. [#close] stops the threads and
/// deletes the files that the caller did not take.
///
/// Two threads process the ratings: one reads and inflates, the other parses and writes. Meanwhile the thread
/// that waits for them converts the upload's other files.
final class UploadReader implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Ingest.class.getName());

  private final ObjectStore store;
  private final UploadFile upload;
  private final long uploadBytes;
  private final RatingsFormat format;
  private final Optional<AppendBase> base;
  private final long maxBadRows;
  private final ConcurrentLinkedQueue<Path> files = new ConcurrentLinkedQueue<>();
  private final BackgroundTask<Ratings> ratings;

  /// The files and figures of an upload.
  ///
  /// @param files the temporary files, from [ObjectStore#newTempFile], by the name of the object that each
  ///     one becomes
  record Result(Map<String, Path> files, IngestFigures figures) {}

  private record Ratings(
      Path path,
      UploadFile.ParsedRatings parsed,
      RatingsSummary summary,
      long duplicates,
      BadRows badRows) {}

  private record SideFiles(
      Map<String, Path> files, int items, Attributes attributes, long tags, long links) {}

  /// Starts reading.
  ///
  /// @param fetched the upload; must stay open until this reader is closed
  /// @param base what the upload adds its rows to
  /// @throws RequestException if it is not an upload; [#await] reports other problems
  UploadReader(
      ObjectStore store,
      FetchedUpload fetched,
      IngestParameters parameters,
      Optional<AppendBase> base)
      throws IOException {
    this.store = store;
    this.base = base;
    this.format = base.isEmpty() ? parameters.format() : base.get().format(parameters.format());
    this.upload = UploadFile.open(fetched.paths(), fetched.name(), format);
    base.ifPresent(last -> last.requireSameKind(upload.layout(), upload.ratingsFile()));
    this.uploadBytes = fetched.info().size();
    this.maxBadRows = parameters.maxBadRows();
    ProgressListener listener = ProgressListener.current();
    this.ratings =
        BackgroundTask.start("ingest-ratings", () -> listener.listenTo(this::readRatings));
  }

  /// Returns the SHA-256 of the upload.
  String sha256() throws IOException {
    return upload.sha256();
  }

  /// Reads the other files and waits for the ratings.
  ///
  /// @throws RequestException if the upload is invalid
  /// @throws java.io.InterruptedIOException if the thread is interrupted
  Result await() throws IOException {
    SideFiles sideFiles = readSideFiles();
    Ratings done = ratings.await(StepName.INGEST + " " + upload.name());
    Map<String, Path> objects = new LinkedHashMap<>(sideFiles.files);
    objects.put(StoreLayout.RATINGS, done.path);
    BadRows problems = upload.problems();
    if (problems.count() > 0) {
      LOG.log(
          Level.WARNING,
          "{0} {1}: problems with titles, tags or links ({2}), none with the ratings; the first: {3}",
          StepName.INGEST,
          upload.name(),
          problems.count(),
          problems.examples().getFirst());
    }
    RatingsSummary summary = done.summary;
    IdDictionary users = done.parsed.ids().users();
    IdDictionary items = done.parsed.ids().items();
    writeIds(users, StoreLayout.USER_IDS, "userId", objects);
    writeIds(items, StoreLayout.ITEM_IDS, "itemId", objects);
    List<String> findings = upload.findings();
    for (String finding : findings) {
      LOG.log(Level.INFO, "{0} {1}: {2}", StepName.INGEST, upload.name(), finding);
    }
    return new Result(
        objects,
        new IngestFigures(
            upload.layout().name(),
            DetectedFormat.of(upload),
            upload.layout().feedback(),
            summary.rows(),
            sideFiles.items,
            sideFiles.tags,
            sideFiles.links,
            id(users, summary.minUser()),
            id(users, summary.maxUser()),
            id(items, summary.minItem()),
            id(items, summary.maxItem()),
            summary.minRating(),
            summary.maxRating(),
            format.scale(upload.layout(), summary),
            summary.minTimestamp(),
            summary.maxTimestamp(),
            uploadBytes,
            done.duplicates,
            done.parsed.missing(),
            done.badRows.count(),
            done.badRows.examples(),
            problems.count(),
            problems.examples(),
            upload.skipped(),
            sideFiles.attributes.names(),
            sideFiles.attributes.leftOut()));
  }

  private static Id id(@Nullable IdDictionary ids, int code) {
    return ids == null ? Id.of(code) : ids.id(code);
  }

  private void writeIds(
      @Nullable IdDictionary ids, String object, String column, Map<String, Path> objects)
      throws IOException {
    if (ids != null) {
      Path path = newFile();
      ids.write(path, column);
      objects.put(object, path);
    }
  }

  private Ratings readRatings() throws IOException {
    Path path = newFile();
    upload.requireSpace(Files.getFileStore(path).getUsableSpace());
    BadRows badRows = new BadRows(maxBadRows);
    String label = StepName.INGEST + " " + upload.name();
    Progress progress = new Progress(LOG, label, "bytes", upload.ratingsBytes());
    UploadFile.ParsedRatings parsed;
    RatingsSummary summary;
    try (RatingsWriter writer = new RatingsWriter(path)) {
      if (upload.layout().itemIdType() != IdType.INT32) {
        writer.summary().trackPairs();
      }
      RatingsParser.Ids ids = RatingsParser.Ids.of(upload.layout());
      if (base.isPresent()) {
        base.get().addRows(store, ids, writer);
      }
      parsed =
          upload.parseRatings(
              ids,
              badRows,
              batch -> {
                progress.update(upload.ratingsBytesRead());
                return writer.accept(batch);
              });
      summary = writer.summary();
    }
    if (summary.rows() == 0) {
      throw noRows(parsed.missing(), badRows);
    }
    int[] userCodes = sort(parsed.ids().users());
    int[] itemCodes = sort(parsed.ids().items());
    if (summary.isDistinct() && userCodes.length + itemCodes.length == 0) {
      return new Ratings(path, parsed, summary, 0, badRows);
    }
    try (ArrowFile file = ArrowFile.open(path, StoreLayout.RATINGS)) {
      Feedback feedback = upload.layout().feedback();
      Duplicates.Result duplicates =
          summary.isDistinct() ? Duplicates.Result.NONE : Duplicates.find(file, feedback, label);
      int count = duplicates.rows().cardinality();
      if (count == 0 && userCodes.length + itemCodes.length == 0) {
        return new Ratings(path, parsed, summary, 0, badRows);
      }
      Path rewritten = newFile();
      RatingsSummary rewrittenSummary =
          new RatingsRewriter(file, duplicates, userCodes, itemCodes).write(rewritten, label);
      if (count > 0) {
        LOG.log(
            Level.INFO,
            feedback == Feedback.RATINGS
                ? "{0} {1}: {2} duplicates dropped; the latest rating of each user and item is kept"
                : "{0} {1}: {2} rows added to others of the same user and item",
            StepName.INGEST,
            upload.name(),
            count);
      }
      Files.delete(path);
      return new Ratings(rewritten, parsed, rewrittenSummary, count, badRows);
    }
  }

  /// Sorts ids. Returns the new codes; none without a dictionary.
  private static int[] sort(@Nullable IdDictionary ids) {
    return ids == null ? new int[0] : ids.sort();
  }

  private RequestException noRows(long missing, BadRows badRows) {
    if (badRows.count() > 0) {
      return RequestException.unprocessable(
          upload.name()
              + ": no row of the ratings is valid; the first problem: "
              + badRows.examples().getFirst());
    }
    return RequestException.unprocessable(
        upload.ratingsFile()
            + (missing > 0
                ? " has only ratings that mean that there is none (\"missing\": "
                    + format.missing()
                    + ")"
                : " has a header but no rows"));
  }

  private SideFiles readSideFiles() throws IOException {
    Map<String, Path> objects = new LinkedHashMap<>();
    Movies items = upload.items();
    if (base.isPresent()) {
      base.get().addItems(store, items);
    }
    Path file = newFile();
    items.write(file);
    objects.put(StoreLayout.ITEMS, file);
    Attributes attributes = items.attributes();
    if (!attributes.names().isEmpty()) {
      Path attributesFile = newFile();
      attributes.write(attributesFile);
      objects.put(StoreLayout.ATTRIBUTES, attributesFile);
    }
    logAttributes(attributes);
    long tags = writeRows(StoreLayout.TAGS, upload::writeTags, Optional.empty(), objects);
    long links =
        writeRows(StoreLayout.LINKS, upload::writeLinks, Optional.of(Schemas.ITEM_ID), objects);
    return new SideFiles(objects, items.size(), attributes, tags, links);
  }

  private interface RowsWriter {
    Optional<Long> write(Path target) throws IOException;
  }

  /// Writes the upload's tags or links, with those of the version that it adds to.
  ///
  /// @param key the column whose values take the place of earlier ones; empty if all rows stay
  /// @return the number of rows
  private long writeRows(
      String name, RowsWriter writer, Optional<String> key, Map<String, Path> objects)
      throws IOException {
    Path file = newFile();
    Optional<Long> rows = writer.write(file);
    Optional<FetchedObject> earlier =
        base.isEmpty() ? Optional.empty() : base.get().file(store, name);
    if (earlier.isEmpty()) {
      rows.ifPresent(_ -> objects.put(name, file));
      return rows.orElse(0L);
    }
    try (FetchedObject last = earlier.get()) {
      Path all = newFile();
      objects.put(name, all);
      return EarlierRows.add(rows.map(_ -> file), last.path(), key, all);
    }
  }

  private void logAttributes(Attributes attributes) {
    if (!attributes.names().isEmpty()) {
      LOG.log(
          Level.INFO,
          "{0} {1}: items can be filtered by {2}",
          StepName.INGEST,
          upload.name(),
          String.join(", ", attributes.names()));
    }
    for (String leftOut : IngestFigures.bounded(attributes.leftOut())) {
      LOG.log(
          Level.INFO,
          "{0} {1}: left out of the items: {2}",
          StepName.INGEST,
          upload.name(),
          leftOut);
    }
  }

  private Path newFile() throws IOException {
    Path file = store.newTempFile();
    files.add(file);
    return file;
  }

  @Override
  public void close() throws IOException {
    ratings.stop();
    upload.close();
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }
}
