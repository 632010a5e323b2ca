package com.craftyverse.recsys.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.RequestJson;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The events of `infra/events`, as AWS sends them.
class UploadEventTest {
  private static final String UPLOAD = "raw/my-set/ratings of 2026+.zip";

  @TempDir Path directory;
  private ObjectStore bucket;

  @BeforeEach
  void open() throws IOException {
    LocalObjectStore store = new LocalObjectStore(directory);
    // A directory that poses as a bucket; the rest of S3 does not matter here.
    bucket =
        (ObjectStore)
            Proxy.newProxyInstance(
                ObjectStore.class.getClassLoader(),
                new Class<?>[] {ObjectStore.class},
                (proxy, method, arguments) -> {
                  try {
                    return method.getName().equals("location")
                        ? "s3://recsys-test"
                        : method.invoke(store, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    bucket.put(UPLOAD, Uploads.zip(Uploads.ratings(20, 20), Uploads.MOVIES));
  }

  @Test
  void notification_namesItsKeyFormEncoded() throws IOException {
    IngestResult result = ingest("s3-notification.json");
    assertThat(result.dataset()).isEqualTo("my-set");
    assertThat(result.cached()).isFalse();
    assertThat(ingest("s3-notification.json").cached()).as("delivered twice").isTrue();
  }

  @Test
  void eventBridgesEvent_namesItsKeyPlainly_andIsTheSameUpload() throws IOException {
    IngestResult notified = ingest("s3-notification.json");
    IngestResult result = ingest("eventbridge-object-created.json");
    assertThat(result.cached()).isTrue();
    assertThat(result.manifest()).isEqualTo(notified.manifest());
  }

  @Test
  void testEventAndDeletion_areNotUploads() throws IOException {
    assertThat(ingest("s3-test.json").manifest()).isEmpty();
    IngestResult deletion = ingest("s3-deletion.json");
    assertThat(deletion.manifest()).isEmpty();
    assertThat(deletion.ignored())
        .containsExactly("'s3://recsys-test/raw/my-set/ratings of 2026+.zip' was not written");
    assertThat(bucket.list("datasets/")).isEmpty();
  }

  @Test
  void severalRecords_areIngestedOrIgnoredWithAReason() throws IOException {
    bucket.put("raw/second.zip", Uploads.zip(Uploads.ratings(30, 20), Uploads.MOVIES));
    IngestResult result = ingest("s3-several-records.json");
    assertThat(result.dataset()).isEqualTo("second");
    assertThat(result.also()).hasSize(1).first().asString().startsWith("datasets/my-set/");
    assertThat(result.ignored())
        .containsExactly(
            "'s3://somebody-elses/raw/my-set/ratings.zip' is not in the store s3://recsys-test",
            "'s3://recsys-test/models/my-set/current.json' is not an upload; uploads are below"
                + " raw/",
            "'s3://recsys-test/raw/my-set/readme.md' does not end in one of .gz, .zst, .zip,"
                + " .csv, .tsv, .txt, .dat, .data, .jsonl, .ndjson, .json, .parquet, .arrow,"
                + " .arrows, .feather, .ipc",
            "'s3://recsys-test/raw/my-set/gone.zip' no longer exists");
  }

  @Test
  void secondFileOfADataset_isRefused_whereNobodyNamedIt() throws IOException {
    IngestResult first = ingest("s3-notification.json");
    byte[] other = Uploads.zip(Uploads.ratings(30, 20), Uploads.MOVIES);
    String refusal =
        " would replace '"
            + UPLOAD
            + "', the file of the dataset my-set; to replace it, upload under the same name or"
            + " name the new file in an ingest request; to make another dataset, upload it as"
            + " 'raw/DATASET/FILE'";
    for (String key : List.of("raw/my-set/second.zip", "raw/my-set.zip")) {
      bucket.put(key, other);
      String event =
          Files.readString(Path.of("infra/events/eventbridge-object-created.json"))
              .replace(UPLOAD, key)
              .replaceAll("\"etag\": *\"[^\"]*\",?", "");
      assertThatThrownBy(() -> ingest(event.getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(RequestException.class)
          .hasMessage("'" + key + "'" + refusal);
      assertThatThrownBy(() -> new Ingest(bucket).ingestUpload(bucket.find(key).orElseThrow()))
          .isInstanceOf(RequestException.class)
          .hasMessage("'" + key + "'" + refusal);
    }

    IngestResult named = new Ingest(bucket).run(IngestRequest.of("raw/my-set/second.zip"));
    assertThat(named.dataset()).isEqualTo("my-set");
    assertThat(named.version()).isNotEqualTo(first.version());
    assertThatThrownBy(
            () ->
                new Ingest(bucket).ingestUpload(bucket.find("raw/my-set/second.zip").orElseThrow()))
        .as("a request for it does not make it the dataset's file")
        .hasMessage("'raw/my-set/second.zip'" + refusal);
    bucket.put(UPLOAD, other);
    assertThat(new Ingest(bucket).ingestUpload(bucket.find(UPLOAD).orElseThrow()).version())
        .isEqualTo(named.version());
  }

  @Test
  void refusedFile_leavesTheDatasetToAnother() throws IOException {
    bucket.put("raw/new/broken.zip", new byte[] {1, 2, 3});
    assertThatThrownBy(
            () -> new Ingest(bucket).ingestUpload(bucket.find("raw/new/broken.zip").orElseThrow()))
        .isInstanceOf(RequestException.class);
    bucket.put("raw/new/good.zip", Uploads.zip(Uploads.ratings(20, 20), Uploads.MOVIES));
    assertThat(
            new Ingest(bucket)
                .ingestUpload(bucket.find("raw/new/good.zip").orElseThrow())
                .dataset())
        .isEqualTo("new");
  }

  /// The event for older content arrives late; the newer content has its own event.
  @Test
  void replacedContent_isLeftToItsOwnEvent() throws IOException {
    String late =
        Files.readString(Path.of("infra/events/s3-notification.json"))
            .replace("\"size\"", "\"eTag\": \"0123456789abcdef\", \"size\"");
    IngestResult result =
        new Ingest(bucket)
            .run(
                RequestJson.decode(
                    late.getBytes(java.nio.charset.StandardCharsets.UTF_8), IngestRequest.class));
    assertThat(result.ignored())
        .containsExactly(
            "'s3://recsys-test/raw/my-set/ratings of 2026+.zip' has changed since; the new"
                + " content has its own event");
  }

  @Test
  void noFunctionWritesWhereItWouldTriggerItself() throws IOException {
    ingest("s3-notification.json");
    assertThat(bucket.list("raw/")).extracting(ObjectInfo::key).containsExactly(UPLOAD);
  }

  private IngestResult ingest(String event) throws IOException {
    return ingest(Files.readAllBytes(Path.of("infra/events", event)));
  }

  private IngestResult ingest(byte[] json) throws IOException {
    return new Ingest(bucket).run(RequestJson.decode(json, IngestRequest.class));
  }
}
