package com.craftyverse.recsys.ingest;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.RequestJson;
import com.craftyverse.recsys.storage.LocalObjectStore;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    assertThat(requireNonNull(scanned.figures().scale()).max()).isEqualTo(10);

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
    assertThat(requireNonNull(result.figures().scale()).max()).isEqualTo(20);
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

  /// The later steps' parts travel with the result. The dataset's version does not depend on them.
  @Test
  void partsForLaterSteps_arePassedOn() throws IOException {
    put("raw/set/a.csv", Uploads.HEADER + "1,2,3.0,1400000000\n");
    IngestResult plain = run("{\"key\": \"raw/set/a.csv\"}");
    assertThat(plain.settings()).isEqualTo(UploadSettings.DEFAULTS.steps());
    put(
        "raw/set/settings.json",
        "{\"split\": {\"trainRatio\": 0.8}, \"train\": {\"factors\": 8}, \"evaluate\": {\"users\": 9}}");
    IngestResult result = run("{\"key\": \"raw/set/a.csv\"}");
    assertThat(result.version()).isEqualTo(plain.version());
    assertThat(result.cached()).isTrue();
    assertThat(result.settings())
        .hasToString(
            "StepSettings[split={\"trainRatio\":0.8}, index={}, train={\"factors\":8},"
                + " evaluate={\"users\":9}]");
    put("raw/set/settings.json", "{\"train\": 5}");
    assertThatThrownBy(() -> run("{\"key\": \"raw/set/a.csv\"}"))
        .hasMessage("raw/set/settings.json: field 'train': expected an object, found the number 5");
  }

  /// A file that needs every setting.
  @Test
  void everySetting_isHonoured() throws IOException {
    store.put(
        "raw/all/a.txt",
        "x|7|99,0|Mär|1400000000123\nx|8|4,5|Mär|1400000000123\nbad|row\n"
            .getBytes(Charset.forName("windows-1252")));
    put(
        "raw/all/settings.json",
        """
        {"columns": {"user": "4", "item": "2", "rating": "3", "timestamp": "5"}, "delimiter": "|",
         "encoding": "windows-1252", "header": false, "decimal": ",", "time": "milliseconds",
         "ids": {"user": "utf8", "item": "int64"}, "scale": {"min": 0, "max": 10, "step": 0.5},
         "missing": [99], "onBadRow": "skip", "maxBadRows": 1}
        """);
    IngestFigures figures = run("{\"key\": \"raw/all/a.txt\"}").figures();
    assertThat(figures.ratings()).isEqualTo(1);
    assertThat(figures.missingRatings()).isEqualTo(1);
    assertThat(figures.badRows()).isEqualTo(1);
    assertThat(figures.minUserId()).isEqualTo(Id.of("Mär"));
    assertThat(figures.minItemId()).isEqualTo(Id.of(8));
    assertThat(figures.minTimestamp()).isEqualTo(1_400_000_000L);
    assertThat(figures.maxRating()).isEqualTo(4.5f);
    assertThat(requireNonNull(figures.scale()).max()).isEqualTo(10);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '~',
      value = {
        "{`encoding`: `UTF-99`} ! field 'encoding': expected the name of an encoding such as UTF-8,"
            + " UTF-16 or windows-1252, found 'UTF-99'",
        "{`time`: `days`} ! field 'time': expected one of seconds, milliseconds, microseconds,"
            + " nanoseconds, date, found 'days'",
        "{`decimal`: `;`} ! field 'decimal': expected . or a comma, found ';'",
        "{`missing`: [null]} ! field 'missing': expected at most 20 numbers, found [null]",
        "{`ids`: {`user`: `long`}} ! field 'ids.user': expected one of",
      })
  void valuesThatNoSettingHas_areRefused(String settings, String message) throws IOException {
    put("raw/set/settings.json", settings.replace('`', '"'));
    assertThatThrownBy(() -> run("{\"key\": \"raw/set/a.csv\"}"))
        .isInstanceOf(RequestException.class)
        .hasMessageStartingWith("raw/set/settings.json: " + message);
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
