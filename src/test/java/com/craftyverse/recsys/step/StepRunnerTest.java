package com.craftyverse.recsys.step;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectInfo;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepRunnerTest {
  record Parameters(double share, String name) {}

  record Figures(long rows, String note) {}

  private static final StepSpec SPEC =
      new StepSpec(StepName.SPLIT, "set", Map.of("b", "2", "a", "1"), new Parameters(0.5, "x"));

  @TempDir Path directory;
  private LocalObjectStore store;
  private StepRunner runner;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
    runner = new StepRunner(store);
  }

  @Test
  void work_isDoneOnceAndRecorded() throws IOException {
    AtomicInteger runs = new AtomicInteger();
    StepRunner.Result<Figures> first = run(SPEC, runs);
    StepRunner.Result<Figures> again = run(SPEC, runs);

    assertThat(runs).hasValue(1);
    assertThat(first.cached()).isFalse();
    assertThat(again)
        .isEqualTo(
            new StepRunner.Result<>("datasets/out/manifest.json", true, new Figures(3, "fine")));
    Manifest manifest = Manifest.read(store, "datasets/out/manifest.json", StepName.SPLIT);
    assertThat(manifest.id()).isEqualTo(SPEC.id()).matches("[0-9a-f]{20}");
    assertThat(manifest.inputs()).isEqualTo(Map.of("a", "1", "b", "2"));
    assertThat(manifest.source("a")).isEqualTo("in/a");
    assertThat(manifest.outputs()).isEqualTo(Map.of("data.bin", 3L));
    assertThat(manifest.parameters(Parameters.class)).isEqualTo(new Parameters(0.5, "x"));
    assertThat(store.list(""))
        .extracting(ObjectInfo::key)
        .containsExactly("datasets/out/data.bin", "datasets/out/manifest.json");
  }

  @Test
  void id_dependsOnStepVersionInputsAndParameters() {
    assertThat(
            List.of(
                SPEC.id(),
                new StepSpec(StepName.INDEX, "set", SPEC.inputs(), SPEC.parameters()).id(),
                new StepSpec(StepName.SPLIT, "set", Map.of("a", "1"), SPEC.parameters()).id(),
                new StepSpec(StepName.SPLIT, "set", SPEC.inputs(), new Parameters(0.6, "x")).id()))
        .doesNotHaveDuplicates();
    assertThat(
            new StepSpec(StepName.SPLIT, "set", Map.of("a", "1", "b", "2"), SPEC.parameters()).id())
        .isEqualTo(SPEC.id());
  }

  @Test
  void failedWork_leavesNoManifest_andIsRepeated() throws IOException {
    assertThatThrownBy(
            () ->
                runner.run(
                    SPEC,
                    "datasets/out/",
                    Map.of(),
                    Figures.class,
                    output -> {
                      output.write("data.bin", path -> Files.write(path, new byte[9]));
                      throw new IOException("the power is gone");
                    }))
        .hasMessage("the power is gone");
    assertThat(store.find("datasets/out/manifest.json")).isEmpty();
    assertThat(store.list("datasets/out/"))
        .extracting(ObjectInfo::key)
        .containsExactly("datasets/out/data.bin");
    assertThat(directory.resolve(".tmp")).isEmptyDirectory();
    assertThat(run(SPEC, new AtomicInteger()).cached()).isFalse();
    assertThat(store.find("datasets/out/data.bin").orElseThrow().size()).isEqualTo(3);
  }

  /// Data may expire a day before its manifest, or be deleted by hand.
  @Test
  void missingOutput_repeatsTheStep_andReplacesTheManifest() throws IOException {
    AtomicInteger runs = new AtomicInteger();
    run(SPEC, runs);
    store.put("datasets/out/manifest.json", withFinished("2020-01-01T00:00:00Z"));
    store.delete("datasets/out/data.bin");

    assertThat(run(SPEC, runs).cached()).isFalse();
    assertThat(runs).hasValue(2);
    assertThat(store.find("datasets/out/data.bin").orElseThrow().size()).isEqualTo(3);
    assertThat(Manifest.read(store, "datasets/out/manifest.json", StepName.SPLIT).finished())
        .isNotEqualTo("2020-01-01T00:00:00Z");
    assertThat(run(SPEC, runs).cached()).isTrue();
    assertThat(runs).hasValue(2);
  }

  @Test
  void outputOfAnotherSize_repeatsTheStep() throws IOException {
    AtomicInteger runs = new AtomicInteger();
    run(SPEC, runs);
    store.put("datasets/out/data.bin", new byte[2]);
    assertThat(run(SPEC, runs).cached()).isFalse();
    assertThat(store.find("datasets/out/data.bin").orElseThrow().size()).isEqualTo(3);
  }

  /// The old manifest expires while the step repeats its work.
  @Test
  void staleManifest_thatExpiresMeanwhile_isWrittenAgain() throws IOException {
    run(SPEC, new AtomicInteger());
    store.delete("datasets/out/data.bin");
    runner.run(
        SPEC,
        "datasets/out/",
        Map.of(),
        Figures.class,
        output -> {
          store.delete("datasets/out/manifest.json");
          output.write("data.bin", path -> Files.write(path, new byte[3]));
          return new Figures(3, "fine");
        });
    assertThat(Manifest.read(store, "datasets/out/manifest.json", StepName.SPLIT).outputs())
        .isEqualTo(Map.of("data.bin", 3L));
  }

  private byte[] withFinished(String finished) throws IOException {
    String json =
        new String(store.read("datasets/out/manifest.json").content(), StandardCharsets.UTF_8);
    return json.replaceAll("\"finished\" : \"[^\"]+\"", "\"finished\" : \"" + finished + "\"")
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void concurrentRuns_doTheWorkOnce() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch mayFinish = new CountDownLatch(1);
    try (ExecutorService executor = Executors.newFixedThreadPool(4)) {
      List<Future<StepRunner.Result<Figures>>> results = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        results.add(
            executor.submit(
                () ->
                    new StepRunner(store)
                        .run(
                            SPEC,
                            "datasets/out/",
                            Map.of(),
                            Figures.class,
                            output -> {
                              runs.incrementAndGet();
                              started.countDown();
                              await(mayFinish);
                              return new Figures(1, "");
                            })));
      }
      await(started);
      mayFinish.countDown();
      int cached = 0;
      for (Future<StepRunner.Result<Figures>> result : results) {
        cached += result.get(30, TimeUnit.SECONDS).cached() ? 1 : 0;
      }
      assertThat(cached).isEqualTo(3);
    }
    assertThat(runs).hasValue(1);
  }

  @Test
  void leaseOfADeadProcess_isTakenOverAfterItExpires() throws IOException {
    store.put(
        "datasets/out/lease-manifest.json",
        Json.write(new Lease.State("dead", Instant.now().minusSeconds(1).toString())));
    assertThat(run(SPEC, new AtomicInteger()).cached()).isFalse();
    assertThat(store.find("datasets/out/lease-manifest.json")).isEmpty();
  }

  @Test
  void interruptedWork_releasesItsLease() throws IOException {
    assertThatThrownBy(
            () ->
                runner.run(
                    SPEC,
                    "datasets/out/",
                    Map.of(),
                    Figures.class,
                    output -> {
                      Thread.currentThread().interrupt();
                      new Progress(System.getLogger("test"), "split", "rows", 1).update(1);
                      return new Figures(1, "");
                    }))
        .isInstanceOf(InterruptedIOException.class)
        .hasMessage("split was stopped");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(store.list("datasets/out/")).isEmpty();
  }

  @Test
  void manifestOfAnotherStepOrVersion_isRefused() throws IOException {
    run(SPEC, new AtomicInteger());
    assertThatThrownBy(() -> Manifest.read(store, "datasets/out/manifest.json", StepName.INGEST))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "field 'manifest': 'datasets/out/manifest.json' was written by split; the manifest of"
                + " ingest was expected");
    String json = new String(store.read("datasets/out/manifest.json").content(), UTF_8);
    String version = "\"formatVersion\" : " + StepName.SPLIT.formatVersion();
    store.put(
        "datasets/out/manifest.json",
        json.replace(version, "\"formatVersion\" : 1").getBytes(UTF_8));
    assertThatThrownBy(() -> Manifest.read(store, "datasets/out/manifest.json", StepName.SPLIT))
        .hasMessage(
            "datasets/out/manifest.json has format version 1, this version reads "
                + StepName.SPLIT.formatVersion()
                + "; run split again");
  }

  private StepRunner.Result<Figures> run(StepSpec spec, AtomicInteger runs) throws IOException {
    return runner.run(
        spec,
        "datasets/out/",
        Map.of("a", "in/a"),
        Figures.class,
        output -> {
          runs.incrementAndGet();
          output.write("data.bin", path -> Files.write(path, new byte[3]));
          return new Figures(3, "fine");
        });
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
