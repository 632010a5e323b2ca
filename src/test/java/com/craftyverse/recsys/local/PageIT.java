package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.step.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/// Uses the page in a real browser, on the jar built by `package`. `target/screenshots` has each state of it.
class PageIT {
  private static final Path SAMPLE = Path.of("data/sample/craftyverse-sample.zip");

  /// For a machine that is busy with other things, too.
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private static final String HOSTILE = "<img src=x onerror=document.title='taken'>";
  private static final int FIRST_PAINT_BYTES = 100_000;

  @TempDir static Path profile;
  private static Optional<Browser> started = Optional.empty();

  @TempDir Path store;
  private Browser browser;
  private Process server;
  private int port;

  @BeforeAll
  static void startBrowser() throws IOException {
    started = Browser.start(profile);
    assumeTrue(
        started.isPresent(),
        "the page is not tested: no chromium and chromedriver on the path (Debian: apt-get install"
            + " chromium chromium-driver)");
  }

  @AfterAll
  static void stopBrowser() {
    started.ifPresent(Browser::close);
  }

  @BeforeEach
  void start() throws Exception {
    browser = started.orElseThrow();
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    startServer();
    browser.open("http://localhost:" + port + "/");
    browser.awaitText("#server", "No model yet");
  }

  @AfterEach
  void stop() throws InterruptedException {
    stopServer();
  }

  private void startServer() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules=jdk.incubator.vector",
            "-jar",
            "target/quarkus-app/quarkus-run.jar");
    builder.environment().put("QUARKUS_HTTP_PORT", String.valueOf(port));
    builder.environment().put("RECSYS_STORE", store.toString());
    builder.environment().put("RECSYS_SAMPLE", SAMPLE.toString());
    builder.environment().put("RECSYS_REFRESH", "0s");
    server =
        builder
            .redirectErrorStream(true)
            .redirectOutput(Path.of("target/page-server.log").toFile())
            .start();
    Await.value(
        Duration.ofSeconds(60),
        "the server",
        () -> {
          try (var socket = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
            return Optional.of(socket.isConnected());
          } catch (IOException e) {
            assertThat(server.isAlive()).as("see target/page-server.log").isTrue();
            return Optional.empty();
          }
        });
  }

  private void stopServer() throws InterruptedException {
    server.destroyForcibly().waitFor();
  }

  @Test
  void sample_isUploadedTrainedAndTried() throws Exception {
    assertThat((Long) bytesOfThePage()).isBetween(10_000L, (long) FIRST_PAINT_BYTES);
    browser.shoot("empty");

    browser.chooseFile(SAMPLE);
    browser.awaitText(".facts", "100,000");
    browser.awaitText(".facts", "MovieLens, with a header");
    assertThat(browser.texts(".columns tbody th"))
        .containsExactly("userId", "movieId", "rating", "timestamp");
    browser.shoot("preview");
    browser.reload();
    browser.awaitText(".facts", "100,000");

    // The curves grow epoch by epoch.
    browser.run(
        """
        window.lengths = new Set();
        new MutationObserver(() => {
          const curve = document.querySelector('.plot path.rating:not(.dot)');
          lengths.add(curve ? curve.getAttribute('d').split(' ').length : 0);
        }).observe(document.getElementById('pipeline'), {subtree: true, childList: true, characterData: true});
        """);
    browser.press("Train a model");
    browser.awaitText(LIMIT, ".chart", "RMSE by epoch");
    browser.shoot("running");
    browser.awaitText(LIMIT, ".say", "craftyverse-sample is published");
    assertThat((Long) browser.run("return lengths.size")).isGreaterThan(5L);
    assertThat(
            browser.texts(".steps .done b").stream()
                .map(text -> text.lines().findFirst().orElse("")))
        .containsExactly("ingest", "split", "index", "train", "evaluate", "refit", "publish");
    assertThat(browser.texts(".result dt").getFirst()).startsWith("RMSE of predicted ratings");
    assertThat(browser.texts(".result small")).anyMatch(text -> text.startsWith("biases alone 0."));
    assertThat(browser.texts(".result small")).anyMatch(text -> text.startsWith("most popular 0."));

    // By keyboard: search, choose, rate with half stars.
    browser.awaitText(".answer h3", "Popular lately");
    browser.type("body", "/");
    browser.keys("bridge");
    browser.awaitText(".options", "Bridge");
    browser.shoot("search");
    browser.keys(Keys.ARROW_DOWN, Keys.ENTER);
    browser.keys(Keys.END, Keys.ARROW_LEFT);
    browser.awaitText(".mine output", "4.5");
    browser.awaitText(".answer h3", "Recommended for you");
    browser.awaitText(".because", "because you rated");
    List<String> before = browser.texts(".items strong");
    assertThat(before).hasSize(10);
    browser.type(".mine + .heading + .mine li:first-child input", Keys.HOME, Keys.ARROW_RIGHT);
    browser.awaitText(".row.heading", "2 ratings of yours");
    browser.awaitText(".request pre", "\"rating\":0.5");
    Await.value(
        LIMIT,
        "other recommendations",
        () -> browser.texts(".items strong").equals(before) ? Optional.empty() : Optional.of(true));
    browser.shoot("ready");

    browser.choose(".filters select", genreOption("Comedy"));
    Await.value(
        LIMIT,
        "only comedies",
        () ->
            browser.texts(".items .genres").stream().allMatch(genres -> genres.contains("Comedy"))
                ? Optional.of(true)
                : Optional.empty());
    browser.type("input[aria-label='From year']", "2090");
    browser.awaitText(".answer .nothing", "No item passes these filters");
    browser.shoot("filtered-to-nothing");
    browser.replace("input[aria-label='From year']", "1980");
    browser.find(".items > li");

    browser.click(".items summary");
    browser.awaitText(".near", "Similar to");
    browser.awaitText(".near .call", "POST /similar");
    browser.awaitText(".near ol", "0.");
    browser.shoot("similar");

    browser.click(".switch label:nth-child(2)");
    browser.awaitText(".answer h3", "What the model recommends to user");
    browser.awaitText(".history", "19");
    browser.awaitText(".because", "because they rated");
    browser.shoot("known-user");
    browser.replace(".search input", "nobody");
    browser.awaitText(".refused", "userId");

    browser.click(".switch label:nth-child(3)");
    browser.awaitText(".answer h3", "Popular lately");
    browser.awaitText(".request pre", "\"period\":\"recent\"");
    browser.shoot("popular");

    browser.reload();
    browser.awaitText(".answer h3", "Popular lately");
    browser.click(".switch label:first-child");
    browser.awaitText(".row.heading", "2 ratings of yours");
    assertThat(browser.console()).isEmpty();

    assertThat(browser.texts(".result .more"))
        .singleElement()
        .asString()
        .matches("(?s)Report\\s+of [0-9a-f]{10}");
    String model = browser.texts(".models .current code").getFirst();
    browser.click(".models .current a.link");
    browser.awaitText(".verdict", "Accepted");
    browser.awaitText(".ids", "craftyverse-sample, model ");
    browser.shoot("report-of-the-sample");
    assertThat(browser.console()).isEmpty();
    assertThat((String) browser.run("return location.pathname"))
        .matches("/models/craftyverse-sample/" + model + "[0-9a-f]{10}/report.html");
  }

  @Test
  void choicesEventsAndTablesOfAZip_areCorrected() throws Exception {
    StringBuilder events = new StringBuilder("user,item,event,timestamp\n");
    StringBuilder plays = new StringBuilder("user,item,plays,timestamp\n");
    for (int i = 0; i < 400; i++) {
      String pair = i / 10 + "," + i % 23 + ",";
      events
          .append(pair)
          .append(i % 9 == 0 ? "buy," : "view,")
          .append(1_500_000_000 + i)
          .append('\n');
      plays.append(pair).append(1 + i % 5).append(',').append(1_500_000_000 + i).append('\n');
    }
    browser.drop("clicks.csv", events.toString().getBytes(StandardCharsets.UTF_8));
    browser.awaitText(".facts", "1 each");
    browser.replace("input[name=events]", "view 1, buy 3");
    browser.awaitText(".facts", "1 to 4");
    browser.awaitText(".preview .call", "\"events\":{\"view\":1,\"buy\":3}");
    browser.shoot("events");
    browser.press("Discard");

    browser.drop(
        "plays.zip",
        Uploads.zip(Map.of("plays.csv", plays.toString(), "ratings.csv", events.toString())));
    browser.replace("input[name=entry]", "plays.csv");
    browser.awaitText(".facts", "1 to 5");
    browser.choose("select[name=feedback]", "Ratings");
    browser.awaitText(".facts", "Scale");
    browser.awaitText(".preview .call", "\"feedback\":\"ratings\"");
    browser.choose("select[name=feedback]", "Choices");
    browser.awaitText(".facts", "Amounts");
    browser.press("Discard");
    assertThat(browser.console()).isEmpty();
  }

  @Test
  void columns_areCorrected_earlierVersionIsPublishedAgain_andALostServerComesBack()
      throws Exception {
    // Two columns of numbers besides the stars could both be the item.
    String reviews =
        new String(ratings("who;what;stars;when\n", ';', 0), StandardCharsets.UTF_8)
            .replace("\n", ";7\n")
            .replaceFirst(";7", ";size");
    browser.drop("reviews.csv", reviews.getBytes(StandardCharsets.UTF_8));
    browser.awaitText(".refusal", "reviews.csv, line 1: the header is 'who;what;stars;when;size'");
    browser.awaitText(".preview", "Choose which column holds each of these");
    browser.shoot("unknown-columns");
    browser.choose("select[aria-label='who means']", "User");
    browser.reload();
    browser.choose("select[aria-label='who means']", "User");
    browser.choose("select[aria-label='what means']", "Item");
    browser.awaitText(".facts", "Table, columns as chosen");
    browser.awaitText(".preview .call", "\"delimiter\":\";\"");
    browser.shoot("corrected-columns");
    browser.press("Train a model");
    browser.awaitText(LIMIT, ".say", "reviews is published");

    browser.drop("ratings.csv", ratings("userId,movieId,rating,timestamp\n", ',', 0, "1,2,9,1\n"));
    browser.awaitText(".refusal", "ratings.csv, line 2");
    browser.press("Discard");

    for (int seed = 0; seed < 2; seed++) {
      browser.drop("shop.zip", shop(seed));
      browser.awaitText(".facts", "MovieLens, with a header");
      if (seed == 1) {
        browser.click("input[name=append]");
        browser.awaitText(".preview .call", "\"append\":true");
        browser.click("input[name=append]");
      }
      browser.press("Train a model");
      // A reload in the middle finds the run again.
      browser.awaitText(".say", "shop");
      browser.reload();
      // So small a set gives no verdict: the first model is published, another one only by
      // decision.
      browser.awaitText(
          LIMIT, ".say", seed == 0 ? "shop is published" : "shop is trained, not published");
      browser.awaitText(".result .gate", "Too little evidence");
      int versions = seed + 1;
      Await.value(
          LIMIT,
          "version " + versions,
          () ->
              browser.texts(".models tbody tr").size() == versions
                  ? Optional.of(true)
                  : Optional.empty());
    }
    browser.awaitText(".items", HOSTILE);
    assertThat((String) browser.run("return document.title")).isEqualTo("craftyverse-recsys");
    assertThat((Long) browser.run("return document.querySelectorAll('main img').length")).isZero();
    assertThat(
            (Boolean)
                browser.run(
                    """
                    const script = document.createElement('script');
                    script.textContent = 'window.inlineRan = true';
                    document.body.append(script);
                    return window.inlineRan === undefined;
                    """))
        .as("the policy stops a script within the page")
        .isTrue();
    assertThat(browser.console())
        .singleElement()
        .asString()
        .contains("violates the following Content Security Policy directive");

    String earlier = browser.texts(".models .current code").getFirst();
    browser.press("Publish");
    assertThat((String) browser.run("return document.activeElement.textContent"))
        .isEqualTo("Keep " + earlier);
    browser.awaitText("dialog .hold", "Too little evidence");
    browser.awaitText("dialog .main", "Publish anyway");
    browser.shoot("publish-dialog");
    publishInPlaceOf(earlier);

    String later = browser.texts(".models .current code").getFirst();
    browser.press("Publish again");
    assertThat((String) browser.run("return document.activeElement.textContent"))
        .isEqualTo("Keep " + later);
    publishInPlaceOf(later);
    assertThat(browser.texts(".models .current code")).containsExactly(earlier);
    browser.awaitText("#try-note", earlier);
    browser.shoot("published-again");

    stopServer();
    browser.awaitText("#offline", "No answer from the server at localhost:" + port);
    browser.shoot("no-answer");
    startServer();
    browser.awaitText("#server", "Answering");
    assertThat(browser.texts("#offline")).containsExactly("");
    browser.awaitText(".models .current code", earlier);
  }

  /// Confirms the dialog and waits until another version answers.
  private void publishInPlaceOf(String serving) throws Exception {
    browser.click("dialog .main");
    Await.value(
        LIMIT,
        "the other version",
        () ->
            browser.texts(".models .current code").equals(List.of(serving))
                    || browser.texts(".models .current").isEmpty()
                ? Optional.empty()
                : Optional.of(true));
  }

  /// What the browser received for the page, compressed as it was sent.
  private Object bytesOfThePage() {
    return browser.run(
        """
        return performance.getEntriesByType('navigation')
          .concat(performance.getEntriesByType('resource').filter(entry => /\\.(js|css)$/.test(entry.name)))
          .reduce((sum, entry) => sum + entry.transferSize, 0);
        """);
  }

  private String genreOption(String genre) {
    return browser.texts(".filters option").stream()
        .filter(option -> option.startsWith(genre + " ("))
        .findFirst()
        .orElseThrow();
  }

  /// Two thousand ratings of 60 users and 50 items, one an hour.
  private static byte[] ratings(String header, char delimiter, int seed, String... more) {
    StringBuilder csv = new StringBuilder(header);
    for (String row : more) {
      csv.append(row);
    }
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      int user = 1 + random.nextInt(60);
      int item = 1 + (int) (50 * random.nextDouble() * random.nextDouble());
      int stars = 1 + (user * 7 + item * 3 + random.nextInt(2)) % 5;
      csv.append(user).append(delimiter).append(item).append(delimiter);
      csv.append(stars).append(delimiter).append(1_500_000_000L + 3_600L * i).append('\n');
    }
    return csv.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] shop(int seed) {
    StringBuilder items = new StringBuilder("movieId,title,genres\n");
    for (int item = 1; item <= 50; item++) {
      items.append(item).append(",\"").append(HOSTILE).append(' ').append(item).append("\",");
      items.append(item % 2 == 0 ? "Tools\n" : "Toys|Tools\n");
    }
    return Uploads.zip(
        new String(ratings("userId,movieId,rating,timestamp\n", ',', seed), StandardCharsets.UTF_8),
        items.toString());
  }
}
