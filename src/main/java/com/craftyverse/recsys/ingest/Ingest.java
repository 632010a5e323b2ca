package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.Digest;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.StepRunner;
import com.craftyverse.recsys.step.StepSpec;
import com.craftyverse.recsys.storage.InvalidKeyException;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The ingest step: turns an upload into a dataset. Writes `ratings.arrow`, `items.arrow` and, if the upload
/// has them, `tags.arrow` and `links.arrow`, with rows in the file's order. If a user rated an item more than
/// once, only the latest rating is kept.
///
/// A dataset's version is a digest of the SHA-256 of the upload's bytes, the parameters and the format
/// version. So the same content under the same dataset is the same version, whenever and however often it
/// arrives. The manifest records all three, and they determine each file bit for bit. The files therefore
/// need no digests of their own, which would take as long to compute as the files take to write.
public final class Ingest {
  private static final System.Logger LOG = System.getLogger(Ingest.class.getName());

  private final ObjectStore store;
  private final StepRunner runner;
  private final long maxUploadBytes;

  /// Creates a step without a size limit.
  ///
  /// @param store holds the uploads and receives the datasets
  public Ingest(ObjectStore store) {
    this(store, Long.MAX_VALUE);
  }

  /// @param store holds the uploads and receives the datasets
  /// @param maxUploadBytes the size limit; larger uploads are refused unread
  public Ingest(ObjectStore store, long maxUploadBytes) {
    this.store = store;
    this.maxUploadBytes = maxUploadBytes;
    this.runner = new StepRunner(store);
  }

  /// Ingests an upload, or finds the result of an earlier run. For an event, ingests each upload that it
  /// names.
  ///
  /// An event may be late, repeated, or about something else. So the step ignores an object that no longer
  /// exists, one that has changed since (the new content has its own event), one that is not an upload, and
  /// one in another bucket. The result gives the reason.
  ///
  /// A plain request accepts any file. An event must name the same file that its dataset was first made from.
  ///
  /// @throws RequestException if the key of a plain request is not an upload's, an upload is not a ratings
  ///     file, or an event's upload would replace another file of its dataset
  public IngestResult run(IngestRequest request) throws IOException {
    IngestParameters.of(request); // rejects fields out of range before anything is read
    if (Boolean.TRUE.equals(request.nameOnly())) {
      return nameDataset(Request.require("key", request.key()));
    }
    if (request.uploads() == null) {
      String key = Request.requireKey("key", Request.require("key", request.key()));
      boolean dryRun = Boolean.TRUE.equals(request.dryRun());
      try {
        StoreLayout.datasetOfUpload(dryRun ? submitted(key) : key);
      } catch (InvalidKeyException e) {
        throw RequestException.invalid("field 'key': " + e.getMessage());
      }
      UploadSettings settings = UploadSettings.of(store, key);
      IngestRequest complete = settings.complete(request);
      IngestParameters parameters = IngestParameters.of(complete);
      ObjectInfo upload =
          store
              .find(key)
              .orElseThrow(
                  () ->
                      RequestException.notFound(
                          "field 'key': there is no object "
                              + ObjectKeys.quote(key)
                              + " in the store"));
      return dryRun
          ? preview(UploadObjects.of(store, upload, settings), parameters)
          : ingest(upload, settings, complete, false);
    }
    List<String> manifests = new ArrayList<>();
    List<String> ignored = new ArrayList<>();
    IngestResult last = null;
    for (UploadEvent event : request.uploads()) {
      Optional<ObjectInfo> upload = find(event, ignored);
      if (upload.isPresent()) {
        last = ingestUpload(upload.get());
        manifests.add(last.manifest());
      }
    }
    return last == null
        ? IngestResult.nothingIngested(ignored)
        : last.with(manifests.subList(0, manifests.size() - 1), ignored);
  }

  /// Returns the dataset's name, so that callers that lock a dataset derive the name by the same rule. A key
  /// that is not an upload's has no dataset. That is not an error, because events bring such keys.
  private IngestResult nameDataset(String key) throws IOException {
    Optional<String> ignored = whyIgnored(store, key);
    return ignored.isPresent()
        ? IngestResult.nothingIngested(List.of(ignored.get()))
        : IngestResult.named(
            StoreLayout.datasetOfUpload(key),
            Instant.now().getEpochSecond(),
            UploadObjects.folderSize(store, key));
  }

  /// Ingests an upload that a scan of the store found, without a request for it, as its directory's
  /// `settings.json` says.
  ///
  /// @throws RequestException if it is not a ratings file, or would replace another file of its dataset
  public IngestResult ingestUpload(ObjectInfo upload) throws IOException {
    UploadSettings settings = UploadSettings.of(store, upload.key());
    return ingest(upload, settings, settings.complete(IngestRequest.of(upload.key())), true);
  }

  /// Returns the key that an upload over HTTP would get if it were submitted as it is.
  private static String submitted(String key) {
    return key.startsWith(StoreLayout.INCOMING)
        ? StoreLayout.RAW + key.substring(StoreLayout.INCOMING.length())
        : key;
  }

  /// Checks that an upload would not replace another file of its dataset.
  ///
  /// @param key the upload's key
  /// @throws RequestException if the dataset was made from another file
  public static void requireSameFile(ObjectStore store, String key) throws IOException {
    String dataset = StoreLayout.datasetOfUpload(key);
    Optional<DatasetFile> file = readFile(store, fileKey(dataset));
    UploadSettings settings = UploadSettings.of(store, key);
    if (file.isPresent() && !Boolean.TRUE.equals(settings.append())) {
      requireSameFile(dataset, file.get(), UploadObjects.origin(key, settings));
    }
  }

  /// Returns why an object brings no upload, as a whole sentence; empty if it brings one. The settings of its dataset
  /// may name the files of an upload.
  ///
  /// @param key the object's key
  public static Optional<String> whyIgnored(ObjectStore store, String key) throws IOException {
    try {
      String _ = StoreLayout.nameOfUpload(key);
    } catch (InvalidKeyException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
    return UploadObjects.whyIgnored(key, UploadSettings.of(store, key));
  }

  /// Finds the upload that an event names. Returns empty if there is none to ingest, and adds the reason to
  /// `ignored`.
  private Optional<ObjectInfo> find(UploadEvent event, List<String> ignored) throws IOException {
    String object = ObjectKeys.quote("s3://" + event.bucket() + "/" + event.key());
    Optional<ObjectInfo> stored = Optional.empty();
    String reason;
    if (!store.location().equals("s3://" + event.bucket())) {
      reason = object + " is not in the store " + store.location();
    } else if (!event.created()) {
      reason = object + " was not written";
    } else if (!event.key().startsWith(StoreLayout.RAW) || event.key().endsWith("/")) {
      reason = object + " is not an upload; uploads are below " + StoreLayout.RAW;
    } else if (UploadObjects.needsEnding(event.key())
        && StoreLayout.UPLOAD_ENDINGS.stream()
            .noneMatch(event.key().toLowerCase(Locale.ROOT)::endsWith)) {
      reason = object + " does not end in one of " + String.join(", ", StoreLayout.UPLOAD_ENDINGS);
    } else {
      Optional<String> ignoredReason = whyIgnored(store, event.key());
      stored = ignoredReason.isPresent() ? Optional.empty() : store.find(event.key());
      reason = ignoredReason.orElse(object + " no longer exists");
      if (stored.isPresent()
          && (event.etag() == null || event.etag().equals(stored.get().etag()))) {
        return stored;
      }
      if (stored.isPresent()) {
        reason = object + " has changed since; the new content has its own event";
      }
    }
    ignored.add(reason);
    LOG.log(Level.INFO, "event ignored: {0}", reason);
    return Optional.empty();
  }

  /// Reads an upload without writing anything. Unusable ratings are a finding if their columns can be shown.
  private IngestResult preview(UploadObjects objects, IngestParameters parameters)
      throws IOException {
    requireSize(objects.info());
    String key = objects.key();
    try (FetchedUpload fetched = FetchedUpload.of(store, objects)) {
      Optional<UploadSample> sample =
          UploadSample.of(fetched.paths(), fetched.name(), parameters.format());
      try {
        return preview(fetched, parameters, sample);
      } catch (RequestException e) {
        if (e.kind() != RequestException.Kind.UNPROCESSABLE || sample.isEmpty()) {
          throw e;
        }
        return IngestResult.unusable(
            StoreLayout.datasetOfUpload(submitted(key)),
            sample.get(),
            String.valueOf(e.getMessage()));
      }
    }
  }

  private IngestResult preview(
      FetchedUpload fetched, IngestParameters parameters, Optional<UploadSample> sample)
      throws IOException {
    String key = fetched.info().key();
    long start = System.nanoTime();
    try (UploadReader reader = new UploadReader(store, fetched, parameters, Optional.empty())) {
      UploadReader.Result result = reader.await();
      double seconds = (System.nanoTime() - start) / 1e9;
      Path path = Objects.requireNonNull(result.files().get(StoreLayout.RATINGS));
      try (ArrowFile ratings = ArrowFile.open(path, StoreLayout.RATINGS)) {
        return IngestResult.of(
            StoreLayout.datasetOfUpload(submitted(key)),
            result.figures(),
            PipelineEstimate.of(
                ratings, result.figures(), seconds, StepName.INGEST + " " + key + ", dry run"),
            sample.orElse(null));
      }
    }
  }

  private void requireSize(ObjectInfo upload) {
    if (upload.size() > maxUploadBytes) {
      throw RequestException.unprocessable(
          String.format(
              Locale.ROOT,
              "%s has %,d bytes, more than the limit of %,d (recsys.max-upload-bytes)",
              ObjectKeys.quote(upload.key()),
              upload.size(),
              maxUploadBytes));
    }
  }

  /// What a dataset was first made from: a file, or `raw/{dataset}/` for several. Another file would silently replace it.
  private record DatasetFile(String key) {}

  /// @param request the request with the settings
  /// @param fromEvent whether an event or a scan brought the upload, so nobody asked for this very file
  private IngestResult ingest(
      ObjectInfo upload, UploadSettings settings, IngestRequest request, boolean fromEvent)
      throws IOException {
    IngestParameters parameters = IngestParameters.of(request);
    boolean appends = Boolean.TRUE.equals(request.append());
    UploadObjects objects = UploadObjects.of(store, upload, settings);
    String origin = UploadObjects.origin(upload.key(), settings);
    String dataset = StoreLayout.datasetOfUpload(upload.key());
    String fileKey = fileKey(dataset);
    Optional<DatasetFile> file = readFile(store, fileKey);
    if (fromEvent && file.isPresent() && !appends) {
      requireSameFile(dataset, file.get(), origin);
    }
    Optional<UploadObjects.GivenSplit> given =
        settings.hasSplitKind()
            ? Optional.empty()
            : objects.givenSplit(Optional.ofNullable(request.entry()));
    IngestResult result;
    if (appends) {
      result = append(objects, origin, parameters, file).with(stepsOfDelta(dataset, settings));
    } else if (given.isPresent()) {
      IngestParameters pair = given.get().parameters(parameters);
      String test = ingest(given.get().test(), pair, Optional.empty()).manifest();
      result =
          ingest(given.get().training(), pair, Optional.empty())
              .with(settings.steps().withGivenSplit(test));
    } else {
      result = ingest(objects, parameters, Optional.empty()).with(settings.steps());
    }
    if (file.isEmpty()
        && !store.putIfAbsent(fileKey, Json.write(new DatasetFile(origin)))
        && fromEvent
        && !appends) {
      requireSameFile(dataset, readFile(store, fileKey).orElseThrow(), origin);
    }
    return result;
  }

  /// Returns the settings of the steps after a delta: training starts from the scored twin of the published model,
  /// which has not seen the new test rows.
  private StepSettings stepsOfDelta(String dataset, UploadSettings settings) throws IOException {
    Optional<CurrentModel.Versioned> current = CurrentModel.find(store, dataset);
    if (current.isEmpty()) {
      return settings.steps();
    }
    CurrentModel model = current.get().current();
    String scored = Objects.requireNonNullElse(model.scoredModel(), model.model());
    String manifest = StoreLayout.modelDirectory(dataset, scored) + StoreLayout.MANIFEST;
    return store.find(manifest).isEmpty()
        ? settings.steps()
        : settings.steps().withWarmStart(manifest);
  }

  /// Adds an upload's rows to the last version. An upload that it already has changes nothing.
  private IngestResult append(
      UploadObjects objects, String origin, IngestParameters parameters, Optional<DatasetFile> file)
      throws IOException {
    String dataset = StoreLayout.datasetOfUpload(objects.key());
    Optional<AppendBase> base = AppendBase.find(store, dataset);
    if (base.isEmpty() && file.isPresent() && !file.get().key.equals(origin)) {
      throw RequestException.unprocessable(
          "there is no version of "
              + dataset
              + " to add "
              + ObjectKeys.quote(objects.key())
              + " to; first ingest "
              + ObjectKeys.quote(file.get().key)
              + " again with \"append\": true");
    }
    if (base.isPresent()) {
      Optional<String> known = readNote(noteKey(dataset, objects.info()));
      if (known.isPresent() && base.get().uploads().contains(known.get())) {
        Manifest manifest = Manifest.read(store, "append", base.get().manifest(), StepName.INGEST);
        LOG.log(
            Level.INFO,
            "{0} {1}: the dataset already has these rows",
            StepName.INGEST,
            ObjectKeys.quote(objects.key()));
        return new IngestResult(
            base.get().manifest(),
            true,
            dataset,
            base.get().version(),
            manifest.figures(IngestFigures.class));
      }
    }
    IngestResult result = ingest(objects, parameters, base);
    String sha256 = readNote(noteKey(dataset, objects.info())).orElseThrow();
    if (base.isEmpty() || !base.get().uploads().contains(sha256)) {
      DetectedFormat format = Objects.requireNonNull(result.figures().format());
      new AppendBase(
              dataset,
              result.version(),
              result.manifest(),
              base.isEmpty() ? List.of(sha256) : base.get().uploadsAnd(sha256),
              base.isPresent() ? base.get().columns() : columns(result.figures(), format),
              format.header(),
              result.figures().feedback(),
              format.userIdType(),
              format.itemIdType())
          .replace(store, ObjectKeys.directoryOf(result.manifest()));
    }
    return result;
  }

  private static String fileKey(String dataset) {
    return "datasets/" + dataset + "/file.json";
  }

  private static Optional<DatasetFile> readFile(ObjectStore store, String fileKey)
      throws IOException {
    try {
      return Optional.of(Json.read(store.read(fileKey).content(), DatasetFile.class, fileKey));
    } catch (NoSuchObjectException e) {
      return Optional.empty();
    }
  }

  private static void requireSameFile(String dataset, DatasetFile file, String key) {
    if (!file.key.equals(key)) {
      throw RequestException.unprocessable(
          ObjectKeys.quote(key)
              + " would replace "
              + ObjectKeys.quote(file.key)
              + ", the file of the dataset "
              + dataset
              + "; to replace it, upload under the same name or name the new file in an ingest"
              + " request; to make another dataset, upload it as 'raw/DATASET/FILE'");
    }
  }

  private IngestResult ingest(
      UploadObjects objects, IngestParameters parameters, Optional<AppendBase> base)
      throws IOException {
    ObjectInfo upload = objects.info();
    String key = upload.key();
    String dataset = StoreLayout.datasetOfUpload(key);
    if (!dataset.equals(StoreLayout.nameOfUpload(key))) {
      LOG.log(
          Level.INFO,
          "{0} {1}: the dataset is named {2}; names have only letters, digits, ''.'', ''_'' and"
              + " ''-''",
          StepName.INGEST,
          ObjectKeys.quote(key),
          dataset);
    }
    requireSize(upload);
    // A note of the digest saves reading a version again.
    String noteKey = noteKey(dataset, upload);
    Optional<String> knownDigest = readNote(noteKey);
    if (knownDigest.isPresent()) {
      Optional<IngestResult> done = find(dataset, inputs(base, knownDigest.get()), parameters);
      if (done.isPresent()) {
        return done.get();
      }
    }
    // Start reading now, while the digest is computed that shows whether the upload is already
    // ingested.
    try (FetchedUpload fetched = FetchedUpload.of(store, objects);
        UploadReader reader = new UploadReader(store, fetched, parameters, base)) {
      String sha256 = reader.sha256();
      StepSpec spec = spec(dataset, inputs(base, sha256), parameters);
      String directory = StoreLayout.datasetDirectory(dataset, spec.id());
      StepRunner.Result<IngestFigures> done =
          runner.run(
              spec,
              directory,
              Map.of("upload", key),
              IngestFigures.class,
              output -> write(reader, fetched.objects(), output));
      store.put(
          noteKey(dataset, fetched.info()),
          Json.write(new UploadNote(key, fetched.info().etag(), sha256)));
      return new IngestResult(done.manifest(), done.cached(), dataset, spec.id(), done.figures());
    }
  }

  private static @Nullable RatingsColumns columns(IngestFigures figures, DetectedFormat format) {
    boolean isMovieLens =
        List.of(
                RatingsLayout.RATINGS_CSV,
                RatingsLayout.U_DATA.name(),
                RatingsLayout.RATINGS_DAT.name())
            .contains(figures.layout());
    return isMovieLens ? null : format.columns();
  }

  /// Returns the inputs that determine a version.
  private static Map<String, String> inputs(Optional<AppendBase> base, String sha256) {
    return base.isEmpty()
        ? Map.of("upload", sha256)
        : Map.of("base", base.get().version(), "upload", sha256);
  }

  /// The digest of an upload by its ETag, stored so that a repeated event does not read the upload again.
  private record UploadNote(String key, String etag, String sha256) {}

  private static String noteKey(String dataset, ObjectInfo upload) {
    String version = upload.key() + "\n" + upload.etag();
    return "datasets/"
        + dataset
        + "/uploads/"
        + Digest.of(version.getBytes(StandardCharsets.UTF_8)).substring(0, 20)
        + ".json";
  }

  private Optional<String> readNote(String noteKey) throws IOException {
    try {
      return Optional.of(
          Json.read(store.read(noteKey).content(), UploadNote.class, noteKey).sha256());
    } catch (NoSuchObjectException e) {
      return Optional.empty();
    }
  }

  private static StepSpec spec(
      String dataset, Map<String, String> inputs, IngestParameters parameters) {
    return new StepSpec(StepName.INGEST, dataset, inputs, parameters);
  }

  private Optional<IngestResult> find(
      String dataset, Map<String, String> inputs, IngestParameters parameters) throws IOException {
    StepSpec spec = spec(dataset, inputs, parameters);
    return runner
        .find(
            spec,
            StoreLayout.datasetDirectory(dataset, spec.id()) + StoreLayout.MANIFEST,
            IngestFigures.class)
        .map(done -> new IngestResult(done.manifest(), true, dataset, spec.id(), done.figures()));
  }

  private IngestFigures write(UploadReader reader, UploadObjects upload, StepRunner.Output output)
      throws IOException {
    UploadReader.Result result = reader.await();
    requireUnchanged(upload);
    for (Map.Entry<String, Path> file : result.files().entrySet()) {
      output.put(file.getKey(), file.getValue());
    }
    return result.figures();
  }

  /// Refuses an upload that changed while it was read, as a local file can: what was read is then no
  /// consistent version.
  private void requireUnchanged(UploadObjects expected) throws IOException {
    for (ObjectInfo part : expected.parts().values()) {
      Optional<ObjectInfo> current = store.find(part.key());
      if (current.isPresent() && !current.get().etag().equals(part.etag())) {
        throw RequestException.conflict(
            "the object "
                + ObjectKeys.quote(part.key())
                + " changed while it was being read; try again");
      }
    }
  }
}
