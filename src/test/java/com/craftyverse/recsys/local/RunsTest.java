package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.step.Await;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectInfo;
import io.quarkus.runtime.ShutdownEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunsTest {
  private static final Path SAMPLE = Path.of("data", "sample", "craftyverse-sample.zip");
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @TempDir Path directory;
  private LocalObjectStore store;
  private Runs runs;
  private final List<Run> changes = new CopyOnWriteArrayList<>();

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
    runs = new Runs(store, true, 5, new CurlExamples(store, 8080));
    runs.subscribe(changes::add);
  }

  @AfterEach
  void close() throws InterruptedException {
    runs.stop(new ShutdownEvent());
  }

  private ObjectInfo sample(String key) throws IOException {
    store.put(key, Files.readAllBytes(SAMPLE));
    return store.find(key).orElseThrow();
  }

  private Run await(String id, Run.State state) throws Exception {
    return Await.value(
        TIMEOUT,
        "run " + id + " to be " + state,
        () ->
            runs.list().stream()
                .filter(run -> run.run().equals(id) && run.state() == state)
                .findFirst());
  }

  @Test
  void runs_areQueued_andStoppedWhereverTheyAre() throws Exception {
    runs.queue(sample("raw/one.zip"));
    runs.queue(sample("raw/two.zip"));
    runs.queue(sample("raw/three.zip"));
    await("1", Run.State.running);
    assertThat(runs.list()).extracting(Run::run).containsExactly("3", "2", "1");
    assertThat(runs.stop("2").state()).isEqualTo(Run.State.stopped);
    Await.value(
        TIMEOUT,
        "an epoch",
        () -> runs.list().getLast().epochs().isEmpty() ? Optional.empty() : Optional.of(true));

    runs.stop("1");

    Run one = await("1", Run.State.stopped);
    assertThat(one.error()).isNull();
    assertThat(one.steps())
        .filteredOn(step -> step.state() == Run.StepState.failed)
        .extracting(Run.Step::step)
        .containsExactly("train");
    assertThat(one.steps().getLast().state()).isEqualTo(Run.StepState.waiting);
    Run three = await("3", Run.State.done);
    assertThat(three.model()).isNotNull();
    assertThat(store.find("models/one/current.json")).isEmpty();
    assertThat(store.find("models/two/current.json")).isEmpty();
    assertThat(store.find("models/three/current.json")).isPresent();
    assertThatThrownBy(() -> runs.stop("1"))
        .isInstanceOf(RequestException.class)
        .hasMessage("field 'run': run 1 of raw/one.zip has already ended: stopped");
    assertThatThrownBy(() -> runs.stop("4"))
        .isInstanceOf(RequestException.class)
        .hasMessage("field 'run': there is no run '4'");

    // A run of the same upload goes on where the stopped one was.
    runs.queue(store.find("raw/one.zip").orElseThrow());
    Run again = await("4", Run.State.done);
    assertThat(again.steps().getFirst().cached()).isTrue();
    assertThat(again.steps().get(3).cached()).isFalse();
  }

  @Test
  void upload_isQueuedOnceForItsContent() throws Exception {
    store.put("raw/a.csv", "userId,movieId\n".getBytes(StandardCharsets.UTF_8));
    runs.queueIfNew(store.find("raw/a.csv").orElseThrow());
    runs.queueIfNew(store.find("raw/a.csv").orElseThrow());
    assertThat(runs.list()).hasSize(1);
    store.put("raw/a.csv", "userId,movieId\n\n".getBytes(StandardCharsets.UTF_8));
    runs.queueIfNew(store.find("raw/a.csv").orElseThrow());
    assertThat(runs.list()).hasSize(2);
  }

  @Test
  void refusal_isInTheWordsOfTheFunction() throws Exception {
    store.put("raw/a.csv", "nothing here\n".getBytes(StandardCharsets.UTF_8));
    runs.queue(store.find("raw/a.csv").orElseThrow());
    Run run = await("1", Run.State.refused);
    assertThat(run.error())
        .isEqualTo(
            "a.csv, line 1: the header is 'nothing here', expected a table with columns for the"
                + " user, the item and the rating");
    assertThat(run.steps().getFirst().state()).isEqualTo(Run.StepState.failed);
    assertThat(changes).extracting(Run::state).contains(Run.State.queued, Run.State.running);
    assertThat(changes.getLast()).isEqualTo(run);
  }
}
