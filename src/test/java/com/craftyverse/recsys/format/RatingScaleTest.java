package com.craftyverse.recsys.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RatingScaleTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "0.1, 1.1, , 1.1, true",
    "0.1, 1.1, , 0.1, true",
    "0.1, 1.1, , 1.2, false",
    "0.1, 1.1, , 0.09, false",
    "0.1, 1.1, , NaN, false",
    "0, 100000, 0.1, 99999.7, true",
    "0, 100000, 0.1, 99999.75, false",
    "1, 10, 1, 7, true",
    "1, 10, 1, 7.5, false",
    "-10, 10, , -10, true",
  })
  void contains_comparesDecimalNumbers(
      double min, double max, Double step, float rating, boolean contains) {
    assertThat(new RatingScale(min, max, step).contains(rating)).isEqualTo(contains);
  }

  @Test
  void range_hasTheDecimalNumbersOfTheRatings() {
    assertThat(RatingScale.range(0.1f, 1.1f, null)).isEqualTo(new RatingScale(0.1, 1.1, null));
  }

  @Test
  void position_isFrom0To1_and1WhereAllRatingsAreEqual() {
    RatingScale scale = new RatingScale(-10, 10, null);
    assertThat(scale.position(-10)).isZero();
    assertThat(scale.position(5)).isEqualTo(0.75);
    assertThat(scale.position(11)).isEqualTo(1);
    assertThat(RatingScale.range(1, 1, null).position(1)).isEqualTo(1);
  }

  @Test
  void clip_bringsAPredictionToTheNearerEnd() {
    RatingScale scale = new RatingScale(0.1, 1, null);
    assertThat(scale.clip(-3)).isEqualTo(0.1f);
    assertThat(scale.clip(0.4f)).isEqualTo(0.4f);
    assertThat(scale.clip(3)).isEqualTo(1);
  }

  @Test
  void declaredScale_mayGoUpToAMillion_andNeedsTwoRatings() {
    assertThat(new RatingScale(0, 1e6, null).declared()).isEqualTo(new RatingScale(0, 1e6, null));
    assertThatThrownBy(() -> new RatingScale(0, 1_000_001, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "field 'scale': expected min below max, both from -1000000 to 1000000, found min 0.0"
                + " and max 1000001.0");
    assertThatThrownBy(() -> RatingScale.range(1, 1, null).declared())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "field 'scale': expected min below max, both from -1000000 to 1000000, found min 1.0"
                + " and max 1.0");
  }

  @Test
  void modelOfAnotherVersion_withOtherFields_namesTheVersion() throws IOException {
    LocalObjectStore store = new LocalObjectStore(directory);
    store.put(
        "models/a/b/model.json",
        "{\"formatVersion\": 1, \"model\": \"biased\", \"ratingMin\": 0.5}"
            .getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> ModelCard.read(store, "models/a/b/"))
        .isInstanceOf(MalformedFileException.class)
        .hasMessage(
            "models/a/b/model.json: format version 1, this version reads "
                + ModelCard.FORMAT_VERSION
                + "; train the model again");
  }
}
