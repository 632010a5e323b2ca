package com.craftyverse.recsys.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.ingest.IngestResult;
import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitTest {
  @TempDir Path directory;
  private LocalObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
  }

  @Test
  void sets_areDividedByTimeAndKeepTheirOrder() throws IOException {
    IngestResult dataset = ingest(Uploads.ratings(30, 40));
    SplitResult split = new Split(store).run(new SplitRequest(dataset.manifest()));

    List<Long> train = timestamps(split, "train.arrow");
    List<Long> test = timestamps(split, "test.arrow");
    List<Long> validation = timestamps(split, "validation.arrow");
    assertThat(train).hasSize((int) split.figures().trainRows()).hasSize(900);
    assertThat(test).hasSize((int) split.figures().testRows()).hasSize(180);
    assertThat(validation).hasSize((int) split.figures().validationRows()).hasSize(120);
    assertThat((double) Collections.max(train))
        .isLessThanOrEqualTo(split.figures().trainThreshold());
    assertThat((double) Collections.min(test)).isGreaterThan(split.figures().trainThreshold());
    assertThat((double) Collections.max(test)).isLessThanOrEqualTo(split.figures().testThreshold());
    assertThat((double) Collections.min(validation)).isGreaterThan(split.figures().testThreshold());
    // The file goes user by user, so do the sets: within a user, time rises.
    assertThat(train.subList(0, 30)).isSorted().isNotEqualTo(train.subList(30, 60));
  }

  @Test
  void sameParameters_areDoneBefore_andOthersAreAnotherSplit() throws IOException {
    String manifest = ingest(Uploads.ratings(30, 40)).manifest();
    SplitResult first = new Split(store).run(new SplitRequest(manifest));
    SplitResult spelledOut = new Split(store).run(new SplitRequest(manifest, 0.75, 0.15));
    SplitResult other = new Split(store).run(new SplitRequest(manifest, 0.5, 0.25));

    assertThat(spelledOut.cached()).isTrue();
    assertThat(spelledOut.manifest()).isEqualTo(first.manifest());
    assertThat(other.cached()).isFalse();
    assertThat(other.figures().trainRows()).isEqualTo(600);
  }

  @Test
  void ratiosOutOfRange_areRefused() throws IOException {
    String manifest = ingest(Uploads.ratings(30, 40)).manifest();
    assertThatThrownBy(() -> new Split(store).run(new SplitRequest(manifest, 1.5, 0.1)))
        .isInstanceOf(RequestException.class)
        .hasMessage("field 'trainRatio': expected a number between 0 and 1, found 1.5");
    assertThatThrownBy(() -> new Split(store).run(new SplitRequest(manifest, 0.9, 0.1)))
        .hasMessage(
            "fields 'trainRatio' and 'testRatio': 0.9 and 0.1 leave nothing for validation; their"
                + " sum must be below 1");
  }

  @Test
  void timestampsAllEqual_cannotBeSplit() throws IOException {
    String manifest = ingest(Uploads.HEADER + "1,1,3,5\n1,2,3,5\n2,1,4,5\n2,2,4,5\n").manifest();
    assertThatThrownBy(() -> new Split(store).run(new SplitRequest(manifest)))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "the test set would be empty: the thresholds fall at 5.0 and 5.0 and no rating is"
                + " between them; the ratings are too few or their timestamps too much alike to"
                + " split by time");
    assertThat(store.list("datasets/")).noneMatch(object -> object.key().contains("/splits/"));
  }

  @Test
  void manifestThatIsNoDatasets_isRefused() throws IOException {
    assertThatThrownBy(() -> new Split(store).run(new SplitRequest("datasets/x/manifest.json")))
        .isInstanceOf(RequestException.class)
        .hasMessage("field 'manifest': there is no object 'datasets/x/manifest.json' in the store");
    store.put(
        "datasets/x/manifest.json", "no json".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThatThrownBy(() -> new Split(store).run(new SplitRequest("datasets/x/manifest.json")))
        .isInstanceOf(RequestException.class)
        .hasMessageStartingWith(
            "datasets/x/manifest.json cannot be read: not valid JSON (line 1, column 1)");
  }

  @Test
  void damagedRatings_areRefused() throws IOException {
    IngestResult dataset = ingest(Uploads.ratings(30, 40));
    store.put(dataset.manifest().replace("manifest.json", "ratings.arrow"), new byte[] {1, 2, 3});
    assertThatThrownBy(() -> new Split(store).run(new SplitRequest(dataset.manifest())))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageEndingWith(
            "ratings.arrow: 3 bytes are too few for an Arrow file; it is empty or truncated");
  }

  private IngestResult ingest(String ratings) throws IOException {
    return Uploads.ingest(store, "raw/set.zip", Uploads.zip(ratings, Uploads.MOVIES));
  }

  private List<Long> timestamps(SplitResult split, String name) throws IOException {
    String key = split.manifest().replace("manifest.json", name);
    List<Long> times = new ArrayList<>();
    try (ArrowFile file = ArrowFile.open(store.fetch(key).path(), key)) {
      for (RecordBatch batch : file.batches()) {
        for (long time : batch.data("timestamp").toArray(Buffers.INT64)) {
          times.add(time);
        }
      }
    }
    return times;
  }
}
