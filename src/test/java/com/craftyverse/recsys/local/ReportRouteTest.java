package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.storage.ObjectStore;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(FreshStore.class)
class ReportRouteTest {
  @Inject ObjectStore store;

  @Test
  void report_isServedAtItsKey_withAPolicyWithoutScripts() throws Exception {
    store.put("models/shown/m1/report.html", "<p>é".getBytes(StandardCharsets.UTF_8));
    HttpResponse<String> answer = get("/models/shown/m1/report.html");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("<p>é");
    assertThat(answer.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
    assertThat(answer.headers().allValues("content-security-policy"))
        .containsExactly(
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
                + " frame-ancestors 'none'");
    assertThat(answer.headers().firstValue("x-content-type-options")).contains("nosniff");
  }

  @Test
  void reportOfOtherParameters_isServed() throws Exception {
    store.put("models/shown/m1/report-0f86.html", new byte[] {'x'});
    assertThat(get("/models/shown/m1/report-0f86.html").body()).isEqualTo("x");
  }

  @Test
  void missingReport_isNotFound() throws Exception {
    HttpResponse<String> answer = get("/models/shown/m2/report.html");
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body())
        .isEqualTo(
            "{\n  \"error\" : \"there is no report 'models/shown/m2/report.html' in the store\"\n}");
  }

  @Test
  void otherObjects_areNotServed() throws Exception {
    store.put("models/shown/m1/model.json", new byte[] {'x'});
    store.put("models/shown/current.json", new byte[] {'x'});
    for (String path :
        new String[] {
          "/models/shown/m1/model.json",
          "/models/shown/m1/..%2Fcurrent.json",
          "/models/shown/..%2Fshown%2Fm1/report.html",
          "/models/shown/%2e%2e/report.html",
          "/models/shown/m1/report.html%00"
        }) {
      assertThat(get(path).statusCode()).as(path).isIn(400, 404);
    }
  }

  @Test
  void pagesOfOtherOrigins_areRefused() throws Exception {
    store.put("models/shown/m3/report.html", new byte[] {'x'});
    assertThat(get("/models/shown/m3/report.html", "Origin", "http://evil.example").statusCode())
        .isEqualTo(403);
  }

  private static HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(Http.origin() + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
