package com.craftyverse.recsys.publish;

import com.craftyverse.recsys.step.CurrentModel;
import com.craftyverse.recsys.step.FunctionCall;
import com.craftyverse.recsys.step.Json;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Makes an evaluated model its dataset's current one, by replacing `current.json` only if nobody else
/// did in the meantime.
public final class Publish {
  /// The step's name.
  public static final String STEP = "publish";

  private static final int EVALUATION_FORMAT_VERSION = 1;
  private static final int HISTORY_KEPT = 100;

  private final ObjectStore store;

  /// @param store where the model is
  public Publish(ObjectStore store) {
    this.store = store;
  }

  /// Publishes a model, or finds that it is current.
  ///
  /// @throws RequestException when the manifest is not that of an evaluation, the model is not whole,
  ///     or another model was published at the same moment
  public PublishResult run(PublishRequest request) throws IOException {
    String key =
        FunctionCall.requireKey("manifest", Request.require("manifest", request.manifest()));
    Manifest evaluation = Manifest.read(store, key, "evaluate", EVALUATION_FORMAT_VERSION);
    String directory = ObjectKeys.directoryOf(key);
    String model =
        directory.substring(ObjectKeys.models(evaluation.dataset()).length()).replace("/", "");
    requireWhole(directory);
    String currentKey = ObjectKeys.current(evaluation.dataset());
    Optional<CurrentModel.Versioned> before = CurrentModel.find(store, evaluation.dataset());
    if (before.isPresent()) {
      CurrentModel current = before.get().current();
      boolean stays = Boolean.FALSE.equals(request.again()) && current.wasPublished(key);
      if (stays || current.model().equals(model)) {
        return new PublishResult(
            currentKey, true, evaluation.dataset(), current.model(), current.published());
      }
    }
    String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    List<CurrentModel.Publication> history = new ArrayList<>();
    history.add(new CurrentModel.Publication(model, key, now));
    before.ifPresent(
        versioned ->
            versioned.current().history().stream().limit(HISTORY_KEPT - 1).forEach(history::add));
    byte[] json = Json.write(new CurrentModel(evaluation.dataset(), model, now, history));
    boolean won =
        before.isPresent()
            ? store.replace(currentKey, json, before.get().etag())
            : store.putIfAbsent(currentKey, json);
    if (!won) {
      throw new RequestException(
          RequestException.Kind.CONFLICT,
          "another model of "
              + evaluation.dataset()
              + " was published at the same moment; look at "
              + currentKey
              + " and publish again if this one shall replace it");
    }
    return new PublishResult(currentKey, false, evaluation.dataset(), model, now);
  }

  private void requireWhole(String directory) throws IOException {
    for (String name :
        List.of(
            ObjectKeys.MANIFEST,
            ObjectKeys.MODEL,
            ObjectKeys.USERS,
            ObjectKeys.ITEMS,
            ObjectKeys.SEEN)) {
      if (store.find(directory + name).isEmpty()) {
        throw RequestException.unprocessable(
            "the model in " + directory + " is not whole: " + name + " is missing; train it again");
      }
    }
  }
}
