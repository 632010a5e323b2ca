package com.craftyverse.recsys.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.step.RequestJson;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OpenApiTest {
  private static final String RENEW =
      "renew it with ./mvnw -q test-compile exec:exec@openapi, and commit it";

  @Test
  void document_describesTheFunctionsAsTheyAre() throws IOException {
    List<String> committed = Files.readAllLines(OpenApi.DOCUMENT);
    List<String> generated = OpenApi.generate().lines().toList();
    int same = 0;
    while (same < Math.min(committed.size(), generated.size())
        && committed.get(same).equals(generated.get(same))) {
      same++;
    }
    assertThat(committed.stream().skip(same).limit(1))
        .as("line %d of %s, generated from the sources; %s", same + 1, OpenApi.DOCUMENT, RENEW)
        .isEqualTo(generated.stream().skip(same).limit(1).toList());
  }

  @Test
  void functions_haveExamples() throws IOException {
    assertThat(OpenApi.examples().keySet())
        .as("the functions in src/test/resources/openapi/examples.json")
        .containsExactlyInAnyOrderElementsOf(OpenApi.functions().keySet());
  }

  @Test
  void examples_areRequestsOfTheirFunctions() throws IOException {
    Map<String, Method> functions = OpenApi.functions();
    for (Map.Entry<String, List<JsonNode>> function : OpenApi.examples().entrySet()) {
      Class<?> type = functions.get(function.getKey()).getParameterTypes()[0];
      assertThat(function.getValue()).as(function.getKey()).isNotEmpty();
      for (JsonNode example : function.getValue()) {
        assertThat(RequestJson.decode(example.path("request"), type)).isInstanceOf(type);
      }
    }
  }

  @Test
  void document_hasADescriptionOfEveryField() throws IOException {
    JsonNode document = new ObjectMapper().readTree(Files.readString(OpenApi.DOCUMENT));
    List<String> undescribed = new ArrayList<>();
    for (Map.Entry<String, JsonNode> type :
        document.path("components").path("schemas").properties()) {
      addIfUndescribed(type.getKey(), type.getValue(), undescribed);
      for (Map.Entry<String, JsonNode> field : type.getValue().path("properties").properties()) {
        addIfUndescribed(type.getKey() + "." + field.getKey(), field.getValue(), undescribed);
      }
    }
    assertThat(undescribed).as("records without a doc, or components without a @param").isEmpty();
  }

  private static void addIfUndescribed(String name, JsonNode schema, List<String> undescribed) {
    String description = schema.path("description").asText();
    assertThat(description).as(name).doesNotContain("{@", "](", "\\u");
    if (description.isEmpty()) {
      undescribed.add(name);
    }
  }
}
