package com.craftyverse.recsys.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Uploads without ratings, from the file to the amounts in the dataset.
class ChoicesIngestTest {
  @TempDir Path directory;
  private LocalObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
  }

  @Test
  void rowsWithoutRatings_areChoicesThatAddUpAtTheirLatestTime() throws IOException {
    IngestResult result =
        ingest("user,item,time\n1,7,1400000300\n1,8,1400000100\n1,7,1400000200\n2,7,1400000000\n");
    assertThat(result.figures().feedback()).isEqualTo(Feedback.CHOICES);
    assertThat(result.figures().scale()).isNull();
    assertThat(result.figures().ratings()).isEqualTo(3);
    assertThat(result.figures().duplicates()).isEqualTo(1);
    assertThat(result.figures().minRating()).isEqualTo(1);
    assertThat(result.figures().maxRating()).isEqualTo(2);
    assertThat(rows(result))
        .containsExactly("1,7,2.0,1400000300", "1,8,1.0,1400000100", "2,7,1.0,1400000000");
  }

  @Test
  void counts_addUp_ofAnySize() throws IOException {
    IngestResult result =
        ingest("user,artist,plays\n1,7,16777216\n1,7,1\n1,7,1\n2,8,352698\n2,9,0.5\n3,9,1e12\n");
    assertThat(result.figures().feedback()).isEqualTo(Feedback.CHOICES);
    assertThat(rows(result))
        .containsExactly("1,7,1.6777218E7,0", "2,8,352698.0,0", "2,9,0.5,0", "3,9,1.0E12,0");
    assertThatThrownBy(() -> ingest("user,artist,plays\n1,7,3\n1,8,0\n"))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "a.csv, line 3, column 5: plays is '0', expected a number of choices, above 0;"
                + " settings.json: \"missing\": [0]");
    assertThatThrownBy(() -> ingest("user,artist,plays\n1,7,-3\n"))
        .hasMessage(
            "a.csv, line 2, column 5: plays is '-3', expected a number of choices, above 0;"
                + " settings.json: \"feedback\": \"ratings\"");
  }

  @Test
  void events_haveTheWeightsOfTheSettings() throws IOException {
    store.put(
        "raw/a/settings.json",
        "{\"events\": {\"view\": 1, \"cart\": 3, \"buy\": 5, \"share\": 0}}"
            .getBytes(StandardCharsets.UTF_8));
    String header = "timestamp,visitorid,event,itemid\n";
    IngestResult result =
        ingest(
            header
                + "1433221332117,1,view,7\n1433221333000,1,buy,7\n1433221332000,1,share,8\n"
                + "1433221332000,2,cart,8\n1433221335999,2,cart,8\n");
    assertThat(result.figures().missingRatings()).isEqualTo(1);
    // A purchase counts as 16 views, because one of weight 5 alone has the weight 1 + log2(16).
    assertThat(rows(result)).containsExactly("1,7,17.0,1433221333", "2,8,8.0,1433221335");
    assertThatThrownBy(() -> ingest(header + "1433221332117,1,like,7\n"))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "a.csv, line 2, column 17: event is 'like', expected one of buy, cart, share, view;"
                + " settings.json: \"events\": {\"like\": 0}");
  }

  @Test
  void settingsThatContradictThemselves_areRefused() {
    RatingsColumns counts = new RatingsColumns("1", "2", null, null, "3", null);
    refused(
        IngestRequestBuilder.builder().columns(counts).feedback(Feedback.RATINGS),
        "field 'columns.rating' is missing; expected a column's name");
    refused(
        IngestRequestBuilder.builder()
            .columns(new RatingsColumns("1", "2", "3", null))
            .feedback(Feedback.CHOICES),
        "field 'feedback': choices have no rating, but 'columns.rating' names a column; name it"
            + " 'count' if it has numbers of choices, or leave it out");
    refused(
        IngestRequestBuilder.builder().events(Map.of("view", 0.5)),
        "field 'events': expected 1 to 50 kinds of events with weights of 0 or from 1 to 20, found"
            + " {view=0.5}");
    refused(
        IngestRequestBuilder.builder().events(Map.of("view", 1.0)).feedback(Feedback.RATINGS),
        "field 'events': events are choices, without ratings");
    assertThatThrownBy(() -> new RatingsColumns("1", "2", "3", null, "4", null))
        .hasMessage("field 'columns': expected at most one of 'rating', 'count' and 'event'");
  }

  @Test
  void zip_hasTheFileThatTheSettingsName_orTheBetterName() throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("data/ratings_small.csv", Uploads.HEADER + "1,2,3,4\n");
    files.put("data/ratings.csv", Uploads.HEADER + "1,2,3,4\n2,3,4,5\n");
    store.put("raw/a/a.zip", Uploads.zip(files));
    assertThat(new Ingest(store).run(IngestRequest.of("raw/a/a.zip")).figures().ratings())
        .isEqualTo(2);
    store.put(
        "raw/a/settings.json",
        "{\"entry\": \"ratings_small.csv\"}".getBytes(StandardCharsets.UTF_8));
    assertThat(new Ingest(store).run(IngestRequest.of("raw/a/a.zip")).figures().ratings())
        .isEqualTo(1);
    store.put("raw/a/settings.json", "{\"entry\": \"x.csv\"}".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> new Ingest(store).run(IngestRequest.of("raw/a/a.zip")))
        .hasMessage(
            "a.zip contains no file named 'x.csv' (\"entry\" of settings.json); it has"
                + " 'data/ratings_small.csv', 'data/ratings.csv'");
  }

  private void refused(IngestRequestBuilder request, String message) {
    assertThatThrownBy(() -> new Ingest(store).run(request.key("raw/a/a.csv").build()))
        .isInstanceOf(RequestException.class)
        .hasMessage(message);
  }

  private IngestResult ingest(String csv) throws IOException {
    store.put("raw/a/a.csv", csv.getBytes(StandardCharsets.UTF_8));
    return new Ingest(store).run(IngestRequest.of("raw/a/a.csv"));
  }

  private List<String> rows(IngestResult result) throws IOException {
    List<String> rows = new ArrayList<>();
    byte[] file =
        store
            .read(
                StoreLayout.datasetDirectory(result.dataset(), result.version())
                    + StoreLayout.RATINGS)
            .content();
    for (RecordBatch batch : ArrowFile.of(file, "ratings").batches()) {
      for (int i = 0; i < batch.rows(); i++) {
        rows.add(
            batch.ints("userId").get(i)
                + ","
                + batch.ints("itemId").get(i)
                + ","
                + batch.floats("rating").get(i)
                + ","
                + batch.longs("timestamp").get(i));
      }
    }
    return rows;
  }
}
