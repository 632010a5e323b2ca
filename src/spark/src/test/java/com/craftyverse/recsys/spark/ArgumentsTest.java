package com.craftyverse.recsys.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {
  @Test
  void parse_onlyStoreAndKey_hasTheDefaults() {
    Arguments arguments = Arguments.parse("--store", "s3://bucket", "--key", "raw/a/ratings.csv");

    assertThat(arguments)
        .isEqualTo(
            new Arguments(
                "s3://bucket",
                "raw/a/ratings.csv",
                null,
                null,
                0,
                1_000_000,
                50,
                10,
                0,
                48,
                128,
                10,
                0,
                0.2));
  }

  @Test
  void parse_refit_takesTheManifest() {
    Arguments arguments =
        Arguments.parse(
            "--store", "/s", "--refit", "models/a/1/manifest.json", "--result", "runs/1.json");

    assertThat(arguments.refit()).isEqualTo("models/a/1/manifest.json");
    assertThat(arguments.result()).isEqualTo("runs/1.json");
  }

  @Test
  void parse_markOfAFolder_meansTheFolder() {
    Arguments arguments = Arguments.parse("--store", "/s", "--key", "raw/a/2026-11/_SUCCESS");

    assertThat(arguments.key()).isEqualTo("raw/a/2026-11/");
    assertThat(Formats.dataset(arguments.key())).isEqualTo("a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --key raw/a.csv                            | argument --store is missing; expected a directory or s3://BUCKET
          --store /s                                 | expected --key or --refit, and not both
          --store /s --key raw/a --refit models/a    | expected --key or --refit, and not both
          --store /s --key /raw/a.csv                | argument --key: expected a key below 'raw/', found '/raw/a.csv'
          --store /s --key raw/../a.csv              | argument --key: expected a key below 'raw/', found 'raw/../a.csv'
          --store /s --key raw/a --factors 0         | argument --factors: expected a whole number from 1 to 512, found '0'
          --store /s --key raw/a --regularization -1 | argument --regularization: expected a number above 0, at most 10, found '-1'
          --store /s --key raw/a --colour red        | unknown argument --colour
          --store /s --key                           | argument --key: its value is missing
          --store /s --store /t                      | argument --store is there twice
          store /s                                   | expected an argument such as --store, found 'store'
          """)
  void parse_invalid_saysWhatWasExpected(String line, String message) {
    assertThatThrownBy(() -> Arguments.parse(line.split(" ")))
        .isInstanceOf(RefusedException.class)
        .hasMessage(message);
  }
}
