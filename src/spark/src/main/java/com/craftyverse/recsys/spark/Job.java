package com.craftyverse.recsys.spark;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FileStatus;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/// One run of the job: from an upload to a model in the project's formats.
///
/// A model to be scored learns from the training set. A refit takes the parameters of a scored and evaluated
/// model, and learns from all rows. Each directory gets its manifest last, the model's after all others.
final class Job {
  private static final System.Logger LOG = System.getLogger(Job.class.getName());

  /// Ratings in a block of ALS, if the number of blocks is not given.
  private static final long BLOCK_RATINGS = 2_000_000;

  /// Bytes of an upload, as text or packed, for a partition of a shuffle.
  private static final long SHUFFLE_BYTES = 16 << 20;

  private static final int MIN_BLOCKS = 2;

  /// More blocks make ALS send a vector to more of them, up to once for each rating.
  private static final int MAX_BLOCKS = 200;

  private static final int MAX_PARTITIONS = 4_000;

  /// Sampling of users by a hash in this range.
  private static final int HASHES = 1 << 20;

  private final SparkSession spark;
  private final Store store;
  private final Arguments arguments;
  private final long start = System.nanoTime();

  Job(SparkSession spark, Store store, Arguments arguments) {
    this.spark = spark;
    this.store = store;
    this.arguments = arguments;
  }

  /// What a run made.
  ///
  /// @param manifest the key of the model's manifest
  /// @param cached whether an earlier run made it
  /// @param figures sizes, and the part of `settings.json` for `evaluate`
  record Result(String dataset, String manifest, boolean cached, Map<String, Object> figures) {
    /// Returns a line of JSON.
    String json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("dataset", dataset);
      json.put("manifest", manifest);
      json.put("cached", cached);
      json.putAll(figures);
      return Formats.line(json);
    }
  }

  /// What a run does, by which its directories are named.
  ///
  /// @param key the upload
  /// @param upload the versions of its files, by name
  /// @param scored the manifest of the model that a refit takes its parameters from; null without
  private record Plan(
      String key,
      String dataset,
      Map<String, String> upload,
      Settings settings,
      Hyperparameters parameters,
      int evaluationUsers,
      JsonNode scored) {
    boolean isRefit() {
      return scored != null;
    }

    String rows() {
      return isRefit() ? "all" : "train";
    }

    String version() {
      Map<String, Object> reading = new TreeMap<>();
      settings
          .json()
          .fields()
          .forEachRemaining(
              field -> {
                if (!List.of("split", "train", "evaluate").contains(field.getKey())) {
                  reading.put(field.getKey(), field.getValue());
                }
              });
      return Formats.id("ingest", Formats.INGEST, upload, reading);
    }

    String splitId() {
      return Formats.id(
          "split",
          Formats.SPLIT,
          Map.of("ingest", version(), "evaluationUsers", evaluationUsers),
          settings.node("split").toString());
    }

    String indexId() {
      return Formats.id("index", Formats.INDEX, Map.of("split", splitId()), Map.of("rows", rows()));
    }

    String modelId() {
      Map<String, Object> inputs = new TreeMap<>(Map.of("index", indexId()));
      if (isRefit()) {
        inputs.put("pattern", scored.path("id").asText());
      }
      return Formats.id("train", Formats.MODEL, inputs, parameters.json());
    }

    String datasetDirectory() {
      return "datasets/" + dataset + "/" + version() + "/";
    }

    String splitDirectory() {
      return datasetDirectory() + "splits/" + splitId() + "/";
    }

    String indexDirectory() {
      return splitDirectory() + "index/" + indexId() + "/";
    }

    /// Returns the part of the upload's settings for `evaluate`, if there is one.
    Map<String, Object> evaluation() {
      return settings.has("evaluate") ? Map.of("evaluate", settings.node("evaluate")) : Map.of();
    }

    String modelDirectory() {
      return "models/" + dataset + "/" + modelId() + "/";
    }

    String manifest() {
      return modelDirectory() + Formats.MANIFEST;
    }
  }

  /// Runs the job, or finds the model of an earlier run.
  ///
  /// @throws RefusedException if the upload, its settings or the model to train again cannot be used
  Result run() throws IOException {
    Plan plan = plan();
    if (store.size(plan.manifest()) >= 0) {
      return new Result(plan.dataset, plan.manifest(), true, plan.evaluation());
    }
    spark.conf().set("spark.sql.shuffle.partitions", shufflePartitions(plan.key));
    Upload upload = Upload.open(spark, store, plan.key, plan.settings);
    Ratings ratings = Ratings.of(upload);
    log("%,d ratings, %,d duplicates dropped", ratings.count(), ratings.duplicates());
    Split split = Split.of(ratings.rows(), ratings.hasTimes(), plan.settings);
    log(
        "%,d training, %,d test, %,d validation rows",
        split.sizes()[Split.TRAIN], split.sizes()[Split.TEST], split.sizes()[Split.VALIDATION]);
    Index index =
        plan.isRefit()
            ? Index.of(ratings.rows(), ratings.count())
            : Index.of(split.set(Split.TRAIN), split.sizes()[Split.TRAIN]);
    log("%,d users and %,d items to train on", index.userCount(), index.itemCount());
    Model model =
        Model.train(
            spark, index, ratings.scale(), plan.parameters.decided(index), blocks(index.rows()));
    log(
        "ranking model in %.1f s, rating model in %.1f s",
        model.rankingSeconds(), model.ratingSeconds());
    Index written = writtenIndex(plan, index);
    writeSteps(plan, ratings, split, index, written);
    writeModel(plan, ratings, index, written, model);
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("users", index.userCount());
    figures.put("items", index.itemCount());
    figures.put("trainRatings", index.rows());
    figures.put("seconds", Math.round(10 * seconds()) / 10.0);
    figures.putAll(plan.evaluation());
    log("wrote %s", plan.modelDirectory());
    return new Result(plan.dataset, plan.manifest(), false, figures);
  }

  private Plan plan() throws IOException {
    if (arguments.refit() == null) {
      Settings settings = Settings.of(store, arguments.key());
      return new Plan(
          arguments.key(),
          Formats.dataset(arguments.key()),
          versions(arguments.key()),
          settings,
          Hyperparameters.of(arguments, settings),
          arguments.evaluationUsers(),
          null);
    }
    JsonNode scored = store.readJson(arguments.refit());
    JsonNode parameters = scored.path("parameters");
    if (!parameters.path("engine").asText().equals("spark")
        || !scored.path("figures").path("rows").asText().equals("train")) {
      throw new RefusedException(
          "argument --refit: '"
              + arguments.refit()
              + "' is not the manifest of a model that this job trained to be scored");
    }
    String directory = arguments.refit().substring(0, arguments.refit().lastIndexOf('/') + 1);
    if (store.size(directory + "evaluation.json") < 0) {
      throw new RefusedException(
          "argument --refit: '" + arguments.refit() + "' has no evaluation; evaluate it first");
    }
    String key = scored.path("sources").path("upload").asText();
    Plan plan =
        new Plan(
            key,
            scored.path("dataset").asText(),
            versions(key),
            Settings.of(store, key),
            Hyperparameters.of(parameters),
            parameters.path("evaluationUsers").asInt(),
            scored);
    String split = scored.path("sources").path("split").asText();
    if (!split.equals(plan.splitDirectory() + Formats.MANIFEST)) {
      throw new RefusedException(
          "argument --refit: '" + key + "' or its settings changed since the model was trained");
    }
    return plan;
  }

  /// Returns what identifies the content of each file of an upload: its size, and its ETag or else the time
  /// of its last change.
  private Map<String, String> versions(String key) throws IOException {
    Map<String, String> versions = new TreeMap<>();
    for (FileStatus file : store.files(key)) {
      String name = file.getPath().getName();
      if (!name.equals("settings.json")) {
        String etag = file instanceof EtagSource source ? source.getEtag() : null;
        versions.put(
            name, file.getLen() + " " + (etag == null ? file.getModificationTime() : etag));
      }
    }
    return versions;
  }

  /// Returns the number of partitions of a shuffle of all ratings.
  private int shufflePartitions(String key) throws IOException {
    long bytes = store.files(key).stream().mapToLong(FileStatus::getLen).sum();
    return arguments.partitions() > 0
        ? arguments.partitions()
        : (int) Math.max(2, Math.min(MAX_PARTITIONS, bytes / SHUFFLE_BYTES));
  }

  private int blocks(long rows) {
    return arguments.partitions() > 0
        ? arguments.partitions()
        : (int) Math.max(MIN_BLOCKS, Math.min(MAX_BLOCKS, rows / BLOCK_RATINGS));
  }

  /// Returns the index with the users that the files of the run have: all, or a sample to evaluate with.
  private Index writtenIndex(Plan plan, Index index) {
    if (plan.isRefit() || index.userCount() <= plan.evaluationUsers) {
      return index;
    }
    Index sample = index.only(org.apache.spark.sql.functions.expr(sampled(plan, index)));
    log("%,d of %,d users to evaluate with", sample.userCount(), index.userCount());
    return sample;
  }

  /// Returns whether the user of a row is in the sample, as a condition.
  private static String sampled(Plan plan, Index index) {
    double share = Math.min(1, plan.evaluationUsers / (double) index.userCount());
    return "pmod(xxhash64(user), " + HASHES + ") < " + (long) Math.ceil(share * HASHES);
  }

  /// Writes what `evaluate` and the reports read of the dataset, the split and the index.
  private void writeSteps(Plan plan, Ratings ratings, Split split, Index index, Index written)
      throws IOException {
    double seconds = seconds();
    if (store.size(plan.datasetDirectory() + Formats.MANIFEST) < 0) {
      Output dataset = new Output(store, plan.datasetDirectory());
      dataset.dictionary("userIds.arrow", "userId", ratings.users());
      dataset.dictionary("itemIds.arrow", "itemId", ratings.items());
      dataset.manifest(
          new Formats.Manifest(
              "ingest",
              Formats.INGEST,
              plan.version(),
              plan.dataset,
              Map.of("upload", Formats.id("upload", 0, plan.upload, "")),
              Map.of("upload", plan.key),
              Map.of("engine", "spark"),
              dataset.sizes(),
              ratings.figures(),
              seconds));
    }
    List<Dataset<Row>> held = new ArrayList<>();
    if (!plan.isRefit()) {
      String condition = sampled(plan, index);
      Output directory = new Output(store, plan.splitDirectory());
      for (int set : List.of(Split.TEST, Split.VALIDATION)) {
        String name = set == Split.TEST ? "test.arrow" : "validation.arrow";
        Dataset<Row> rows = split.set(set);
        directory.set(name, rows.filter(condition));
        held.add(index.map(rows).persist(StorageLevel.MEMORY_AND_DISK()));
      }
      if (store.size(plan.splitDirectory() + Formats.MANIFEST) < 0) {
        directory.manifest(
            new Formats.Manifest(
                "split",
                Formats.SPLIT,
                plan.splitId(),
                plan.dataset,
                Map.of("ingest", plan.version()),
                Map.of("ingest", plan.datasetDirectory() + Formats.MANIFEST),
                split.parameters(),
                directory.sizes(),
                split.figures(),
                seconds));
      }
    }
    Quality.Report report = Quality.of(plan.dataset, ratings, split, index, held);
    Output directory = new Output(store, plan.indexDirectory());
    if (!plan.isRefit()) {
      String condition = sampled(plan, index);
      directory.training("train.arrow", written);
      for (int set : List.of(Split.TEST, Split.VALIDATION)) {
        directory.indexedSet(
            set == Split.TEST ? "test.arrow" : "validation.arrow",
            written.map(split.set(set).filter(condition)));
      }
    }
    directory.json("quality.json", report.json());
    Map<String, Object> figures = new TreeMap<>();
    figures.put("users", index.userCount());
    figures.put("items", index.itemCount());
    figures.put("trainRows", index.rows());
    figures.put("testRows", report.testRows());
    figures.put("validationRows", report.validationRows());
    figures.put("scale", ratings.scale().json());
    figures.put("density", index.density());
    Map<String, Object> parameters = new TreeMap<>();
    parameters.put("coldStart", "drop");
    parameters.put("rows", plan.rows());
    parameters.put("engine", "spark");
    directory.manifest(
        new Formats.Manifest(
            "index",
            Formats.INDEX,
            plan.indexId(),
            plan.dataset,
            Map.of("ingest", plan.version(), "split", plan.splitId()),
            Map.of(
                "ingest", plan.datasetDirectory() + Formats.MANIFEST,
                "split", plan.splitDirectory() + Formats.MANIFEST),
            parameters,
            directory.sizes(),
            figures,
            seconds));
  }

  private void writeModel(Plan plan, Ratings ratings, Index index, Index written, Model model)
      throws IOException {
    Output directory = new Output(store, plan.modelDirectory());
    directory.users("users.arrow", model, index, written, ratings.users());
    directory.items("items.arrow", model, index, ratings);
    directory.seen("seen.arrow", written);
    directory.gram("gram.arrow", model);
    directory.json("model.json", card(plan, ratings, written, model));
    directory.json("history.json", history(model));
    Map<String, String> inputs = new TreeMap<>(Map.of("index", plan.indexId()));
    Map<String, String> sources = new TreeMap<>();
    sources.put("index", plan.indexDirectory() + Formats.MANIFEST);
    sources.put("split", plan.splitDirectory() + Formats.MANIFEST);
    sources.put("upload", plan.key);
    if (plan.isRefit()) {
      inputs.put("pattern", plan.scored.path("id").asText());
      sources.put("pattern", arguments.refit());
      String from = arguments.refit().substring(0, arguments.refit().lastIndexOf('/') + 1);
      for (String name : List.of("evaluation.json", "report.html")) {
        byte[] file = store.find(from + name);
        if (file != null) {
          store.write(plan.modelDirectory() + name, file);
        }
      }
    }
    Map<String, Object> parameters = model.parameters().json();
    parameters.put("evaluationUsers", plan.evaluationUsers);
    directory.manifest(
        new Formats.Manifest(
            "train",
            Formats.MODEL,
            plan.modelId(),
            plan.dataset,
            inputs,
            sources,
            parameters,
            directory.sizes(),
            figures(plan, index, model),
            seconds()));
  }

  private static Map<String, Object> card(Plan plan, Ratings ratings, Index written, Model model) {
    Hyperparameters parameters = model.parameters();
    Map<String, Object> card = new LinkedHashMap<>();
    card.put("formatVersion", Formats.MODEL);
    card.put("model", "biased");
    card.put("dataset", plan.dataset);
    card.put("modelId", plan.modelId());
    card.put("factors", model.ratingFactors());
    card.put("choiceFactors", model.choices().count());
    card.put("globalMean", (float) model.biases().mean());
    card.put("trainMean", (float) model.biases().mean());
    card.put("scale", ratings.scale().json());
    card.put("unit", model.unit());
    card.put("users", written.userCount());
    card.put("items", written.itemCount());
    card.put("trainRatings", written.rows());
    card.put("rows", plan.rows());
    if (plan.isRefit()) {
      card.put("scoredModel", plan.scored.path("id").asText());
    }
    Map<String, Object> ranking = new LinkedHashMap<>();
    ranking.put("factors", parameters.rankingFactors());
    ranking.put("regularization", parameters.rankingRegularization());
    ranking.put("unobservedWeight", parameters.unobservedWeight());
    ranking.put("epochs", parameters.rankingIterations());
    ranking.put("lowest", (float) ratings.scale().min());
    ranking.put("highest", (float) ratings.scale().max());
    card.put("ranking", ranking);
    return card;
  }

  /// Returns the passes that fit the biases; MLlib reports no errors of its iterations.
  private static Map<String, Object> history(Model model) {
    List<Object> passes = new ArrayList<>();
    for (double rmse : model.biases().rmse()) {
      Map<String, Object> pass = new LinkedHashMap<>();
      pass.put("epoch", passes.size() + 1);
      pass.put("trainRmse", rmse);
      pass.put("learningRate", 0.0);
      pass.put("seconds", 0.0);
      pass.put("updatesPerSecond", 0.0);
      pass.put("secondsLeft", 0.0);
      passes.add(pass);
    }
    return Map.of("rating", passes, "ranking", Map.of("trials", List.of(), "epochs", List.of()));
  }

  private Map<String, Object> figures(Plan plan, Index index, Model model) {
    Hyperparameters parameters = model.parameters();
    double updates = (double) index.rows() * parameters.iterations();
    Map<String, Object> figures = new TreeMap<>();
    figures.put("modelId", plan.modelId());
    if (plan.isRefit()) {
      figures.put("scoredModel", plan.scored.path("id").asText());
    }
    figures.put("rows", plan.rows());
    figures.put("model", "biased");
    figures.put("factors", model.ratingFactors());
    figures.put("epochs", parameters.iterations());
    figures.put("bestEpoch", parameters.iterations());
    figures.put("trainRatings", index.rows());
    figures.put("validationRatings", 0);
    figures.put("earlyStopping", false);
    figures.put("learningRateCuts", 0);
    figures.put(
        "ending",
        "MLlib's ALS ran "
            + parameters.iterations()
            + " iterations on what biases and choice factors leave, and reports no error of its own");
    figures.put("updatesPerSecond", updates / model.ratingSeconds());
    figures.put("seconds", model.ratingSeconds());
    figures.put("kernel", "mllib");
    figures.put("lanes", 1);
    figures.put("threads", spark.sparkContext().defaultParallelism());
    figures.put("jvm", "Spark " + spark.version() + ", Java " + Runtime.version().feature());
    Map<String, Object> ranking = new TreeMap<>();
    ranking.put("factors", parameters.rankingFactors());
    ranking.put("epochs", parameters.rankingIterations());
    ranking.put("regularization", parameters.rankingRegularization());
    ranking.put("unobservedWeight", parameters.unobservedWeight());
    ranking.put("trials", 0);
    ranking.put("searchSeconds", 0.0);
    ranking.put("objective", 0.0);
    ranking.put("validationUsers", 0);
    ranking.put(
        "choicesPerSecond",
        2.0 * index.rows() * parameters.rankingIterations() / model.rankingSeconds());
    ranking.put("seconds", model.rankingSeconds());
    figures.put("ranking", ranking);
    figures.put("choiceFactors", Map.of("factors", model.choices().count(), "ratings", 0));
    return figures;
  }

  private double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  private void log(String format, Object... values) {
    LOG.log(
        Level.INFO,
        () ->
            String.format(Locale.ROOT, "%6.1f s  ", seconds())
                + String.format(Locale.ROOT, format, values));
  }
}
