package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.openapi.DescribedApi;
import com.craftyverse.recsys.storage.ObjectStore;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(FreshStore.class)
class HealthTest {
  @Inject ObjectStore store;

  @Test
  void live_isUp() throws Exception {
    Http.Answer answer = Http.get("/health/live");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("status").asText()).isEqualTo("UP");
    assertThat(DescribedApi.read().problems("/health/live", "get", 200, answer.json())).isEmpty();
  }

  @Test
  void ready_namesTheStore_whileItAnswers() throws Exception {
    Http.Answer answer = Http.get("/health/ready");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    JsonNode check = answer.json().path("checks").get(0);
    assertThat(check.path("name").asText()).isEqualTo("store");
    assertThat(check.path("data").path("location").asText()).isEqualTo(store.location());
    assertThat(DescribedApi.read().problems("/health/ready", "get", 200, answer.json())).isEmpty();
  }

  @Test
  void ready_isDown_whileTheStoreIsGone() throws Exception {
    Path directory = Path.of(store.location());
    Path moved = Path.of(directory + "-moved");
    Files.move(directory, moved);
    Http.Answer answer;
    try {
      answer = Http.get("/health/ready");
    } finally {
      Files.move(moved, directory);
    }
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.json().path("status").asText()).isEqualTo("DOWN");
    assertThat(answer.json().path("checks").get(0).path("data").path("problem").asText())
        .isEqualTo("the server cannot write to the directory " + directory);
    assertThat(DescribedApi.read().problems("/health/ready", "get", 503, answer.json())).isEmpty();
    assertThat(Http.get("/health/live").status()).isEqualTo(200);
  }

  @Test
  void pagesOfOtherOrigins_areRefused() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(Http.origin() + "/health/ready"))
            .header("Origin", "http://evil.example")
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(403);
    }
  }

  @Test
  void page_isNotServed() {
    assertThat(Http.get("/q/health-ui/").status()).isEqualTo(404);
    assertThat(Http.get("/health-ui/").status()).isEqualTo(404);
  }
}
