package com.craftyverse.recsys.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Datasets of several files: folders that end with `_SUCCESS`, and files that the settings list.
class FolderIngestTest {
  private static final String HEADER = "user,item,rating,time\n";

  @TempDir Path directory;
  private LocalObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
  }

  @Test
  void folder_isOneVersionOfItsPartsInNameOrder() throws IOException {
    put("raw/shop/2026/part-2.csv", HEADER + "2,7,3,1400000003\n1,7,5,1400000004\n");
    put("raw/shop/2026/part-1.csv", HEADER + "1,7,4,1400000001\n1,8,2,1400000002\n");
    put("raw/shop/2026/_committed", "x");
    put("raw/shop/2026/_SUCCESS", "");
    IngestResult result = ingest("raw/shop/2026/_SUCCESS");
    assertThat(result.dataset()).isEqualTo("shop");
    assertThat(Datasets.rows(store, result))
        .containsExactly("1,8,2.0,1400000002", "2,7,3.0,1400000003", "1,7,5.0,1400000004");
    assertThat(ingest("raw/shop/2026/_SUCCESS").cached()).isTrue();
    // The next export goes into a folder of its own.
    put("raw/shop/2027/part-1.csv", HEADER + "1,7,4,1400000001\n");
    put("raw/shop/2027/_SUCCESS", "");
    IngestResult next =
        new Ingest(store).ingestUpload(store.find("raw/shop/2027/_SUCCESS").orElseThrow());
    assertThat(next.figures().ratings()).isEqualTo(1);
  }

  @Test
  void partsOfAFolder_areNoUploadsOfTheirOwn() throws IOException {
    put("raw/shop/2026/part-1.csv", HEADER + "1,7,4,1400000001\n");
    String reason =
        "'raw/shop/2026/part-1.csv' belongs to a folder; a folder 'raw/DATASET/FOLDER/' becomes a"
            + " dataset when its writer puts '_SUCCESS' into it";
    assertThat(Ingest.whyIgnored(store, "raw/shop/2026/part-1.csv")).contains(reason);
    assertThatThrownBy(() -> ingest("raw/shop/2026/part-1.csv"))
        .isInstanceOf(RequestException.class)
        .hasMessage("field 'key': " + reason);
    put("raw/shop/empty/_SUCCESS", "");
    assertThatThrownBy(() -> ingest("raw/shop/empty/_SUCCESS"))
        .hasMessage("'raw/shop/empty/' has no files with rows, expected 1 to 1000");
  }

  @Test
  void partOfAnotherShape_isRefusedByName() throws IOException {
    put("raw/shop/2026/part-1.csv", HEADER + "1,7,4,1400000001\n");
    put("raw/shop/2026/part-2.csv", "item,user,rating,time\n7,1,4,1400000001\n");
    put("raw/shop/2026/_SUCCESS", "");
    assertThatThrownBy(() -> ingest("raw/shop/2026/_SUCCESS"))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "part-2.csv, line 1: the header is 'item,user,rating,time', expected that of part-1.csv,"
                + " 'user,item,rating,time'");
    put("raw/shop/2026/part-2.csv", HEADER + "1,x,4,1400000001\n");
    assertThatThrownBy(() -> ingest("raw/shop/2026/_SUCCESS"))
        .hasMessageStartingWith(
            "part-2.csv, line 2, column 3: item is 'x', expected a whole number");
    put("raw/shop/2026/part-2.csv", "{\"user\":1,\"item\":2,\"rating\":3,\"time\":1400000001}\n");
    assertThatThrownBy(() -> ingest("raw/shop/2026/_SUCCESS"))
        .hasMessage("part-2.csv is json lines, but part-1.csv is text");
  }

  @Test
  void listedFiles_areOneVersion_whicheverArrives() throws IOException {
    put("raw/shop/settings.json", "{\"files\": [\"2026/*.csv\", \"old.csv\"]}");
    put("raw/shop/2026/b.csv", HEADER + "2,7,3,1400000003\n");
    put("raw/shop/2026/a.csv", HEADER + "1,7,4,1400000001\n");
    put("raw/shop/old.csv", HEADER + "3,7,4,1400000001\n");
    put("raw/shop/readme.csv", "nothing here\n");
    IngestResult result = ingest("raw/shop/2026/b.csv");
    assertThat(Datasets.rows(store, result))
        .containsExactly("1,7,4.0,1400000001", "2,7,3.0,1400000003", "3,7,4.0,1400000001");
    assertThat(ingest("raw/shop/old.csv").version()).isEqualTo(result.version());
    assertThatThrownBy(() -> ingest("raw/shop/readme.csv"))
        .hasMessage(
            "field 'key': 'raw/shop/readme.csv' matches no pattern of \"files\" in settings.json");
    put("raw/shop/settings.json", "{\"files\": [\"[\"]}");
    assertThatThrownBy(() -> ingest("raw/shop/old.csv"))
        .hasMessageStartingWith(
            "raw/shop/settings.json: field 'files': expected patterns such as part-*.csv, found");
  }

  @Test
  void trainingAndTestSet_areAGivenSplit() throws IOException {
    put("raw/shop/x/train.csv", HEADER + "1,7,4,1400000001\n2,7,4,1400000001\n");
    put("raw/shop/x/test.csv", HEADER + "1,8,3,1400000009\n");
    put("raw/shop/x/_SUCCESS", "");
    IngestResult result = ingest("raw/shop/x/_SUCCESS");
    assertThat(result.figures().ratings()).isEqualTo(2);
    var split = Objects.requireNonNull(result.settings()).split();
    assertThat(split.path("kind").asText()).isEqualTo("given");
    assertThat(split.path("test").asText())
        .startsWith("datasets/shop/")
        .isNotEqualTo(result.manifest());
  }

  @Test
  void baseAndTestPair_isAGivenSplit_ofSeveralTheSettingsNameOne() throws IOException {
    put("raw/ml/x/u.data", "1\t7\t4\t881250949\n1\t8\t3\t881250949\n");
    put("raw/ml/x/u1.base", "1\t7\t4\t881250949\n");
    put("raw/ml/x/u1.test", "1\t8\t3\t881250949\n");
    put("raw/ml/x/_SUCCESS", "");
    assertThat(ingest("raw/ml/x/_SUCCESS").figures().ratings()).isEqualTo(1);
    put("raw/ml/x/u2.base", "1\t8\t3\t881250949\n");
    put("raw/ml/x/u2.test", "1\t7\t4\t881250949\n");
    assertThatThrownBy(() -> ingest("raw/ml/x/_SUCCESS"))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "x has several pairs of a training and a test set: u1, u2; settings.json: \"entry\":"
                + " \"u1\"");
    put("raw/ml/settings.json", "{\"entry\": \"u2\"}");
    assertThat(Datasets.rows(store, ingest("raw/ml/x/_SUCCESS")))
        .containsExactly("1,8,3.0,881250949");
  }

  private IngestResult ingest(String key) throws IOException {
    return new Ingest(store).run(IngestRequest.of(key));
  }

  private void put(String key, String text) throws IOException {
    store.put(key, text.getBytes(StandardCharsets.UTF_8));
  }
}
