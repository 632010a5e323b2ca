package com.craftyverse.recsys.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  private static final Arguments ARGUMENTS =
      Arguments.parse("--store", "s3://bucket", "--key", "raw/a/x.csv");

  @TempDir private Path directory;

  private Settings read(String json) throws IOException {
    Path file = directory.resolve("raw/a/settings.json");
    Files.createDirectories(file.getParent());
    Files.writeString(file, json);
    return Settings.of(new Store(directory.toString(), new Configuration()), "raw/a/x.csv");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"time": "date",}              | settings.json, line 1, column 18: expected JSON, found: Unexpected character ('}' (code 125)): was expecting double-quote to start field name
          {"header": true} {}            | settings.json, line 1, column 18: expected JSON, found: Trailing token (of type START_OBJECT) found after value (bound as `com.fasterxml.jackson.databind.JsonNode`): not allowed as per `DeserializationFeature.FAIL_ON_TRAILING_TOKENS`
          ``                             | settings.json: expected an object of settings, found an empty file
          ["a"]                          | settings.json: expected an object of settings, found ["a"]
          {"index": {"seed": 1}}         | settings.json: the Spark job does not take the field 'index'; it takes onBadRow, maxBadRows, columns, delimiter, scale, encoding, header, ids, time, decimal, missing, feedback, split, train, evaluate
          {"ids": {"user_id": "utf8"}}   | settings.json: the Spark job does not take the field 'ids.user_id'; it takes user, item
          {"ids": "utf8"}                | settings.json: field 'ids': expected an object, found "utf8"
          {"split": "random"}            | settings.json: field 'split': expected an object, found "random"
          {"delimiter": ""}              | settings.json: field 'delimiter': expected a text that separates values, found ""
          {"header": "yes"}              | settings.json: field 'header': expected true or false, found "yes"
          {"missing": 0}                 | settings.json: field 'missing': expected a list of numbers, found 0
          {"missing": ["0"]}             | settings.json: field 'missing': expected a list of numbers, found ["0"]
          {"maxBadRows": -1}             | settings.json: field 'maxBadRows': expected a whole number from 1 to 2147483647, found -1
          {"train": {"factors": 0}}      | settings.json: field 'train.factors': expected a whole number from 1 to 512, found 0
          {"train": {"factors": 8.5}}    | settings.json: field 'train.factors': expected a whole number from 1 to 512, found 8.5
          {"train": {"choiceFactors": 513}} | settings.json: field 'train.choiceFactors': expected a whole number from 0 to 512, found 513
          {"train": {"rankingFactors": "8"}} | settings.json: field 'train.rankingFactors': expected a whole number from 1 to 512, found "8"
          {"train": {"rankingRegularization": 0}} | settings.json: field 'train.rankingRegularization': expected a number above 0, at most 10, found 0
          {"train": {"rankingUnobservedWeight": 10.5}} | settings.json: field 'train.rankingUnobservedWeight': expected a number above 0, at most 10, found 10.5
          """)
  void of_malformed_saysWhereAndWhatWasExpected(String json, String message) {
    assertThatThrownBy(() -> Hyperparameters.of(ARGUMENTS, read(json)))
        .isInstanceOf(RefusedException.class)
        .hasMessage(message);
  }

  @Test
  void of_trainSettings_replaceThoseOfTheCommandLine() throws IOException {
    Settings settings =
        read(
            """
            {"train": {"factors": 8, "rankingUnobservedWeight": 0.5}, "missing": [0, 99.9]}
            """);

    Hyperparameters parameters = Hyperparameters.of(ARGUMENTS, settings);

    assertThat(parameters.factors()).isEqualTo(8);
    assertThat(parameters.unobservedWeight()).isEqualTo(0.5);
    assertThat(parameters.rankingRegularization()).isZero();
    assertThat(settings.missing()).containsExactly(0f, 99.9f);
  }
}
