package com.craftyverse.recsys.local;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.ingest.DetectedFormat;
import com.craftyverse.recsys.ingest.Ingest;
import com.craftyverse.recsys.ingest.IngestRequest;
import com.craftyverse.recsys.ingest.IngestResult;
import com.craftyverse.recsys.ingest.RatingsColumns;
import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectInfo;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Invented files in the shapes of public data sets, from the upload to recommendations.
class AnyTableTest {
  @TempDir Path directory;
  private LocalObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
  }

  /// Rows of 30 users and 40 items with ratings from 1 to 5, half of the pairs.
  private static String rows(String header, String format) {
    StringBuilder text = new StringBuilder(header);
    for (int user = 1; user <= 30; user++) {
      for (int item = user % 2; item < 40; item += 2) {
        int rating = 1 + (user * 7 + item * 3) % 5;
        text.append(format.formatted(user, item + 1, rating, 1_400_000_000 + 997 * item + user));
      }
    }
    return text.toString();
  }

  @Test
  void goodbooks_hasNoTimes_andManyFiles() throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("goodbooks/book_tags.csv", "goodreads_book_id,tag_id,count\n1,30574,167697\n");
    files.put("goodbooks/to_read.csv", "user_id,book_id\n9,8\n");
    files.put("goodbooks/ratings.csv", rows("user_id,book_id,rating\n", "%d,%d,%d\n"));
    files.put(
        "goodbooks/books.csv",
        "book_id,goodreads_book_id,isbn,authors,original_publication_year,title\n"
            + "1,27,439023483,\"A, B\",2008.0,\"Games, The\"\n2,3,x,C,-720.0,Odd\n");
    store.put("raw/goodbooks.zip", Uploads.zip(files));
    IngestResult result = new Ingest(store).run(IngestRequest.of("raw/goodbooks.zip"));
    assertThat(result.figures().ratings()).isEqualTo(600);
    assertThat(result.figures().items()).isEqualTo(2);
    assertThat(format(result).time()).isEqualTo("none");
    assertThat(result.figures().scale()).hasToString("RatingScale[min=1.0, max=5.0, step=1.0]");
    LocalPipeline.Outcome outcome = chain("raw/goodbooks.zip");
    // What was popular lately is what is popular.
    String model =
        Json.read(store.read(outcome.model() + "model.json").content(), Card.class, "model")
            .scoredModel();
    JsonNode rankers =
        Json.read(
                store.read("models/goodbooks/" + model + "/evaluation.json").content(),
                Evaluation.class,
                "evaluation")
            .figures()
            .at("/test/ranking/rankers");
    assertThat(rankers.path("recentlyPopular")).isEqualTo(rankers.path("mostPopular")).isNotEmpty();
  }

  @Test
  void bookCrossing_hasSemicolonsQuotesTextIdsAnd1252() throws IOException {
    String ratings =
        rows("\"User-ID\";\"ISBN\";\"Book-Rating\"\n", "\"%d\";\"04502%04dX\";\"%d\"\n");
    store.put(
        "raw/bx/BX-Book-Ratings.csv",
        (ratings + "\"7\";\"Größe \";\"0\"\n").getBytes(Charset.forName("windows-1252")));
    put("raw/bx/settings.json", "{\"missing\": [0]}");
    IngestResult result = new Ingest(store).run(IngestRequest.of("raw/bx/BX-Book-Ratings.csv"));
    assertThat(result.figures().ratings()).isEqualTo(600);
    assertThat(result.figures().missingRatings()).isEqualTo(1);
    assertThat(format(result).encoding()).isEqualTo("windows-1252");
    assertThat(result.figures().minItemId()).isEqualTo(Id.of("045020001X"));
    chain("raw/bx/BX-Book-Ratings.csv");
  }

  @Test
  void jester_hasRunsOfTabsAndContinuousRatings() throws IOException {
    put("raw/jester_ratings.dat", rows("", "%d\t\t%d\t\t%d.219\n"));
    IngestResult result = new Ingest(store).run(IngestRequest.of("raw/jester_ratings.dat"));
    assertThat(result.figures().scale())
        .hasToString("RatingScale[min=1.219, max=5.219, step=null]");
    chain("raw/jester_ratings.dat");
  }

  @Test
  void amazon_hasNoHeaderAndItemsFirst() throws IOException {
    put("raw/books.csv", rows("", "%2$s0439893577,A%1$sQ,%3$s.0,%4$s\n").replace("0439893577", ""));
    put("raw/amazon.csv", rows("user,item,rating,timestamp\n", "A%dQX,00%08d,%d.0,%d\n"));
    IngestResult result = new Ingest(store).run(IngestRequest.of("raw/amazon.csv"));
    assertThat(format(result).itemIdType()).hasToString("utf8");
    chain("raw/amazon.csv");
  }

  @Test
  void movieTweetings_hasLeadingZerosAndTenPoints() throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("latest/ratings.dat", rows("", "%d::%07d::%d::%d\n").replace("::5::", "::10::"));
    files.put("latest/movies.dat", "0000001::Road (1995)::Drama|War\n0000002::Harbour (1994)::\n");
    files.put("latest/users.dat", "1::139564917\n2::522540374\n");
    store.put("raw/tweetings.zip", Uploads.zip(files));
    IngestResult result = new Ingest(store).run(IngestRequest.of("raw/tweetings.zip"));
    assertThat(requireNonNull(result.figures().scale()).max()).isEqualTo(10);
    assertThat(result.figures().items()).isEqualTo(2);
    assertThat(result.figures().minItemId()).isEqualTo(Id.of("0000001"));
    chain("raw/tweetings.zip");
  }

  @Test
  void filmTrust_hasBlanks() throws IOException {
    put("raw/ratings.txt", rows("", "%d %d %d.5\n"));
    IngestResult result = new Ingest(store).run(IngestRequest.of("raw/ratings.txt"));
    assertThat(result.dataset()).isEqualTo("ratings");
    assertThat(result.figures().scale()).hasToString("RatingScale[min=1.5, max=5.5, step=0.5]");
    chain("raw/ratings.txt");
  }

  @Test
  void lastFm_hasPlayCounts() throws IOException {
    put("raw/lastfm/user_artists.dat", rows("userID\tartistID\tweight\n", "%d\t%d\t1%d3\n"));
    put(
        "raw/lastfm/settings.json",
        "{\"columns\": {\"user\": \"userID\", \"item\": \"artistID\", \"count\": \"weight\"}}");
    IngestResult result = new Ingest(store).run(IngestRequest.of("raw/lastfm/user_artists.dat"));
    assertThat(result.figures().feedback()).isEqualTo(Feedback.CHOICES);
    assertThat(result.figures().ratings()).isEqualTo(600);
    assertThat(result.figures().minRating()).isEqualTo(113);
    chain("raw/lastfm/user_artists.dat");
  }

  @Test
  void amazonReviews_areJsonLines() throws IOException {
    put(
        "raw/reviews_2014.json",
        rows(
            "",
            "{\"reviewerID\": \"A%dX\", \"asin\": \"B%09d\", \"helpful\": [0, 0], \"reviewText\": \"Good,"
                + " \\\"really\\\"\", \"overall\": %d.0, \"unixReviewTime\": %d, \"reviewTime\": \"09 13,"
                + " 2009\"}\n"));
    IngestResult result = new Ingest(store).run(IngestRequest.of("raw/reviews_2014.json"));
    assertThat(result.dataset()).isEqualTo("reviews_2014");
    assertThat(format(result).table()).isEqualTo("json lines");
    assertThat(format(result).columns())
        .isEqualTo(new RatingsColumns("reviewerID", "asin", "overall", "unixReviewTime"));
    chain("raw/reviews_2014.json");
    put(
        "raw/Books.jsonl",
        rows(
            "",
            "{\"user_id\": \"A%dX\", \"asin\": \"B%09d\", \"rating\": %d.0, \"timestamp\": %d000,"
                + " \"parent_asin\": \"B1\", \"title\": \"T\", \"images\": [{\"a\": 1}]}\n"));
    result = new Ingest(store).run(IngestRequest.of("raw/Books.jsonl"));
    assertThat(format(result).time()).isEqualTo("milliseconds");
    assertThat(result.figures().ratings()).isEqualTo(600);
  }

  @Test
  void retailRocket_hasEvents() throws IOException {
    String events =
        rows("timestamp,visitorid,event,itemid,transactionid\n", "%4$d000,%1$d,view,%2$d,\n");
    put("raw/rocket/events.csv", events + "1400000001000,1,transaction,3,4000\n");
    put(
        "raw/rocket/settings.json",
        "{\"events\": {\"view\": 1, \"addtocart\": 3, \"transaction\": 5}}");
    IngestResult result = new Ingest(store).run(IngestRequest.of("raw/rocket/events.csv"));
    assertThat(result.figures().feedback()).isEqualTo(Feedback.CHOICES);
    assertThat(format(result).time()).isEqualTo("milliseconds");
    assertThat(result.figures().maxRating()).isBetween(16f, 17f);
    chain("raw/rocket/events.csv");
  }

  @Test
  void steam_hasNamesOfGamesAndHours() throws IOException {
    put(
        "raw/steam/steam-200k.csv",
        rows("", "%d,\"The Game, Part %d\",purchase,1.0,0\n")
            + rows("", "%d,\"The Game, Part %d\",play,%d.3,0\n"));
    put(
        "raw/steam/settings.json",
        "{\"columns\": {\"user\": \"1\", \"item\": \"2\", \"count\": \"4\"}}");
    IngestResult result = new Ingest(store).run(IngestRequest.of("raw/steam/steam-200k.csv"));
    assertThat(result.figures().feedback()).isEqualTo(Feedback.CHOICES);
    assertThat(result.figures().ratings()).isEqualTo(600);
    assertThat(result.figures().duplicates()).isEqualTo(600);
    assertThat(result.figures().minRating()).isEqualTo(2.3f);
    chain("raw/steam/steam-200k.csv");
  }

  @Test
  void longIdsAndMilliseconds() throws IOException {
    put("raw/long.csv", rows(Uploads.HEADER, "-%d,1040001%05d,%d,%d000\n"));
    IngestResult result = new Ingest(store).run(IngestRequest.of("raw/long.csv"));
    assertThat(format(result).time()).isEqualTo("milliseconds");
    assertThat(result.figures().minTimestamp()).isBetween(1_400_000_000L, 1_400_000_100L);
    assertThat(result.figures().minUserId()).isEqualTo(Id.of(-30));
    chain("raw/long.csv");
  }

  @Test
  void utf16WithDates() throws IOException {
    String text = rows("Kunde;Artikel;stars;date\n", "K-%d;Ä%d;%d;2014-07-03 10:35:%4$s\n");
    store.put(
        "raw/shop/sales.csv",
        text.replaceAll(":14000\\d\\d(\\d)\\d\\d", ":0$1").getBytes(StandardCharsets.UTF_16));
    IngestResult result = new Ingest(store).run(IngestRequest.of("raw/shop/sales.csv"));
    assertThat(format(result).encoding()).isEqualTo("UTF-16");
    assertThat(result.figures().maxItemId()).isEqualTo(Id.of("Ä9"));
  }

  @Test
  void settings_reachEveryStep_andEachStepsIdCoversItsOwnPart() throws IOException {
    put("raw/set/a.csv", rows("user,item,rating,time\n", "%d,%d,%d,%d\n"));
    put(
        "raw/set/settings.json",
        "{\"train\": {\"factors\": 4, \"choiceFactors\": 0, \"epochs\": 2}}");
    LocalPipeline.Outcome first = chain("raw/set/a.csv");
    assertThat(text(first.model() + "model.json")).contains("\"factors\" : 4");
    put(
        "raw/set/settings.json",
        "{\"split\": {\"kind\": \"random\", \"seed\": 7}, \"train\": {\"factors\": 4, \"choiceFactors\": 0, \"epochs\": 2}}");
    LocalPipeline.Outcome second = chain("raw/set/a.csv");
    assertThat(second.index()).isNotEqualTo(first.index());
    assertThat(second.index().split("/")[2]).isEqualTo(first.index().split("/")[2]);

    put("raw/set/settings.json", "{\"train\": {\"factros\": 4}}");
    assertThatThrownBy(() -> chain("raw/set/a.csv"))
        .isInstanceOf(RequestException.class)
        .hasMessageStartingWith(
            "settings.json, train: field 'settings': unknown field 'factros'; expected one of ");
    put("raw/set/settings.json", "{\"split\": [1]}");
    assertThatThrownBy(() -> chain("raw/set/a.csv"))
        .isInstanceOf(RequestException.class)
        .hasMessage("raw/set/settings.json: field 'split': expected an object, found a list");
  }

  private static DetectedFormat format(IngestResult result) {
    return Objects.requireNonNull(result.figures().format());
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Card(String scoredModel) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Evaluation(JsonNode figures) {}

  private LocalPipeline.Outcome chain(String key) throws IOException {
    ObjectInfo upload = store.find(key).orElseThrow();
    RunRecorder recorder = new RunRecorder("1", upload, "any", LocalPipeline.STEPS, _ -> {});
    return new LocalPipeline(store, true, 5, recorder).run(upload);
  }

  private String text(String key) throws IOException {
    return new String(store.read(key).content(), StandardCharsets.UTF_8);
  }

  private void put(String key, String text) throws IOException {
    store.put(key, text.getBytes(StandardCharsets.UTF_8));
  }
}
