package com.craftyverse.recsys.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.RequestJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdTest {
  private record Holder(Id itemId) implements Request {}

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-1",
        "2147483648",
        "9223372036854775807",
        "-9223372036854775808",
        "\"42\"",
        "\"B00X-é\"",
        "\"\\uD83C\\uDFAC\"",
        "\"a \\\" b\"",
      })
  void json_isReadAndWrittenAsItIs(String json) throws IOException {
    Id id = read(json);
    assertThat(id.json()).isEqualTo(json);
    assertThat(new String(Json.writeLine(new Holder(id)), StandardCharsets.UTF_8))
        .isEqualTo("{\"itemId\":" + json + "}");
  }

  @Test
  void numberAndItsDigits_areEqual() throws IOException {
    assertThat(read("42")).isEqualTo(read("\"42\"")).hasSameHashCodeAs(read("\"42\""));
    assertThat(read("42")).isEqualTo(Id.of(42)).isNotEqualTo(read("43"));
    assertThat(read("42")).isNotEqualTo(read("\"042\""));
    assertThat(read("\"a\"")).isEqualTo(Id.of("a")).isNotEqualTo(read("\"A\""));
  }

  @Test
  void text_isAtMost256Bytes() throws IOException {
    assertThat(read("\"" + "é".repeat(128) + "\"")).isEqualTo(Id.of("é".repeat(128)));
    assertThat(read("\"" + "🎬".repeat(64) + "\"").utf8()).hasSize(256);
    assertThat(read("\"" + "漢".repeat(85) + "a\"").utf8()).hasSize(256);
    for (String tooLong : new String[] {"é".repeat(128) + "a", "🎬".repeat(65), "漢".repeat(86)}) {
      assertThatThrownBy(() -> Id.of(tooLong))
          .hasMessage("an id is 1 to 256 bytes of UTF-8; this text is not");
      assertThatThrownBy(() -> read("\"" + tooLong + "\""))
          .isInstanceOf(RequestException.class)
          .hasMessageContaining("a string of 1 to 256 bytes, found the string");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1.5                 | the number 1.5",
        "1e3                 | the number 1e3",
        "9223372036854775808 | the number 9223372036854775808",
        "true                | true",
        "[1]                 | a list",
        "{\"id\": 1}         | an object",
        "\"\"                | the string ''",
      })
  void otherJson_isRefused(String json, String found) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "field 'itemId': expected a whole number of 64 bits or a string of 1 to 256"
                + " bytes, found "
                + found);
  }

  /// Half of a character outside the basic plane has no UTF-8.
  @Test
  void unpairedSurrogate_isRefused() {
    for (String escaped : new String[] {"\\ud83c", "\\udfac", "a\\ud83c", "\\ud83cb"}) {
      assertThatThrownBy(() -> read("\"" + escaped + "\""))
          .hasMessageContaining("expected a whole number of 64 bits or a string");
    }
  }

  private static Id read(String json) throws IOException {
    return RequestJson.decode(
            ("{\"itemId\": " + json + "}").getBytes(StandardCharsets.UTF_8), Holder.class)
        .itemId();
  }
}
