package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(FreshStore.class)
class OpenApiRouteTest {
  private static final Path DOCUMENT =
      Path.of("src/main/resources/com/craftyverse/recsys/local/openapi.json");

  @Test
  void get_answersTheDocument() throws Exception {
    HttpResponse<String> answer = send("GET");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).contains("application/json");
    assertThat(answer.headers().firstValue("x-content-type-options")).contains("nosniff");
    assertThat(answer.body()).isEqualTo(Files.readString(DOCUMENT));
  }

  @Test
  void head_answersItsSizeOnly() throws Exception {
    HttpResponse<String> answer = send("HEAD");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValueAsLong("content-length")).hasValue(Files.size(DOCUMENT));
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void otherMethods_areRefused() throws Exception {
    HttpResponse<String> answer = send("POST");
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("allow")).contains("GET, HEAD");
    assertThat(answer.body()).contains("/openapi.json takes GET");
  }

  @Test
  void pagesOfOtherOrigins_areRefused() throws Exception {
    assertThat(send("GET", "Origin", "http://evil.example").statusCode()).isEqualTo(403);
    assertThat(send("GET", "Sec-Fetch-Site", "cross-site").statusCode()).isEqualTo(403);
    assertThat(send("GET", "Sec-Fetch-Site", "same-origin").statusCode()).isEqualTo(200);
  }

  private static HttpResponse<String> send(String method, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(Http.origin() + "/openapi.json"))
            .method(method, BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}
