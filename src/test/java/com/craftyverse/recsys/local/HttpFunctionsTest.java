package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.storage.ObjectStore;
import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@TestProfile(FreshStore.class)
class HttpFunctionsTest {
  private static final Path SAMPLE = Path.of("data/sample/craftyverse-sample.zip");

  @Inject ObjectStore store;

  @Test
  void page_isAtTheRoot() {
    Http.Answer page = Http.get("/");
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.text()).startsWith("<!doctype html>").contains("src=\"app.js\"");
    assertThat(Http.get("/app.js").status()).isEqualTo(200);
  }

  /// Walks the chain as with curl: each step takes the manifest of the previous one.
  @Test
  void chain_walkedByHand_endsInPredictions() throws IOException {
    store.put("raw/by-hand/sample.zip", Files.readAllBytes(SAMPLE));
    String manifest = step("ingest", "{\"key\": \"raw/by-hand/sample.zip\"}");
    for (String function : List.of("split", "index")) {
      manifest = step(function, "{\"manifest\": \"" + manifest + "\"}");
    }
    manifest = step("train", "{\"manifest\": \"" + manifest + "\", \"factors\": 8, \"epochs\": 3}");
    manifest = step("evaluate", "{\"manifest\": \"" + manifest + "\"}");
    String current = step("publish", "{\"manifest\": \"" + manifest + "\"}");
    assertThat(current).isEqualTo("models/by-hand/current.json");

    Http.Answer answer =
        Http.post(
            "predict",
            "{\"dataset\": \"by-hand\", \"userId\": 2147483647, \"itemIds\": [1, 2147483647]}");
    assertThat(answer.status()).isEqualTo(200);
    JsonNode predictions = answer.json().path("predictions");
    assertThat(predictions).hasSize(2);
    for (JsonNode prediction : predictions) {
      assertThat(prediction.path("rating").asDouble()).isBetween(0.5, 5.0);
      assertThat(prediction.path("source").asText()).isEqualTo("fallback");
    }
    assertThat(predictions.get(1).path("reason").asText())
        .isEqualTo("unknown user and unknown item: the mean of all ratings");

    JsonNode served =
        Http.post("serve", "{\"recommend\": {\"dataset\": \"by-hand\", \"userId\": 483}}").json();
    assertThat(served.path("recommendations")).hasSize(10);
    assertThat(served)
        .isEqualTo(Http.post("recommend", "{\"dataset\": \"by-hand\", \"userId\": 483}").json());
    int item = served.path("recommendations").get(0).path("itemId").asInt();
    assertThat(
            Http.post("similar", "{\"dataset\": \"by-hand\", \"itemId\": " + item + "}")
                .json()
                .path("similar"))
        .hasSize(10);
    assertThat(
            Http.post(
                    "foldIn",
                    "{\"dataset\": \"by-hand\", \"ratings\": [{\"itemId\": "
                        + item
                        + ", \"rating\": 5}]}")
                .json()
                .path("source")
                .asText())
        .isEqualTo("foldIn");
    JsonNode popular = Http.post("popular", "{\"dataset\": \"by-hand\"}").json();
    assertThat(popular.path("popular")).hasSize(10);
    JsonNode unknown =
        Http.post("recommend", "{\"dataset\": \"by-hand\", \"userId\": 2147483647}").json();
    assertThat(unknown.path("source").asText()).isEqualTo("popular");
    assertThat(unknown.path("recommendations").findValuesAsText("itemId"))
        .isEqualTo(popular.path("popular").findValuesAsText("itemId"));
    String user = "{\"dataset\": \"by-hand\", \"userId\": 483, \"n\": 1000";
    JsonNode history = Http.post("history", user + "}").json();
    List<String> times = history.path("ratings").findValuesAsText("time");
    List<String> older =
        Http.post("history", user + ", \"offset\": 1000}").json().findValuesAsText("time");
    assertThat(times.size() + older.size()).isEqualTo(history.path("total").asInt());
    assertThat(times).hasSize(1000).isSortedAccordingTo(Comparator.reverseOrder());
    assertThat(older).isSortedAccordingTo(Comparator.reverseOrder());
    assertThat(times.getFirst()).isEqualTo(Instant.parse(times.getFirst()).toString());
    assertThat(times.getLast()).isGreaterThanOrEqualTo(older.getFirst());
    JsonNode found =
        Http.post("items", "{\"dataset\": \"by-hand\", \"query\": \"" + item + "\", \"n\": 1000}")
            .json();
    assertThat(found.path("items").findValuesAsText("itemId")).contains(String.valueOf(item));
    assertThat(found.path("items")).hasSize(found.path("total").asInt());
    JsonNode info = Http.post("modelInfo", "{\"dataset\": \"by-hand\"}").json();
    assertThat(info.path("sampleUsers")).hasSize(10);
    assertThat(info.path("genres").get(0).path("items").asInt()).isPositive();
    assertThat(info.path("parameters").path("factors").asInt()).isEqualTo(8);
    assertThat(info.path("evaluation").path("testRmse").asDouble()).isPositive();
    JsonNode version =
        Http.post("models", "{\"dataset\": \"by-hand\"}")
            .json()
            .path("datasets")
            .path(0)
            .path("versions")
            .path(0);
    assertThat(version.path("model")).isEqualTo(info.path("model"));
    assertThat(version.path("current").asBoolean()).isTrue();
    for (String same :
        List.of("scoredModel", "trained", "published", "users", "items", "ratings")) {
      assertThat(version.path(same)).as(same).isEqualTo(info.path(same));
    }
    JsonNode test = info.path("evaluation").path("test");
    JsonNode scores = version.path("scores");
    assertThat(scores.path("rmse")).isEqualTo(info.path("evaluation").path("testRmse"));
    assertThat(scores.path("baselineRmse")).isEqualTo(test.path("ratings").path("baselineRmse"));
    assertThat(scores.path("ndcgAt10").path("preference"))
        .isEqualTo(info.path("evaluation").path("testNdcg"));
    assertThat(scores.path("ndcgAt10").path("mostPopular"))
        .isEqualTo(test.at("/ranking/rankers/mostPopular/all/at10/ndcg/value"));
    Http.Answer republished =
        Http.post(
            "publish",
            "{\"dataset\": \"by-hand\", \"model\": \"" + info.path("model").asText() + "\"}");
    assertThat(republished.json().path("cached").asBoolean()).isTrue();
  }

  private static String step(String function, String request) {
    Http.Answer first = Http.post(function, request);
    assertThat(first.status()).as(first.text()).isEqualTo(200);
    assertThat(first.json().path("cached").asBoolean()).as(function).isFalse();
    Http.Answer again = Http.post(function, request);
    assertThat(again.json().path("cached").asBoolean()).as(function + " again").isTrue();
    assertThat(again.json().path("manifest")).isEqualTo(first.json().path("manifest"));
    return first.json().path("manifest").asText();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "ingest   | {}                    | 400 | field 'key' is missing",
        "ingest   | {\"key\": 7} | 400 | field 'key': expected a string, found the number 7",
        "ingest   | {\"ky\": \"raw/x\"}   | 400 | unknown field 'ky'; expected one of append, columns,"
            + " decimal, delimiter, dryRun, encoding, entry, events, feedback, header, ids, key,"
            + " maxBadRows, missing, nameOnly, onBadRow, scale, time",
        "ingest   | {\"key\": \"raw/no.zip\"} | 404 | field 'key': there is no object 'raw/no.zip'"
            + " in the store",
        "ingest   | {\"key\": \"/etc/passwd\"} | 400 | field 'key': the key '/etc/passwd' is"
            + " absolute; a key is relative to the store",
        "ingest   | [1]                   | 400 | the request must be a JSON object, found a list",
        "ingest   | ``                    | 400 | the request is empty; a JSON object was expected",
        "split    | {}                    | 400 | field 'manifest' is missing",
        "split    | {\"manifest\": \"a/manifest.json\"} | 400 | field 'manifest': 'a/manifest.json'"
            + " is not below datasets/, where ingest writes",
        "split    | {\"manifest\": \"../x\"} | 400 | field 'manifest': the key '../x' has a segment"
            + " '..'; a key cannot leave the store",
        "index    | {}                    | 400 | field 'manifest' is missing",
        "index    | {\"manifest\": \"x\", \"seed\": 1.5} | 400 | field 'seed': expected a whole"
            + " number, found the number 1.5",
        "train    | {}                    | 400 | field 'manifest' is missing",
        "train    | {\"manifest\": \"x\", \"factors\": \"many\"} | 400 | field 'factors': expected"
            + " a whole number, found the string 'many'",
        "evaluate | {}                    | 400 | field 'manifest' is missing",
        "publish  | {}                    | 400 | field 'manifest' is missing; name a manifest,"
            + " or a 'dataset' and a 'model'",
        "publish  | {\"dataset\": \"by-hand\", \"model\": \"x\"} | 404 | field 'model': the"
            + " dataset 'by-hand' has no model 'x'",
        "publish  | {\"manifest\": \"models/x\"} | 404 | field 'manifest': there is no object"
            + " 'models/x' in the store",
        "predict  | {\"itemIds\": [1]}   | 400 | field 'userId' is missing; name a"
            + " user, or send 'ratings'",
        "predict  | {\"userId\": 1}       | 400 | field 'itemIds' is missing",
        "predict  | {\"userId\": 1, \"itemIds\": []} | 400 | field 'itemIds' is empty; leave it"
            + " out or name some items",
        "predict  | {\"userId\": 1, \"itemIds\": [1], \"dataset\": \"none\"} | 404 | the dataset"
            + " 'none' has no published model",
        "predict  | {\"userId\": 1, \"itemIds\": [1], \"dataset\": \"../x\"} | 400 | field"
            + " 'dataset': the dataset name '../x' must be letters, digits, '.', '_' and '-', 100"
            + " at most, starting with a letter or digit",
        "recommend | {\"userId\": 1, \"n\": 0} | 400 | field 'n': expected a whole number from 1"
            + " to 1000, found 0",
        "similar  | {\"itemId\": \"one\"} | 400 | field 'itemId': the item ids of this dataset are"
            + " whole numbers, found the string 'one'",
        "foldIn   | {\"ratings\": 1}     | 400 | field 'ratings': expected a list, found the number"
            + " 1",
        "modelInfo | {\"dataset\": \"none\"} | 404 | the dataset 'none' has no published model",
        "serve    | {}                    | 400 | the request has none of the fields predict,"
            + " recommend, similar, foldIn, popular, items, history, models and"
            + " modelInfo; give one",
        "nothing  | {}                    | 404 | there is no function at '/nothing'; the functions are POST /evaluate,"
            + " POST /foldIn, POST /history, POST /index, POST /ingest, POST /items, POST /modelInfo, POST"
            + " /models, POST /popular, POST /predict, POST /publish, POST /recommend, POST /recommendAll, POST /serve, POST"
            + " /similar, POST /split, POST /stop, POST /submit, POST /train",
      })
  void badRequests_areAnsweredWithASentence(
      String function, String request, int status, String error) {
    Http.Answer answer = Http.post(function, request);
    assertThat(answer.error()).isEqualTo(error);
    assertThat(answer.status()).isEqualTo(status);
  }

  @Test
  void uploadsThatAreNoRatings_areUnprocessable() throws IOException {
    store.put("raw/text.zip", "nothing".getBytes(StandardCharsets.UTF_8));
    Http.Answer answer = Http.post("ingest", "{\"key\": \"raw/text.zip\"}");
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.error())
        .isEqualTo(
            "text.zip, line 1: the header is 'nothing', expected a table with columns for the user,"
                + " the item and the rating");
    store.put("raw/short.zip", Uploads.zip(Uploads.HEADER + "1,1,4\n", Uploads.MOVIES));
    assertThat(Http.post("ingest", "{\"key\": \"raw/short.zip\"}").error())
        .isEqualTo(
            "short.zip: set/ratings.csv, line 2, column 6: the row ends after rating; timestamp is"
                + " missing; settings.json: \"onBadRow\": \"skip\"");
    assertThat(store.list("datasets/text/")).isEmpty();
  }

  @Test
  void damagedColumns_areUnprocessable() throws IOException {
    store.put("raw/tiny.zip", Uploads.zip(Uploads.ratings(20, 20), Uploads.MOVIES));
    String manifest =
        Http.post("ingest", "{\"key\": \"raw/tiny.zip\"}").json().path("manifest").asText();
    store.put(manifest.replace("manifest.json", "ratings.arrow"), new byte[100]);
    Http.Answer answer = Http.post("split", "{\"manifest\": \"" + manifest + "\"}");
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.error())
        .endsWith(
            "ratings.arrow: offset 0: no Arrow magic; the file is truncated or not an Arrow file");
  }

  @Test
  void otherMethods_areRefused() {
    Http.Answer answer = Http.get("/ingest?key=raw/x.zip");
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.error()).isEqualTo("ingest takes POST with a JSON object");
  }

  @Test
  void pagesOfOtherOrigins_areRefused() {
    String own = Http.origin();
    for (String origin :
        List.of(
            "http://evil.example", "null", "http://127.0.0.1:3000", "https" + own.substring(4))) {
      Http.Answer answer = Http.post("predict", "{}", "Origin", origin);
      assertThat(answer.status()).as(origin).isEqualTo(403);
      assertThat(answer.error())
          .isEqualTo("requests from '" + origin + "' are not allowed, only from " + own);
    }
    assertThat(Http.post("predict", "{}", "Origin", own).status()).isEqualTo(400);
  }

  @Test
  void requestsOfOtherSites_areRefused() {
    for (String site : List.of("cross-site", "same-site")) {
      Http.Answer answer = Http.post("predict", "{}", "Sec-Fetch-Site", site);
      assertThat(answer.status()).as(site).isEqualTo(403);
      assertThat(answer.error())
          .isEqualTo(
              "requests with Sec-Fetch-Site '"
                  + site
                  + "' are not allowed, only those of pages of "
                  + Http.origin());
    }
    for (String site : List.of("same-origin", "none")) {
      assertThat(Http.post("predict", "{}", "Sec-Fetch-Site", site).status()).isEqualTo(400);
    }
  }

  @Test
  void responses_keepBrowsersFromGuessingTheirType() throws IOException {
    assertThat(rawRequest("localhost")).containsIgnoringCase("x-content-type-options: nosniff");
    assertThat(rawRequest("evil.example")).containsIgnoringCase("x-content-type-options: nosniff");
  }

  @Test
  void otherHostNames_areRefused() throws IOException {
    assertThat(rawRequest("evil.example")).startsWith("HTTP/1.1 421 ");
    assertThat(rawRequest("localhost.evil.example")).startsWith("HTTP/1.1 421 ");
    assertThat(rawRequest("LOCALHOST:8080")).startsWith("HTTP/1.1 400 ");
    assertThat(rawRequest("[::1]:8080")).startsWith("HTTP/1.1 400 ");
  }

  /// Sends a raw request, because the JDK's client does not let a test set `Host`.
  private static String rawRequest(String host) throws IOException {
    int port = ConfigProvider.getConfig().getValue("quarkus.http.test-port", Integer.class);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST /predict HTTP/1.1\r\nHost: "
                  + host
                  + "\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }
}
