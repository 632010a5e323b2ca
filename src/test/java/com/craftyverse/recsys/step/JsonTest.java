package com.craftyverse.recsys.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
  record Sample(
      @Nullable String name,
      @Nullable Integer count,
      @Nullable Double share,
      @Nullable List<Integer> ids)
      implements Request {}

  @Test
  void fieldsOfTheRightTypes_areAccepted() throws IOException {
    assertThat(decode("{\"name\": \"a\", \"count\": 3, \"share\": 1, \"ids\": [1, 2]}"))
        .isEqualTo(new Sample("a", 3, 1.0, List.of(1, 2)));
    assertThat(decode("{}")).isEqualTo(new Sample(null, null, null, null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"nam\": 1}         | unknown field 'nam'; expected one of count, ids, name, share",
        "{\"name\": 1}        | field 'name': expected a string, found the number 1",
        "{\"name\": [1]}      | field 'name': expected a string, found a list",
        "{\"count\": \"3\"}   | field 'count': expected a whole number, found the string '3'",
        "{\"count\": 1.5}     | field 'count': expected a whole number, found the number 1.5",
        "{\"count\": 3000000000} | field 'count': expected a whole number from -2147483648 to"
            + " 2147483647, found the number 3000000000",
        "{\"count\": true}    | field 'count': expected a whole number, found true",
        "{\"share\": \"x\"}   | field 'share': expected a number, found the string 'x'",
        "{\"ids\": 7}         | field 'ids': expected a list, found the number 7",
        "{\"ids\": [1, \"x\"]} | field 'ids[1]': expected a whole number, found the string 'x'",
        "[]                   | the request must be a JSON object, found a list",
        "\"x\"                | the request must be a JSON object, found the string 'x'",
        "null                 | the request must be a JSON object, found null",
        "{} {}                | the request continues after the end of its JSON object",
      })
  void invalidFields_areNamed(String json, String message) {
    assertThatThrownBy(() -> decode(json)).isInstanceOf(RequestException.class).hasMessage(message);
  }

  @Test
  void invalidJson_namesItsPosition() {
    assertThatThrownBy(() -> decode("{\"name\": }"))
        .isInstanceOf(RequestException.class)
        .hasMessageStartingWith("not valid JSON (line 1, column 10)");
    assertThatThrownBy(() -> decode("{\"name\": \"1\""))
        .isInstanceOf(RequestException.class)
        .hasMessageStartingWith("not valid JSON (line 1, column ");
    assertThatThrownBy(() -> decode("{\"count\": 1, \"count\": 2}"))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining("Duplicate field 'count'");
    assertThatThrownBy(() -> decode(""))
        .hasMessage("the request is empty; a JSON object was expected");
  }

  /// The Lambda binding's mapper ignores unknown fields, but requests must follow the project's rules.
  @Test
  void lenientMapper_stillRefusesUnknownFields() {
    ObjectMapper lenient =
        new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
    assertThatThrownBy(() -> lenient.readValue("{\"nam\": 1}", Sample.class))
        .hasMessage("unknown field 'nam'; expected one of count, ids, name, share")
        .hasRootCauseInstanceOf(RequestException.class);
  }

  @Test
  void controlCharacters_areNotEchoed() {
    assertThatThrownBy(() -> decode("{\"a\\u001b[31m\": 1}"))
        .hasMessageStartingWith("unknown field 'a\\u001b[31m'");
  }

  private static Sample decode(String json) throws IOException {
    return RequestJson.decode(json.getBytes(StandardCharsets.UTF_8), Sample.class);
  }
}
