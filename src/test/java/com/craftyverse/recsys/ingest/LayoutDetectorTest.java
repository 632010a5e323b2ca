package com.craftyverse.recsys.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.step.RequestException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayoutDetectorTest {
  /// Headers in which people name the four columns. `~` is a line end, `→` a tab.
  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "user_id,book_id,rating~1,2,5~3,4,4~                        ! , ! 0 1 2 -1",
        "\"User-ID\";\"ISBN\";\"Book-Rating\"~\"276725\";\"034545104X\";\"0\"~ ! ; ! 0 1 2 -1",
        "reviewerID,asin,overall,unixReviewTime~A1,B1,5.0,1252800000~ ! , ! 0 1 2 3",
        "asin,overall,reviewTime,unixReviewTime,reviewerID~B1,5.0,\"09 13, 2009\",1252800000,A1~"
            + " ! , ! 4 0 1 3",
        "CustomerID|SKU|Stars|created_at~7|9|5|2019-03-01~           ! | ! 0 1 2 3",
        "date→rating→track→account~2019-03-01 10:00:00→3→9→7~        ! → ! 3 2 1 0",
        "UserID,MovieID,rating,timestamp~1,2,3.5,964982703~          ! , ! 0 1 2 3",
        "user,user_id,item,rating~Ann,7,9,5~Bob,8,9,4~               ! , ! 1 2 3 -1",
        "userId::itemId::rating~1::2::5~                             ! :: ! 0 1 2 -1",
        "user thing stars~7 9 5~8 9 4~                               ! ` ` ! 0 1 2 -1",
      })
  void columns_areKnownByTheirNames(String file, String delimiter, String positions)
      throws IOException {
    RatingsLayout layout = detect(text(file));
    assertThat(layout.separator()).isEqualTo(delimiter.replace('→', '\t'));
    assertThat(layout.header()).isTrue();
    assertThat(positions(layout)).isEqualTo(positions);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "1,2,3.5,964982703~4,5,4.0,964982704~       ! , ! 0 1 2 3",
        "1;2;3,5~4;5;4,0~                           ! ; ! 0 1 2 -1",
        "7 9 3~7 10 4~8 9 2~                        ! ` ` ! 0 1 2 -1",
        "1→→5→→0.219~1→→7→→-9.281~                  ! ` ` ! 0 1 2 -1",
        "1::0114508::8::1381006850~2::0208092::5::1579057827~ ! :: ! 0 1 2 3",
        "A2SUAM1J3GNN3B,0439893577,5.0,1252800000~A3GYPO9JLCUFEF,0000013714,4.0,1252800001~"
            + " ! , ! 0 1 2 3",
        "0439893577,A2SUAM1J3GNN3B,5.0,1252800000~B00000IQJZ,A3GYPO9JLCUFEF,4.0,1252800001~"
            + " ! , ! 1 0 2 3",
        "964982703,7,9,3.5~964982704,8,9,4.0~        ! , ! 1 2 3 0",
        "2019-03-01;7;9;3~2019-03-02;8;9;4~          ! ; ! 1 2 3 0",
      })
  void columnsWithoutNames_areKnownByContentAndPosition(
      String file, String delimiter, String positions) throws IOException {
    RatingsLayout layout = detect(text(file));
    assertThat(layout.separator()).isEqualTo(delimiter);
    assertThat(layout.header()).isFalse();
    assertThat(positions(layout)).isEqualTo(positions);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "7,9              ! int32 ! int32",
        "7,104000100021   ! int32 ! int64",
        "-7,9             ! int64 ! int32",
        "7.0,1e3          ! int32 ! int32",
        "7,0000000021     ! int32 ! utf8",
        "7,007            ! int32 ! utf8",
        "7,0              ! int32 ! int32",
        "9223372036854775807,9223372036854775808 ! int64 ! utf8",
        "6f1a8c1e-0e5f-4a7e-9f43-3f2f3c6c1b1d,tt0111161 ! utf8 ! utf8",
        "März,\"a, b\"    ! utf8 ! utf8",
      })
  void idTypes_areTheNarrowestThatHoldAllIds(String ids, String user, String item)
      throws IOException {
    RatingsLayout layout = detect("user,item,rating\n" + (ids.strip() + ",3\n").repeat(2));
    assertThat(layout.userIdType()).hasToString(user);
    assertThat(layout.itemIdType()).hasToString(item);
  }

  @ParameterizedTest
  @CsvSource({
    "964982703,seconds",
    "964982703.25,seconds",
    "1.4e9,seconds",
    "0,seconds",
    "1404383736000,milliseconds",
    "1404383736000000,microseconds",
    "1404383736000000000,nanoseconds",
    "2014-07-03,date",
    "2014-07-03 10:35:36,date",
    "2014-07-03T10:35:36.123+02:00,date"
  })
  void times_areKnownBySizeAndForm(String time, String format) throws IOException {
    assertThat(detect("user,item,rating,time\n1,2,3," + time + "\n").time()).hasToString(format);
    assertThat(detect("userId,movieId,rating,timestamp\n1,2,3," + time + "\n").time())
        .hasToString(format);
  }

  /// Names of MovieLens are no proof: a file may have them and other values.
  @Test
  void movieLensNames_withPlainlyOtherValues_areAnotherTable() throws IOException {
    assertThat(detect(Uploads.HEADER + "1,2,3.5,964982703\n").name()).isEqualTo("ratings.csv");
    assertThat(detect(Uploads.HEADER).name()).isEqualTo("ratings.csv");
    for (String row : new String[] {"x,2,3.5,9", "1,104000100021,3,9", "1,2,7,9", "1,2,3,9e12"}) {
      assertThat(detect(Uploads.HEADER + (row + "\n").repeat(3)).name()).as(row).isEqualTo("table");
      // A few such values among many good ones are mistakes.
      String rows = "1,2,3.5,964982703\n".repeat(60) + (row + "\n").repeat(5);
      assertThat(detect(Uploads.HEADER + rows).name()).as(row).isEqualTo("ratings.csv");
    }
    assertThat(detect("1\t2\t3\t881250949\n").name()).isEqualTo("u.data");
    assertThat(detect("1::2::3::881250949\n").name()).isEqualTo("ratings.dat");
    assertThat(detect("1::0000002::8::881250949\n").name()).isEqualTo("table without header");
  }

  @Test
  void decimalCommas_areKnownByTheValues() throws IOException {
    assertThat(detect("user;item;rating\n1;2;3,5\n1;3;4\n").decimalComma()).isTrue();
    assertThat(detect("user;item;rating\n1;2;3.5\n1;3;4,5\n").decimalComma()).isFalse();
    assertThat(detect("user,item,rating\n1,2,\"3,5\"\n").decimalComma()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "user,item,rating~1,1,99~1,2,7.25~1,3,-9.5~1,4,0.5~1,5,3~       ! 99",
        "user,item,rating~1,1,0~1,2,0~1,3,0~1,4,7~1,5,8~1,6,9~1,7,10~   ! 0",
        "user,item,rating~1,1,-1~1,2,-1~1,3,7~1,4,8~1,5,9~1,6,10~       ! -1",
        "user,item,rating~1,1,0~1,2,1~1,3,2~1,4,3~1,5,4~1,6,5~1,7,5~    ! ``",
      })
  void valueThatIsPlainlyOffTheGrid_isSuggestedAsMissing(String file, String value)
      throws IOException {
    String hint =
        "the rating "
            + value
            + " may mean that there is none; if so, set \"missing\": ["
            + value
            + "]";
    if (value.isEmpty()) {
      assertThat(detect(text(file)).findings()).noneMatch(finding -> finding.contains("missing"));
    } else {
      assertThat(detect(text(file)).findings()).contains(hint);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "user_id,customer_id,item,rating~1,2,3,4~ ! the user could be column 'user_id' or"
            + " 'customer_id'",
        "user,item,stars,score~1,2,3,4~ ! the rating could be column 'stars' or 'score'",
        "user,item,a,b~1,2,3,4~2,3,4,5~ ! the rating could be column 'a' or 'b'",
        "1,2,3.5,4.5~5,6,1.5,2.5~ ! the rating could be column 3 or 4",
        "a,b,c~x,y,z~ ! no column looks like ratings",
        "user,item,rating~1,2,good~ ! column 'rating' has no numbers; if the rows are choices, set"
            + " \"feedback\": \"choices\"",
        "movieId,title,genres~1,A,B~ ! it has items, but neither users nor ratings",
        "userId,movieId,tag,timestamp~1,2,sad,1139045764~ ! no column looks like ratings",
      })
  void whatHasTwoReadings_isRefusedWithBoth(String file, String problem) {
    assertThatThrownBy(() -> detect(text(file)))
        .isInstanceOf(RequestException.class)
        .hasMessageStartingWith("a.csv, line 1: the header is '")
        .hasMessageContaining("; " + problem + "; ")
        .hasMessageContaining("settings.json: \"columns\": {\"user\": ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '`',
      value = {
        "user_id,item_id~1,2~ ! 0 1 -1 -1 ! there are no ratings; each row is a choice",
        "1,2~3,4~ ! 0 1 -1 -1 ! there are no ratings; each row is a choice",
        "1 2~3 4~ ! 0 1 -1 -1 ! there are no ratings; each row is a choice",
        "visitorid,itemid,timestamp~1,2,1433221332117~ ! 0 1 -1 2 ! there are no ratings; each row"
            + " is a choice",
        "7,12,1433221332~8,13,1433221333~ ! 0 1 -1 2 ! there are no ratings; each row is a choice",
        "user,artist,plays~1,2,13~1,3,1~ ! 0 1 2 -1 ! there are no ratings; column 'plays' counts how"
            + " often users chose items",
        "timestamp,visitorid,event,itemid,transactionid~1433221332117,257597,view,355908,~ ! 1 3 -1"
            + " 0 ! each event is one choice; to weigh them (view), set \"events\": {\"view\": 1}",
        "InvoiceNo,StockCode,Quantity,InvoiceDate,CustomerId,itemId~5,A,6,2010-12-01,17850,8~ ! 4 5"
            + " 2 3 ! there are no ratings; column 'Quantity' counts how often users chose items",
      })
  void tableWithoutRatings_hasChoices(String file, String positions, String finding)
      throws IOException {
    RatingsLayout layout = detect(text(file));
    assertThat(layout.feedback()).isEqualTo(Feedback.CHOICES);
    assertThat(positions(layout)).isEqualTo(positions);
    assertThat(layout.findings()).contains(finding);
  }

  @Test
  void plainCounts_areNoRatings_unlessTheRequestSaysSo() throws IOException {
    StringBuilder plays = new StringBuilder();
    StringBuilder percents = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      plays
          .append(i / 10)
          .append('\t')
          .append(i % 37)
          .append('\t')
          .append(1 + 5000 / (i + 1) + i % 9);
      plays.append('\n');
      percents.append(i / 10).append('\t').append(i % 37).append('\t').append(1 + i * 7 % 100);
      percents.append('\n');
    }
    assertThat(detect(plays.toString()).feedback()).isEqualTo(Feedback.CHOICES);
    assertThat(detect(plays.toString()).names())
        .isEqualTo(new RatingsColumns("1", "2", null, null, "3", null));
    assertThat(detect("user\titem\trating\n" + plays).feedback()).isEqualTo(Feedback.RATINGS);
    assertThat(detect(percents.toString()).feedback()).isEqualTo(Feedback.RATINGS);
    RatingsFormat ratings =
        RatingsFormat.of(IngestRequestBuilder.builder().feedback(Feedback.RATINGS).build());
    assertThat(detect(plays.toString(), ratings).feedback()).isEqualTo(Feedback.RATINGS);
    RatingsFormat choices =
        RatingsFormat.of(IngestRequestBuilder.builder().feedback(Feedback.CHOICES).build());
    RatingsLayout movieLens = detect(Uploads.HEADER + "1,2,3.5,4\n2,3,4.5,5\n", choices);
    assertThat(movieLens.feedback()).isEqualTo(Feedback.CHOICES);
    assertThat(positions(movieLens)).isEqualTo("0 1 -1 3");
  }

  @Test
  void events_haveTheAmountOfTheirWeight() throws IOException {
    RatingsFormat format =
        RatingsFormat.of(
            IngestRequestBuilder.builder()
                .events(Map.of("view", 1.0, "cart", 3.0, "buy", 5.0, "share", 0.0))
                .build());
    RatingsLayout layout = detect("user,item,event\n1,2,view\n", format);
    assertThat(layout.event()).isEqualTo(2);
    assertThat(layout.eventAmounts())
        .isEqualTo(Map.of("view", 1f, "cart", 4f, "buy", 16f, "share", 0f));
    assertThatThrownBy(() -> detect("user,item\n1,2\n", format))
        .hasMessageContaining("; the settings weigh events, but no column has their kind; ");
  }

  @Test
  void request_decides() throws IOException {
    RatingsFormat format =
        RatingsFormat.of(
            IngestRequestBuilder.builder()
                .columns(new RatingsColumns("2", "1", "4", null))
                .header(false)
                .ids(new IdTypes(IdType.UTF8, null))
                .decimal(",")
                .build());
    RatingsLayout layout = detect("1;2;3,5;4,5\n5;6;1,5;2,5\n", format);
    assertThat(positions(layout)).isEqualTo("1 0 3 -1");
    assertThat(layout.userIdType()).isEqualTo(IdType.UTF8);
    assertThat(layout.itemIdType()).isEqualTo(IdType.INT32);
    assertThat(layout.time()).isEqualTo(TimeFormat.NONE);
    assertThat(layout.decimalComma()).isTrue();
    assertThatThrownBy(
            () ->
                detect(
                    "1;2;3\n",
                    RatingsFormat.of(
                        IngestRequestBuilder.builder()
                            .columns(new RatingsColumns("1", "2", "4", null))
                            .build())))
        .hasMessage(
            "a.csv, line 1: there is no column '4'; without a header the columns are named 1 to 3");
  }

  @Test
  void findings_sayWhatWasDetectedAndWhy() throws IOException {
    assertThat(detect(Uploads.HEADER + "1,2,3,4\n").findings()).isEmpty();
    assertThat(
            detect("Kunde;sku;stars;created_at\nK-1;2;3,5;2019-03-01\nK-2;2;4;2019-03-02\n")
                .findings())
        .containsExactly(
            "the values are separated by semicolons, the first line has their names",
            "item: column 'sku', by its name",
            "rating: column 'stars', by its name",
            "timestamp: column 'created_at', by its name",
            "user: column 'Kunde', because no other is left",
            "user ids are texts",
            "times are dates without a zone, taken as UTC",
            "ratings have a decimal comma");
  }

  private static String positions(RatingsLayout layout) {
    return layout.user() + " " + layout.item() + " " + layout.rating() + " " + layout.timestamp();
  }

  private static String text(String file) {
    return file.strip().replace('~', '\n').replace('→', '\t');
  }

  private static RatingsLayout detect(String text) throws IOException {
    return detect(text, RatingsFormat.ANY);
  }

  private static RatingsLayout detect(String text, RatingsFormat format) throws IOException {
    byte[] sample =
        RatingsText.open(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), format.encoding())
            .sample();
    return LayoutDetector.detect(sample, sample.length, format, "a.csv");
  }
}
