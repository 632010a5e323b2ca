package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.evaluate.Evaluate;
import com.craftyverse.recsys.evaluate.EvaluateRequest;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.index.Index;
import com.craftyverse.recsys.index.IndexRequest;
import com.craftyverse.recsys.ingest.Ingest;
import com.craftyverse.recsys.ingest.IngestRequest;
import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.publish.Publish;
import com.craftyverse.recsys.publish.PublishRequest;
import com.craftyverse.recsys.split.Split;
import com.craftyverse.recsys.split.SplitRequest;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.storage.ObjectStore;
import com.craftyverse.recsys.train.Train;
import com.craftyverse.recsys.train.TrainRequest;
import com.craftyverse.recsys.train.TrainRequests;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills the chain before and after each of its writes. What exists then is complete, and the
/// next run ends with exactly the objects of an uninterrupted run.
class CrashTest {
  private static final String UPLOAD = "raw/set.zip";
  private static final Set<String> WRITES = Set.of("put", "putIfAbsent", "replace");

  @TempDir Path directory;

  @Test
  void chainThatCrashesAtAnyWrite_isCompletedByTheNextRun() throws IOException {
    ObjectStore undisturbed = storeWithUpload("undisturbed");
    AtomicInteger writes = new AtomicInteger();
    runChain(failing(undisturbed, writes, Integer.MAX_VALUE, false));
    Map<String, byte[]> expected = results(undisturbed);
    assertThat(writes).hasValueGreaterThan(25);

    for (int write = 1; write <= writes.get(); write++) {
      for (boolean after : new boolean[] {false, true}) {
        ObjectStore store = storeWithUpload("crash-" + write + "-" + after);
        ObjectStore broken = failing(store, new AtomicInteger(), write, after);
        assertThatThrownBy(() -> runChain(broken))
            .as("write %d", write)
            .hasMessageContaining("the power is gone");
        assertManifestsMatchObjects(store);
        runChain(store);
        assertThat(results(store).keySet()).isEqualTo(expected.keySet());
        results(store)
            .forEach((key, content) -> assertThat(content).as(key).isEqualTo(expected.get(key)));
      }
    }
  }

  private ObjectStore storeWithUpload(String name) throws IOException {
    ObjectStore store = new LocalObjectStore(directory.resolve(name));
    store.put(UPLOAD, Uploads.zip(Uploads.ratings(20, 20), Uploads.MOVIES));
    return store;
  }

  private static void runChain(ObjectStore store) throws IOException {
    String ingested = new Ingest(store).run(IngestRequest.of(UPLOAD)).manifest();
    String split = new Split(store).run(SplitRequest.of(ingested)).manifest();
    String indexed = new Index(store).run(IndexRequest.of(split)).manifest();
    String trained =
        new Train(store)
            .run(
                TrainRequests.with(
                    indexed,
                    "'factors': 4, 'epochs': 2, 'threads': 1, 'kernel': 'scalar',"
                        + " 'rankingFactors': 4, 'rankingEpochs': 2,"
                        + " 'rankingRegularization': 0.1, 'rankingUnobservedWeight': 0.2"))
            .model();
    new Evaluate(store).run(EvaluateRequest.of(trained));
    String all = new Index(store).run(IndexRequest.of(split, Rows.ALL)).manifest();
    String served = new Train(store).run(TrainRequest.refit(all, trained)).model();
    new Publish(store).run(new PublishRequest(served));
  }

  /// Returns a store that loses power at a write, before or after it, and stays off.
  private static ObjectStore failing(
      ObjectStore store, AtomicInteger writes, int last, boolean after) {
    return (ObjectStore)
        Proxy.newProxyInstance(
            ObjectStore.class.getClassLoader(),
            new Class<?>[] {ObjectStore.class},
            (proxy, method, arguments) -> {
              boolean isWrite = WRITES.contains(method.getName());
              int number = isWrite ? writes.incrementAndGet() : writes.get();
              if (number > last || (isWrite && number == last && !after)) {
                throw new IOException("the power is gone");
              }
              try {
                Object result = method.invoke(store, arguments);
                if (isWrite && number == last) {
                  writes.incrementAndGet();
                  throw new IOException("the power is gone");
                }
                return result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /// Every object named by an existing manifest is complete. Removes the interrupted run's lease, which
  /// has not expired yet.
  private static void assertManifestsMatchObjects(ObjectStore store) throws IOException {
    for (ObjectInfo object : store.list("")) {
      if (object.key().endsWith("/" + StoreLayout.MANIFEST)) {
        Manifest manifest =
            Json.read(store.read(object.key()).content(), Manifest.class, object.key());
        for (Map.Entry<String, Long> output : manifest.outputs().entrySet()) {
          String key = ObjectKeys.directoryOf(object.key()) + output.getKey();
          assertThat(store.find(key).map(ObjectInfo::size)).as(key).contains(output.getValue());
        }
      }
      if (object.key().contains("/lease-")) {
        store.delete(object.key());
      }
    }
  }

  /// Returns the columns and reports; manifests, the history and the pointer contain times.
  private static Map<String, byte[]> results(ObjectStore store) throws IOException {
    Map<String, byte[]> results = new TreeMap<>();
    for (ObjectInfo object : store.list("")) {
      String key = object.key();
      if (key.endsWith(".arrow") || key.endsWith("quality.json") || key.endsWith("model.json")) {
        results.put(key, store.read(key).content());
      }
    }
    return results;
  }
}
