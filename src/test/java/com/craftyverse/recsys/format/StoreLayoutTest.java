package com.craftyverse.recsys.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.storage.InvalidKeyException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreLayoutTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "raw/ml-latest.zip           | ml-latest",
        "raw/ml-latest.csv.gz        | ml-latest",
        "raw/u1.base                 | u1.base",
        "raw/a--b_.zip               | a--b_",
        "raw/ratings (1).csv         | ratings-1",
        "raw/my ratings.CSV          | my-ratings",
        "raw/my ratings/jan.csv      | my-ratings",
        "raw/Bewertungen-März.csv    | Bewertungen-Marz",
        "raw/Bewertungen-März.csv | Bewertungen-Marz",
        "raw/_export - 2026 -.zip    | export-2026",
        "raw/評価 2026.csv            | 2026",
        "raw/評価.csv                 | dataset-c900bc09",
        "raw/оценки/x.csv            | dataset-ab2ec1db",
      })
  void datasetOfUpload_comesFromTheFileOrDirectoryName(String key, String dataset) {
    assertThat(StoreLayout.datasetOfUpload(key)).isEqualTo(dataset);
    assertThat(StoreLayout.requireDataset(dataset)).isEqualTo(dataset);
    // A derived name is stable.
    assertThat(StoreLayout.datasetOfUpload("raw/" + dataset + "/x.zip")).isEqualTo(dataset);
  }

  @Test
  void datasetOfUpload_ofALongName_isCutAndStaysDistinct() {
    String one = StoreLayout.datasetOfUpload("raw/" + "x".repeat(150) + "1.csv");
    String two = StoreLayout.datasetOfUpload("raw/" + "x".repeat(150) + "2.csv");
    assertThat(one).hasSize(100).startsWith("x".repeat(91) + "-").isNotEqualTo(two);
    assertThat(StoreLayout.requireDataset(one)).isEqualTo(one);
  }

  @ParameterizedTest
  @ValueSource(strings = {"raw/.ratings.csv", "raw/.hidden/ratings.csv"})
  void datasetOfUpload_ofAHiddenFile_isRefused(String key) {
    assertThatThrownBy(() -> StoreLayout.datasetOfUpload(key))
        .isInstanceOf(InvalidKeyException.class)
        .hasMessageMatching("the key '" + key + "' is not an upload: '[^']+' is hidden");
  }

  @Test
  void datasetOfAFolder_isItsDirectory() {
    assertThat(StoreLayout.datasetOfUpload("raw/a/b/_SUCCESS")).isEqualTo("a");
    assertThat(StoreLayout.settingsOfUpload("raw/a/b/_SUCCESS")).contains("raw/a/settings.json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"incoming/c.csv", "models/a/current.json"})
  void datasetOfUpload_ofAnotherObject_isRefused(String key) {
    assertThatThrownBy(() -> StoreLayout.datasetOfUpload(key))
        .hasMessage(
            "the key '" + key + "' is not an upload; uploads are raw/FILE or raw/DATASET/FILE");
  }
}
