package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.index.Index;
import com.craftyverse.recsys.index.IndexRequestBuilder;
import com.craftyverse.recsys.index.IndexResult;
import com.craftyverse.recsys.ingest.Ingest;
import com.craftyverse.recsys.ingest.IngestRequest;
import com.craftyverse.recsys.ingest.IngestResult;
import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.craftyverse.recsys.train.Train;
import com.craftyverse.recsys.train.TrainRequest;
import com.craftyverse.recsys.train.TrainResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Datasets that grow by deltas.
class DeltaTest {
  private static final String APPEND = "{\"append\": true}";

  @TempDir Path directory;
  private LocalObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
  }

  @Test
  void delta_addsItsRows_laterOnesWin_asOneFileWould() throws IOException {
    String first = "user,item,rating,time\nu2,i7,4,1400000001\nu1,i8,2,1400000002\n";
    String delta = "user,item,rating,time\nu0,i9,5,1400000003\nu1,i8,3,1400000004\nu2,i7,1,5\n";
    put("raw/shop/settings.json", APPEND);
    put("raw/shop/all.csv", first);
    IngestResult base = ingest("raw/shop/all.csv");
    put("raw/shop/monday.csv", delta);
    IngestResult result = ingest("raw/shop/monday.csv");
    assertThat(result.version()).isNotEqualTo(base.version());
    assertThat(result.figures().ratings()).isEqualTo(3);

    put("raw/whole/all.csv", first + delta.substring(delta.indexOf('\n') + 1));
    IngestResult whole = ingest("raw/whole/all.csv");
    for (String file : new String[] {"ratings.arrow", "userIds.arrow", "itemIds.arrow"}) {
      assertThat(store.read("datasets/shop/" + result.version() + "/" + file).content())
          .as(file)
          .isEqualTo(store.read("datasets/whole/" + whole.version() + "/" + file).content());
    }
  }

  @Test
  void knownDelta_changesNothing_andItsBaseIsNotNeededInDatasets() throws IOException {
    put("raw/shop/settings.json", APPEND);
    put("raw/shop/all.csv", "user,item,plays\n1,7,3\n1,8,1\n");
    IngestResult base = ingest("raw/shop/all.csv");
    put("raw/shop/monday.csv", "user,item,plays\n1,7,4\n2,8,1\n");
    // What expires is below datasets/.
    for (ObjectInfo object : store.list("datasets/shop/" + base.version() + "/")) {
      store.delete(object.key());
    }
    IngestResult result = ingest("raw/shop/monday.csv");
    assertThat(result.cached()).isFalse();
    assertThat(result.figures().ratings()).isEqualTo(3);
    assertThat(result.figures().maxRating()).isEqualTo(7);
    IngestResult again = ingest("raw/shop/monday.csv");
    assertThat(again.cached()).isTrue();
    assertThat(again.version()).isEqualTo(result.version());
    assertThat(ingest("raw/shop/all.csv").version()).isEqualTo(result.version());
    assertThat(store.list("bases/shop/"))
        .extracting(ObjectInfo::key)
        .containsExactly(
            "bases/shop/" + result.version() + "/items.arrow",
            "bases/shop/" + result.version() + "/ratings.arrow",
            "bases/shop/last.json");
  }

  @Test
  void deltaWithoutItsBase_orOfAnotherKind_isRefused() throws IOException {
    put("raw/shop/all.csv", "user,item,rating\n1,7,3\n1,8,1\n");
    IngestResult _ = ingest("raw/shop/all.csv");
    put("raw/shop/settings.json", APPEND);
    put("raw/shop/monday.csv", "user,item,plays\n1,7,4\n");
    assertThatThrownBy(() -> ingest("raw/shop/monday.csv"))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "there is no version of shop to add 'raw/shop/monday.csv' to; first ingest"
                + " 'raw/shop/all.csv' again with \"append\": true");
    IngestResult _ = ingest("raw/shop/all.csv");
    assertThatThrownBy(() -> ingest("raw/shop/monday.csv"))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "monday.csv, line 1: there is no column 'rating'; the header is 'user,item,plays'");
  }

  @Test
  void items_areThoseOfAllUploads_theLaterTitleWins() throws IOException {
    put("raw/ml/settings.json", APPEND);
    store.put("raw/ml/a.zip", zip("1,2,3.0,4\n", "2,Old (1999),Drama|War\n3,Third (2000),Drama\n"));
    IngestResult _ = ingest("raw/ml/a.zip");
    store.put("raw/ml/b.zip", zip("1,4,3.0,5\n", "2,New (1999),War\n4,Fourth (2001),Drama\n"));
    assertThat(ingest("raw/ml/b.zip").figures().items()).isEqualTo(3);
  }

  @Test
  void tagsAndLinks_areThoseOfAllUploads_theLaterLinkWins() throws IOException {
    put("raw/ml/settings.json", APPEND);
    store.put("raw/ml/a.zip", zip("1,2,3.0,4\n", "1,2,old,5\n", "2,0001,1\n3,0003,3\n"));
    IngestResult _ = ingest("raw/ml/a.zip");
    store.put("raw/ml/b.zip", zip("1,4,3.0,5\n", "1,4,new,6\n", "2,0002,2\n"));
    IngestResult _ = ingest("raw/ml/b.zip");
    put("raw/ml/c.csv", Uploads.HEADER + "1,3,3.0,6\n");
    IngestResult result = ingest("raw/ml/c.csv");
    assertThat(result.figures().tags()).isEqualTo(2);
    assertThat(result.figures().links()).isEqualTo(2);
    String directory = "datasets/ml/" + result.version() + "/";
    assertThat(texts(directory + StoreLayout.TAGS, "tag")).containsExactly("new", "old");
    assertThat(texts(directory + StoreLayout.LINKS, "imdbId")).containsExactly("0002", "0003");
  }

  private String[] texts(String key, String column) throws IOException {
    try (ArrowFile file = ArrowFile.of(store.read(key).content(), key)) {
      List<String> texts = new ArrayList<>();
      for (RecordBatch batch : file.batches()) {
        texts.addAll(List.of(batch.texts(column)));
      }
      return texts.toArray(String[]::new);
    }
  }

  private static byte[] zip(String ratings, String tags, String links) {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("ratings.csv", Uploads.HEADER + ratings);
    files.put("tags.csv", "userId,movieId,tag,timestamp\n" + tags);
    files.put("links.csv", "movieId,imdbId,tmdbId\n" + links);
    return Uploads.zip(files);
  }

  private static byte[] zip(String ratings, String movies) throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("ratings.csv", Uploads.HEADER + ratings);
    files.put("movies.csv", "movieId,title,genres\n" + movies);
    return Uploads.zip(files);
  }

  @Test
  void modelsOfADelta_startFromThePublishedOnes() throws IOException {
    put("raw/grow/settings.json", APPEND);
    put("raw/grow/all.csv", Uploads.ratings(60, 40));
    LocalPipeline.Outcome first = chain("raw/grow/all.csv");
    String scored = scoredModel(first.model());
    put("raw/grow/more.csv", Uploads.HEADER + "1,901,4.0,1700000000\n2,901,3.0,1700000001\n");
    IngestResult delta = ingest("raw/grow/more.csv");
    assertThat(Objects.requireNonNull(delta.settings()).train().path("warmStart").asText())
        .isEqualTo("models/grow/" + scored + "/manifest.json");
    LocalPipeline.Outcome second = chain("raw/grow/more.csv");
    // So few test ratings are no evidence, so this is the scored model.
    assertThat(text(second.model() + StoreLayout.MANIFEST)).contains("models/grow/" + scored + "/");
    IndexResult all =
        new Index(store)
            .run(
                IndexRequestBuilder.builder()
                    .manifest(StoreLayout.splitOfIndex(second.index()) + StoreLayout.MANIFEST)
                    .rows("all")
                    .build());
    TrainResult refit =
        new Train(store)
            .run(TrainRequest.refit(all.manifest(), second.model() + StoreLayout.MANIFEST));
    assertThat(text(refit.model())).contains("\"" + first.model() + StoreLayout.MANIFEST + "\"");
  }

  private String scoredModel(String model) throws IOException {
    String card = text(model + StoreLayout.MODEL);
    return card.replaceAll("(?s).*\"scoredModel\" : \"([0-9a-f]+)\".*", "$1");
  }

  private LocalPipeline.Outcome chain(String key) throws IOException {
    ObjectInfo upload = store.find(key).orElseThrow();
    RunRecorder recorder = new RunRecorder("1", upload, "grow", LocalPipeline.STEPS, _ -> {});
    return new LocalPipeline(store, true, 5, recorder).run(upload);
  }

  private IngestResult ingest(String key) throws IOException {
    return new Ingest(store).run(IngestRequest.of(key));
  }

  private String text(String key) throws IOException {
    return new String(store.read(key).content(), StandardCharsets.UTF_8);
  }

  private void put(String key, String text) throws IOException {
    store.put(key, text.getBytes(StandardCharsets.UTF_8));
  }
}
