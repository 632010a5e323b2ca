package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFile;
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
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

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
  private final long maxBadRows;
  private final ConcurrentLinkedQueue<Path> files = new ConcurrentLinkedQueue<>();
  private final BackgroundTask<Ratings> ratings;

  /// The files and figures of an upload.
  ///
  /// @param files the temporary files, from [ObjectStore#newTempFile], by the name of the object that each
  ///     one becomes
  record Result(Map<String, Path> files, IngestFigures figures) {}

  private record Ratings(
      Path path, String layout, RatingsSummary summary, long duplicates, BadRows badRows) {}

  private record SideFiles(Map<String, Path> files, int items, long tags, long links) {}

  /// Starts reading.
  ///
  /// @param fetched the upload; must stay open until this reader is closed
  /// @throws RequestException if it is not an upload; [#await] reports other problems
  UploadReader(ObjectStore store, FetchedObject fetched, IngestParameters parameters)
      throws IOException {
    this.store = store;
    String key = fetched.info().key();
    this.upload =
        UploadFile.open(
            fetched.path(), key.substring(key.lastIndexOf('/') + 1), parameters.format());
    this.uploadBytes = fetched.info().size();
    this.format = parameters.format();
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
    Ratings parsed = ratings.await(StepName.INGEST + " " + upload.name());
    Map<String, Path> objects = new LinkedHashMap<>(sideFiles.files);
    objects.put(StoreLayout.RATINGS, parsed.path);
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
    RatingsSummary summary = parsed.summary;
    return new Result(
        objects,
        new IngestFigures(
            parsed.layout,
            summary.rows(),
            sideFiles.items,
            sideFiles.tags,
            sideFiles.links,
            summary.minUser(),
            summary.maxUser(),
            summary.minItem(),
            summary.maxItem(),
            summary.minRating(),
            summary.maxRating(),
            format.scale(summary.minRating(), summary.maxRating()),
            summary.minTimestamp(),
            summary.maxTimestamp(),
            uploadBytes,
            parsed.duplicates,
            parsed.badRows.count(),
            parsed.badRows.examples(),
            problems.count(),
            problems.examples(),
            upload.skipped()));
  }

  private Ratings readRatings() throws IOException {
    Path path = newFile();
    upload.requireSpace(Files.getFileStore(path).getUsableSpace());
    BadRows badRows = new BadRows(maxBadRows);
    String label = StepName.INGEST + " " + upload.name();
    Progress progress = new Progress(LOG, label, "bytes", upload.ratingsBytes());
    RatingsLayout layout;
    RatingsSummary summary;
    try (RatingsWriter writer = new RatingsWriter(path)) {
      layout =
          upload.parseRatings(
              badRows,
              batch -> {
                progress.update(upload.ratingsBytesRead());
                return writer.accept(batch);
              });
      summary = writer.summary();
    }
    if (summary.rows() == 0) {
      throw RequestException.unprocessable(
          badRows.count() == 0
              ? upload.ratingsFile() + " has a header but no rows"
              : upload.name()
                  + ": no row of the ratings is valid; the first problem: "
                  + badRows.examples().getFirst());
    }
    if (summary.isAscending()) {
      return new Ratings(path, layout.name(), summary, 0, badRows);
    }
    try (ArrowFile file = ArrowFile.open(path, StoreLayout.RATINGS)) {
      BitSet duplicates = Duplicates.find(file, label);
      if (duplicates.isEmpty()) {
        return new Ratings(path, layout.name(), summary, 0, badRows);
      }
      Path deduplicated = newFile();
      RatingsSummary deduplicatedSummary =
          Duplicates.writeWithout(duplicates, file, deduplicated, label);
      LOG.log(
          Level.INFO,
          "{0} {1}: {2} duplicates dropped; the latest rating of each user and item is kept",
          StepName.INGEST,
          upload.name(),
          duplicates.cardinality());
      Files.delete(path);
      return new Ratings(
          deduplicated, layout.name(), deduplicatedSummary, duplicates.cardinality(), badRows);
    }
  }

  private SideFiles readSideFiles() throws IOException {
    Map<String, Path> objects = new LinkedHashMap<>();
    Movies items = upload.items();
    Path file = newFile();
    items.write(file);
    objects.put(StoreLayout.ITEMS, file);
    Path tagsFile = newFile();
    Optional<Long> tags = upload.writeTags(tagsFile);
    tags.ifPresent(_ -> objects.put(StoreLayout.TAGS, tagsFile));
    Path linksFile = newFile();
    Optional<Long> links = upload.writeLinks(linksFile);
    links.ifPresent(_ -> objects.put(StoreLayout.LINKS, linksFile));
    return new SideFiles(objects, items.size(), tags.orElse(0L), links.orElse(0L));
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
