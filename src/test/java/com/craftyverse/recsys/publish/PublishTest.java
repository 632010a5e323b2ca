package com.craftyverse.recsys.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.serve.ModelFixture;
import com.craftyverse.recsys.step.CurrentModel;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
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
            new PublishResult("models/set/current.json", true, "set", "m1", result.published()));
    assertThat(current().history()).hasSize(1);
  }

  @Test
  void history_keepsWhatWas_andAnOldModelMayComeBack() throws IOException {
    String first = model("m1");
    publish(first);
    publish(model("m2"));
    publish(first);
    assertThat(current().model()).isEqualTo("m1");
    assertThat(current().history())
        .extracting(CurrentModel.Publication::model)
        .containsExactly("m1", "m2", "m1");
    assertThat(current().wasPublished("models/set/m2/evaluation.json")).isTrue();
  }

  /// The late or repeated event of an upload whose model was replaced.
  @Test
  void modelOfBefore_isNotBroughtBackByAnEvent() throws IOException {
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
  void modelThatIsNotWhole_isRefused() throws IOException {
    String key = model("m1");
    store.delete("models/set/m1/users.arrow");
    assertThatThrownBy(() -> publish(key))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "the model in models/set/m1/ is not whole: users.arrow is missing; train it again");
    assertThat(store.find("models/set/current.json")).isEmpty();
  }

  @Test
  void modelThatIsDamaged_isRefused() throws IOException {
    String key = model("m1");
    store.put("models/set/m1/seen.arrow", new byte[100]);
    assertThatThrownBy(() -> publish(key))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageStartingWith("models/set/m1/seen.arrow: ");
    assertThat(store.find("models/set/current.json")).isEmpty();
    assertThat(store.find("models/set/m1/lookup.arrow")).isEmpty();
  }

  /// Another publication slips in between reading and writing `current.json`.
  @Test
  void publicationAtTheSameMoment_isTold() throws IOException {
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
