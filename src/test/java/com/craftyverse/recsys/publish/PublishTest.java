package com.craftyverse.recsys.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.format.CurrentModel;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.Verdict.Decision;
import com.craftyverse.recsys.serve.ModelFixture;
import com.craftyverse.recsys.step.Digest;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishTest {
  @TempDir Path directory;
  private LocalObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
  }

  @Test
  void evaluatedModel_becomesCurrent_once() throws IOException {
    String first = model("m1");
    PublishResult result = publish(first);
    assertThat(result.cached()).isFalse();
    assertThat(result.manifest()).isEqualTo("models/set/current.json");
    assertThat(current().model()).isEqualTo("m1");
    assertThat(publish(first))
        .isEqualTo(
            new PublishResult(
                "models/set/current.json",
                true,
                "set",
                true,
                "m1",
                null,
                result.publishedAt(),
                null));
    assertThat(current().history()).hasSize(1);
  }

  @Test
  void history_keepsEarlierModels_andOneMayBecomeCurrentAgain() throws IOException {
    String first = model("m1");
    publish(first);
    publish(model("m2"));
    publish(first);
    assertThat(current().model()).isEqualTo("m1");
    assertThat(current().history())
        .extracting(CurrentModel.Publication::model)
        .containsExactly("m1", "m2", "m1");
    assertThat(current().wasPublished("m2")).isTrue();
  }

  @Test
  void model_isPublishedByItsId() throws IOException {
    publish(model("m1"));
    publish(model("m2"));
    assertThat(publish("set", "m1").model()).isEqualTo("m1");
    assertThat(current().model()).isEqualTo("m1");
    assertThat(current().history().getFirst().evaluation())
        .isEqualTo("models/set/m1/evaluation.json");
    assertThat(publish("set", "m1").cached()).isTrue();
    assertThat(publish("set", "m2").cached()).isFalse();
    assertThat(new Publish(store).run(new PublishRequest(null, "set", "m1", false)).model())
        .isEqualTo("m2");
  }

  @Test
  void unknownModel_isNotFound() throws IOException {
    model("m1");
    for (String model : List.of("m2", "m1/m1", "..", "", "current.json")) {
      assertThatThrownBy(() -> publish("set", model))
          .isInstanceOfSatisfying(
              RequestException.class,
              e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.NOT_FOUND))
          .hasMessage("field 'model': the dataset 'set' has no model '" + model + "'");
    }
    assertThatThrownBy(() -> publish("other", "m1"))
        .hasMessage("field 'model': the dataset 'other' has no model 'm1'");
  }

  @Test
  void request_namesAManifestOrAModel() {
    assertInvalid(
        new PublishRequest(null),
        "field 'manifest' is missing; name a manifest, or a 'dataset' and a 'model'");
    assertInvalid(new PublishRequest(null, "set", null, null), "field 'model' is missing");
    assertInvalid(new PublishRequest(null, null, "m1", null), "field 'dataset' is missing");
    assertInvalid(
        new PublishRequest("models/set/m1/manifest.json", "set", "m1", null),
        "field 'manifest' takes the place of 'dataset' and 'model'; send one or the other");
    assertInvalid(
        new PublishRequest(null, "../set", "m1", null),
        "field 'dataset': the dataset name '../set' must be letters, digits, '.', '_' and '-', 100"
            + " at most, starting with a letter or digit");
  }

  private void assertInvalid(PublishRequest request, String error) {
    assertThatThrownBy(() -> new Publish(store).run(request))
        .isInstanceOfSatisfying(
            RequestException.class,
            e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.INVALID))
        .hasMessage(error);
  }

  private PublishResult publish(String dataset, String model) throws IOException {
    return new Publish(store).run(new PublishRequest(null, dataset, model, null));
  }

  @Test
  void refusedModel_isNotPublished_andTheOldOneStays() throws IOException {
    publish(model("m1"));
    PublishResult result =
        publish(
            new ModelFixture("set", "m2")
                .withVerdict(Decision.REFUSED, "It is worse.", "It is small.")
                .write(store));
    assertThat(result.published()).isFalse();
    assertThat(result.cached()).isFalse();
    assertThat(result.model()).isEqualTo("m1");
    assertThat(result.verdict())
        .isEqualTo(
            new PublishResult.Summary(
                Decision.REFUSED, List.of("It is worse.", "It is small."), false));
    assertThat(current().history()).hasSize(1);
    assertThat(store.find("models/set/m2/lookup.arrow")).isEmpty();
  }

  @Test
  void refusedFirstModel_leavesTheDatasetWithoutOne() throws IOException {
    String key = undecided("m1", Decision.REFUSED);
    PublishResult result = publish(key);
    assertThat(result.published()).isFalse();
    assertThat(result.model()).isNull();
    assertThat(result.publishedAt()).isNull();
    assertThat(store.find("models/set/current.json")).isEmpty();

    PublishResult forced = force(key, "none");
    assertThat(forced.published()).isTrue();
    assertThat(current().history().getFirst().forcedOver()).isEqualTo("none");
  }

  @Test
  void insufficientEvidence_isEnoughForTheFirstModel_andReplacesOnlyByForce() throws IOException {
    PublishResult first = publish(undecided("m1", Decision.INSUFFICIENT_EVIDENCE));
    assertThat(first.published()).isTrue();
    assertThat(first.verdict())
        .isEqualTo(
            new PublishResult.Summary(Decision.INSUFFICIENT_EVIDENCE, List.of("Why."), false));
    assertThat(current().history().getFirst().verdict()).isEqualTo("insufficientEvidence");

    String second = undecided("m2", Decision.INSUFFICIENT_EVIDENCE);
    assertThat(publish(second).published()).isFalse();
    assertThat(current().model()).isEqualTo("m1");

    assertThatThrownBy(() -> force(second, "m3"))
        .isInstanceOfSatisfying(
            RequestException.class,
            e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.CONFLICT))
        .hasMessage("field 'force': expected the id of the current model, 'm1', found 'm3'");
    PublishResult forced = force(second, "m1");
    assertThat(forced.published()).isTrue();
    assertThat(Objects.requireNonNull(forced.verdict()).forced()).isTrue();
    CurrentModel.Publication recorded = current().history().getFirst();
    assertThat(recorded.model()).isEqualTo("m2");
    assertThat(recorded.verdict()).isEqualTo("insufficientEvidence");
    assertThat(recorded.forcedOver()).isEqualTo("m1");
  }

  /// Operators may have reasons that no evaluation knows, such as users who had to be deleted.
  @Test
  void refusal_isOverriddenByForce_andRecorded() throws IOException {
    publish(model("m1"));
    force(undecided("m2", Decision.REFUSED), "m1");
    assertThat(current().history().getFirst().verdict()).isEqualTo("refused");
    assertThat(current().history().getFirst().forcedOver()).isEqualTo("m1");
  }

  @Test
  void forceForAnAcceptedModel_isNotRecorded() throws IOException {
    publish(model("m1"));
    force(model("m2"), "m1");
    assertThat(current().history().getFirst().forcedOver()).isNull();
  }

  @Test
  void verdictAgainstAnotherModel_asksForAnotherEvaluation() throws IOException {
    String alone = model("m1");
    publish(model("m2"));
    assertThatThrownBy(() -> publish(alone))
        .isInstanceOfSatisfying(
            RequestException.class,
            e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.CONFLICT))
        .hasMessage(
            "the model was compared with no published model, but now the model m2 is published;"
                + " evaluate it again");
    String late = model("m3");
    publish(model("m4"));
    assertThatThrownBy(() -> publish(late))
        .hasMessage(
            "the model was compared with the model m2, but now the model m4 is published; evaluate"
                + " it again");
  }

  /// Its verdict was reached then. Later ones, about what it replaced, do not matter.
  @Test
  void publishedModel_returnsWithoutANewVerdict() throws IOException {
    String first = undecided("m1", Decision.INSUFFICIENT_EVIDENCE);
    publish(first);
    publish(model("m2"));
    PublishResult back = publish(first);
    assertThat(back.published()).isTrue();
    assertThat(back.verdict()).isNull();
    assertThat(current().model()).isEqualTo("m1");
    assertThat(current().history().getFirst().forcedOver()).isNull();
  }

  /// A dataset that was published without a refit gets one: the verdict on the scored model holds for both.
  @Test
  void refitOfAPublishedModel_isPublished() throws IOException {
    publish(model("scored"));
    new ModelFixture("set", "served")
        .of(Rows.ALL, "scored", "scored")
        .withVerdict(Decision.ACCEPTED)
        .write(store);
    assertThat(publish("models/set/served/manifest.json").published()).isTrue();
    assertThat(current().model()).isEqualTo("served");
  }

  /// The scored model's own evaluation may be newer than the copy that the refit got.
  @Test
  void refittedModel_hasTheVerdictOnItsScoredModel() throws IOException {
    undecided("scored", Decision.REFUSED);
    new ModelFixture("set", "served").of(Rows.ALL, "scored", "scored").write(store);
    assertThat(publish("models/set/served/manifest.json").published()).isFalse();
  }

  @Test
  void changedFile_isFoundByItsDigest() throws IOException {
    String key = model("m1");
    Manifest manifest = Manifest.read(store, "models/set/m1/manifest.json", StepName.TRAIN);
    byte[] gram = {1, 2, 3};
    store.put("models/set/m1/gram.arrow", gram);
    store.put(
        "models/set/m1/manifest.json",
        Json.write(
            new Manifest(
                manifest.step(),
                manifest.formatVersion(),
                manifest.id(),
                manifest.dataset(),
                manifest.inputs(),
                manifest.sources(),
                manifest.parameters(),
                Map.of("gram.arrow", 3L),
                Map.of("gram.arrow", Digest.of(gram)),
                manifest.figures(),
                manifest.finished(),
                manifest.seconds())));
    store.put("models/set/m1/gram.arrow", new byte[] {1, 2, 4});
    assertThatThrownBy(() -> publish(key))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "models/set/m1/gram.arrow is damaged: expected "
                + Digest.of(gram)
                + " as recorded in the model's manifest, found SHA-256 "
                + Digest.of(new byte[] {1, 2, 4})
                + "; train the model again");
    store.put("models/set/m1/gram.arrow", new byte[] {1, 2});
    assertThatThrownBy(() -> publish(key))
        .hasMessageContaining("expected 3 bytes as recorded in the model's manifest, found 2 byte");
    assertThat(store.find("models/set/current.json")).isEmpty();
  }

  @Test
  void oldVersions_areDeleted_butNotTheCurrentOneAndTheOneBefore() throws IOException {
    for (int i = 1; i <= 4; i++) {
      new ModelFixture("set", "m" + i).publish(store);
    }
    assertThat(models()).containsExactly("m1", "m2", "m3", "m4");
    new Publish(store).run(new PublishRequest(model("m5")).withKeepVersions(2));
    assertThat(models()).containsExactly("m4", "m5");
    assertThat(current().history()).hasSize(5);
    assertThat(publish("models/set/m4/evaluation.json").model()).isEqualTo("m4");
    assertThatThrownBy(() -> publish("models/set/m3/evaluation.json"))
        .hasMessageContaining("there is no object");
    assertThatThrownBy(
            () -> new Publish(store).run(new PublishRequest("models/x").withKeepVersions(1)))
        .hasMessage(
            "field 'keepVersions': expected at least 2, the current model and the one before, found"
                + " 1");
  }

  private Set<String> models() throws IOException {
    return store.list("models/set/").stream()
        .map(object -> object.key().split("/", -1))
        .filter(segments -> segments.length == 4)
        .map(segments -> segments[2])
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private String undecided(String id, Decision decision) throws IOException {
    return new ModelFixture("set", id).withVerdict(decision, "Why.").write(store);
  }

  private PublishResult force(String manifest, String replaced) throws IOException {
    return new Publish(store).run(new PublishRequest(manifest).withForce(replaced));
  }

  /// A late or repeated event of an upload whose model was replaced.
  @Test
  void earlierModel_isNotRestoredByAnEvent() throws IOException {
    String first = model("m1");
    publish(first);
    publish(model("m2"));
    PublishResult late = new Publish(store).run(new PublishRequest(first, false));
    assertThat(late.cached()).isTrue();
    assertThat(late.model()).isEqualTo("m2");
    assertThat(current().model()).isEqualTo("m2");
    assertThat(current().history()).hasSize(2);
  }

  @Test
  void refittedModel_isPublished_andNamesItsScoredModel() throws IOException {
    new ModelFixture("set", "served").of(Rows.ALL, "scored", "scored").write(store);
    PublishResult result = publish("models/set/served/manifest.json");
    assertThat(result.model()).isEqualTo("served");
    assertThat(result.scoredModel()).isEqualTo("scored");
    assertThat(current().scoredModel()).isEqualTo("scored");
    assertThat(current().history())
        .containsExactly(
            new CurrentModel.Publication(
                "served",
                "scored",
                "models/set/served/evaluation.json",
                Objects.requireNonNull(result.publishedAt()),
                "accepted",
                null));
    assertThat(publish("models/set/served/evaluation.json").cached()).isTrue();
  }

  @Test
  void modelWithoutAValidEvaluation_isRefused() throws IOException {
    String key = new ModelFixture("set", "m1").of(Rows.ALL, null, "m1").write(store);
    assertThatThrownBy(() -> publish(key))
        .hasMessage(
            "the model m1 was trained on all rows, and it has no scored model; evaluate a"
                + " model of the training rows, and train this model with that one as its"
                + " 'pattern'");
    String other = new ModelFixture("set", "m2").of(Rows.ALL, "scored", "m3").write(store);
    assertThatThrownBy(() -> publish(other))
        .hasMessage(
            "models/set/m2/evaluation.json evaluates the model m3; expected the model scored");
    String borrowed = new ModelFixture("set", "m4").of(Rows.TRAIN, "scored", "scored").write(store);
    assertThatThrownBy(() -> publish(borrowed))
        .hasMessage(
            "models/set/m4/evaluation.json evaluates the model scored; expected the model m4");
    store.delete(model("m5"));
    assertThatThrownBy(() -> publish("models/set/m5/manifest.json"))
        .hasMessage("the model m5 has no evaluation: there is no models/set/m5/evaluation.json");
    assertThatThrownBy(() -> publish("models/set/m5/model.json"))
        .isInstanceOf(MalformedFileException.class);
    assertThat(store.find("models/set/current.json")).isEmpty();
  }

  @Test
  void incompleteModel_isRefused() throws IOException {
    String key = model("m1");
    store.delete("models/set/m1/users.arrow");
    assertThatThrownBy(() -> publish(key))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "the model in models/set/m1/ is incomplete: users.arrow is missing; train it again");
    assertThat(store.find("models/set/current.json")).isEmpty();
  }

  @Test
  void damagedModel_isRefused() throws IOException {
    String key = model("m1");
    store.put("models/set/m1/seen.arrow", new byte[100]);
    assertThatThrownBy(() -> publish(key))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageStartingWith("models/set/m1/seen.arrow: ");
    assertThat(store.find("models/set/current.json")).isEmpty();
    assertThat(store.find("models/set/m1/lookup.arrow")).isEmpty();
  }

  /// Another publication comes between reading and writing `current.json`.
  @Test
  void concurrentPublication_isAConflict() throws IOException {
    publish(model("m1"));
    String second = model("m2");
    String third = model("m3");
    ObjectStore overtaken =
        (ObjectStore)
            Proxy.newProxyInstance(
                ObjectStore.class.getClassLoader(),
                new Class<?>[] {ObjectStore.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("replace")) {
                    publish(third);
                  }
                  return method.invoke(store, arguments);
                });
    assertThatThrownBy(() -> new Publish(overtaken).run(new PublishRequest(second)))
        .isInstanceOfSatisfying(
            RequestException.class,
            e -> assertThat(e.kind()).isEqualTo(RequestException.Kind.CONFLICT))
        .hasMessageStartingWith("another model of set was published at the same moment");
    assertThat(current().model()).isEqualTo("m3");
  }

  private PublishResult publish(String manifest) throws IOException {
    return new Publish(store).run(new PublishRequest(manifest));
  }

  private CurrentModel current() throws IOException {
    return CurrentModel.find(store, "set").orElseThrow().current();
  }

  private String model(String id) throws IOException {
    return new ModelFixture("set", id).write(store);
  }
}
