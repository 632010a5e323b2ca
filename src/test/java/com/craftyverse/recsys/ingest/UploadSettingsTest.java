package com.craftyverse.recsys.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.RequestJson;
import com.craftyverse.recsys.storage.LocalObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadSettingsTest {
  private static final String ROWS = "who;what;stars;at\n1;2;7;1400000000\n1;3;9;1400000001\n";
  private static final String SETTINGS =
      """
      {"columns": {"user": "who", "item": "what", "rating": "stars", "timestamp": "at"},
       "delimiter": ";", "scale": {"min": 1, "max": 10, "step": 1}}
      """;

  @TempDir Path directory;
  private LocalObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
    put("raw/set/a.csv", ROWS);
  }

  private void put(String key, String text) throws IOException {
    store.put(key, text.getBytes(StandardCharsets.UTF_8));
  }

  private IngestResult run(String json) throws IOException {
    return new Ingest(store)
        .run(RequestJson.decode(json.getBytes(StandardCharsets.UTF_8), IngestRequest.class));
  }

  @Test
  void settings_holdForEveryWayIn() throws IOException {
    put("raw/set/settings.json", SETTINGS);
    IngestResult scanned =
        new Ingest(store).ingestUpload(store.find("raw/set/a.csv").orElseThrow());
    assertThat(scanned.figures().ratings()).isEqualTo(2);
    assertThat(scanned.figures().scale().max()).isEqualTo(10);

    IngestResult requested = run("{\"key\": \"raw/set/a.csv\"}");
    assertThat(requested.cached()).isTrue();
    assertThat(requested.version()).isEqualTo(scanned.version());

    String columns =
        "\"columns\": {\"user\": \"who\", \"item\": \"what\", \"rating\": \"stars\","
            + " \"timestamp\": \"at\"}";
    IngestResult spelledOut =
        run(
            "{\"key\": \"raw/set/a.csv\", "
                + columns
                + ", \"delimiter\": \";\", \"scale\": {\"min\": 1, \"max\": 10, \"step\": 1}}");
    assertThat(spelledOut.version()).isEqualTo(scanned.version());
  }

  @Test
  void requestsOwnField_takesPrecedence() throws IOException {
    put("raw/set/settings.json", SETTINGS);
    IngestResult result =
        run("{\"key\": \"raw/set/a.csv\", \"scale\": {\"min\": 0, \"max\": 20, \"step\": 1}}");
    assertThat(result.figures().scale().max()).isEqualTo(20);
  }

  @Test
  void mistakeInSettings_isRefusedLikeARequest_andNamesTheFile() throws IOException {
    put("raw/set/settings.json", "{\"delimiter\": \"5\"}");
    assertThatThrownBy(() -> run("{\"key\": \"raw/set/a.csv\"}"))
        .isInstanceOf(RequestException.class)
        .hasMessageStartingWith("raw/set/settings.json: field 'delimiter': expected one character");
    put("raw/set/settings.json", "{\"colums\": {}}");
    assertThatThrownBy(() -> run("{\"key\": \"raw/set/a.csv\"}"))
        .isInstanceOf(RequestException.class)
        .hasMessageStartingWith("raw/set/settings.json: ")
        .hasMessageContaining("colums");
  }

  @Test
  void settings_areNoUpload() {
    assertThatThrownBy(() -> run("{\"key\": \"raw/set/settings.json\"}"))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "field 'key': the key 'raw/set/settings.json' is not an upload: settings.json says how"
                + " to read the uploads of its directory");
  }

  @Test
  void incomingUpload_isReadDry_butNotIngested() throws IOException {
    put("incoming/my set.csv", Uploads.HEADER + "1,2,3.0,1400000000\n");
    IngestResult preview = run("{\"key\": \"incoming/my set.csv\", \"dryRun\": true}");
    assertThat(preview.dataset()).isEqualTo("my-set");
    assertThat(preview.figures().ratings()).isEqualTo(1);
    assertThatThrownBy(() -> run("{\"key\": \"incoming/my set.csv\"}"))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining("is not an upload");
  }
}
