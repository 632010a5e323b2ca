package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.BackgroundTask;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// Lists the models in the store from their documents, without loading one.
///
/// One listing finds all versions, by the manifests of training. Only those that are answered are read:
/// three small documents each, of several versions at the same time.
final class ModelVersions {
  private static final int PARALLEL = 8;

  private final ObjectStore store;

  ModelVersions(ObjectStore store) {
    this.store = store;
  }

  /// A trained model.
  ///
  /// @param written when its manifest was written
  private record Candidate(String model, Instant written) {}

  /// Lists the newest versions of models.
  ///
  /// @param requested the dataset; null for all
  /// @param n the most versions of a dataset
  /// @throws IOException if the store cannot be read; a damaged model is part of the answer
  List<ModelsResult.Dataset> list(@Nullable String requested, int n) throws IOException {
    Map<String, List<Candidate>> byDataset = new TreeMap<>();
    Set<String> reports = new HashSet<>();
    String prefix = requested == null ? "models/" : StoreLayout.models(requested);
    for (ObjectInfo object : store.list(prefix)) {
      String[] segments = object.key().split("/", -1);
      boolean isManifest = segments.length == 4 && segments[3].equals(StoreLayout.MANIFEST);
      if (segments.length == 4 && segments[3].equals(StoreLayout.REPORT)) {
        reports.add(object.key());
      }
      if (isManifest || StoreLayout.isCurrent(object.key())) {
        List<Candidate> candidates = byDataset.computeIfAbsent(segments[1], _ -> new ArrayList<>());
        if (isManifest) {
          candidates.add(new Candidate(segments[2], object.lastModified()));
        }
      }
    }
    List<ModelsResult.Dataset> datasets = new ArrayList<>();
    for (Map.Entry<String, List<Candidate>> entry : byDataset.entrySet()) {
      entry
          .getValue()
          .sort(
              Comparator.comparing(Candidate::written).thenComparing(Candidate::model).reversed());
      datasets.add(dataset(entry.getKey(), entry.getValue(), reports, n));
    }
    return datasets;
  }

  private ModelsResult.Dataset dataset(
      String dataset, List<Candidate> newestFirst, Set<String> reports, int n) throws IOException {
    CurrentModel current = null;
    String problem = null;
    try {
      current = CurrentModel.find(store, dataset).map(CurrentModel.Versioned::current).orElse(null);
    } catch (MalformedFileException e) {
      problem = StoreLayout.CURRENT + ModelCache.fault(e) + "; publish a model again";
    }
    return new ModelsResult.Dataset(
        dataset,
        current == null ? null : current.model(),
        problem,
        new Reader(dataset, current, reports).read(newestFirst, n));
  }

  /// Reads versions of one dataset.
  private final class Reader {
    private final String dataset;
    private final @Nullable String current;

    /// Keys of all reports.
    private final Set<String> reports;

    private final Map<String, String> published = new HashMap<>();

    /// Models that were scored and are represented by a retrained one.
    private final Set<String> represented = new HashSet<>();

    Reader(String dataset, @Nullable CurrentModel current, Set<String> reports) {
      this.dataset = dataset;
      this.reports = reports;
      this.current = current == null ? null : current.model();
      if (current != null) {
        for (CurrentModel.Publication publication : current.history()) {
          published.putIfAbsent(publication.model(), publication.published());
        }
        for (CurrentModel.Publication publication : current.history()) {
          represent(publication.model(), publication.scoredModel());
        }
      }
    }

    private void represent(String model, @Nullable String scored) {
      if (scored != null && !scored.equals(model) && !published.containsKey(scored)) {
        represented.add(scored);
      }
    }

    List<ModelVersion> read(List<Candidate> newestFirst, int n) throws IOException {
      List<ModelVersion> versions = new ArrayList<>();
      Deque<Candidate> candidates = new ArrayDeque<>(newestFirst);
      while (versions.size() < n && !candidates.isEmpty()) {
        List<Callable<ModelVersion>> reads = new ArrayList<>();
        int most = Math.min(PARALLEL, n - versions.size());
        while (reads.size() < most && !candidates.isEmpty()) {
          String model = candidates.remove().model;
          if (!represented.contains(model)) {
            reads.add(() -> version(model));
          }
        }
        for (ModelVersion version : BackgroundTask.runAll("model-read", "the answer", reads)) {
          represent(version.model(), version.scoredModel());
          versions.add(version);
        }
        versions.removeIf(version -> represented.contains(version.model()));
      }
      if (current != null
          && versions.stream().noneMatch(ModelVersion::current)
          && newestFirst.stream().anyMatch(candidate -> candidate.model.equals(current))) {
        versions.set(versions.size() - 1, version(current));
      }
      // A copied store has other times of writing than of training.
      versions.sort(
          Comparator.comparing(
                  (ModelVersion version) -> Objects.requireNonNullElse(version.trained(), ""))
              .reversed());
      return versions;
    }

    private ModelVersion version(String model) throws IOException {
      String directory = StoreLayout.modelDirectory(dataset, model);
      ModelVersionBuilder version =
          ModelVersionBuilder.builder()
              .model(model)
              .current(model.equals(current))
              .published(published.get(model));
      String report = directory + StoreLayout.REPORT;
      if (reports.contains(report)) {
        version.report(report);
      }
      String file = StoreLayout.MANIFEST;
      try {
        version.trained(manifest(directory + file).finished());
        file = StoreLayout.MODEL;
        describe(version, ModelCard.read(store, directory));
        file = StoreLayout.EVALUATION;
        score(version, directory + file);
      } catch (MalformedFileException | NoSuchObjectException | RequestException e) {
        version.problem(
            file
                + ModelCache.fault(e)
                + (file.equals(StoreLayout.EVALUATION)
                    ? "; evaluate the model again"
                    : "; train the model again"));
      }
      return version.build();
    }

    private Manifest manifest(String key) throws IOException {
      return Json.read(store.read(key).content(), Manifest.class, key);
    }

    private static void describe(ModelVersionBuilder version, ModelCard card) {
      version
          .scoredModel(Objects.requireNonNullElse(card.scoredModel(), card.modelId()))
          .rows(card.rows())
          .feedback(card.hasRatings() ? Feedback.RATINGS : Feedback.CHOICES)
          .users(card.users())
          .items(card.items())
          .ratings(card.trainRatings())
          .factors(card.factors())
          .rankingFactors(card.ranking() == null ? null : card.rankingFactors());
    }

    private void score(ModelVersionBuilder version, String key) throws IOException {
      Manifest evaluation;
      try {
        evaluation = manifest(key);
      } catch (NoSuchObjectException e) {
        return; // it was not evaluated
      }
      if (evaluation.formatVersion() != StepName.EVALUATE.formatVersion()) {
        throw new MalformedFileException(key, "format version " + evaluation.formatVersion());
      }
      EvaluationSummary summary = evaluation.figures(EvaluationSummary.class);
      version.scores(summary.scores()).verdict(summary.verdict());
    }
  }
}
