package com.craftyverse.recsys.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.step.RequestException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvTableTest {
  private static final List<String> TAGS = List.of("userId", "movieId", "tag", "timestamp");
  private static final String HEADER = "userId,movieId,tag,timestamp\n";

  @Test
  void columnsInAnyOrderExtraColumnsQuotesAndCarriageReturns_areTaken() throws IOException {
    assertThat(
            csv(
                "\uFEFFtag,timestamp,note,movieId,userId\r\n"
                    + "\"sad, \"\"slow\"\"\",40,,5,1\r\n"
                    + "\r\n"
                    + "\"two\nlines\", 50 ,\"x\",\"6\",2\r\n"))
        .containsExactly("1|5|sad, \"slow\"|40", "2|6|two\nlines|50");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "x,5,sad,40      | line 2, column 1: userId is 'x', expected a whole number from 0 to"
            + " 2147483647",
        "1,-5,sad,40     | line 2, column 3: movieId is '-5', expected a whole number from 0 to"
            + " 2147483647",
        "1,,sad,40       | line 2, column 3: movieId is empty, expected a whole number from 0 to"
            + " 2147483647",
        "1,2147483648,sad,40 | line 2, column 3: movieId is '2147483648', expected a whole number"
            + " from 0 to 2147483647",
        "1,5,sad,-4    | line 2, column 9: timestamp is '-4', expected seconds since 1970",
        "1,5,sad,1446909225000 | line 2, column 9: timestamp is '1446909225000', expected"
            + " seconds since 1970 (these look like milliseconds)",
        "1,5,\"sad, \"\"slow\"\"\",x | line 2, column 21: timestamp is 'x', expected seconds"
            + " since 1970",
        "1,5,\"two~lines\",x | line 3, column 8: timestamp is 'x', expected seconds since"
            + " 1970",
        "1,5,Amélie 𝄞,x   | line 2, column 14: timestamp is 'x', expected seconds since" + " 1970",
        "1,5,sad,\"x\"   | line 2, column 10: timestamp is 'x', expected seconds since 1970",
        "1,5             | line 2, column 4: the row ends after movieId; tag is missing",
        "1,5,\"sad\"      | line 2, column 10: the row ends after tag; timestamp is missing",
        "1,5,sad,40,7    | line 2, column 11: the row continues after timestamp; expected 4 values",
        "1,5,\"sad\"x,40  | line 2, column 5: unexpected text after the closing quote; rest of"
            + " the file skipped",
        "\"1\"x,5,sad,40  | line 2, column 1: unexpected text after the closing quote; rest of"
            + " the file skipped",
        "1,5,sad,\"40     | line 2, column 10: the quote before this is never closed; rest of the"
            + " file skipped",
      })
  void malformedRow_isReportedWithPlaceAndExpectation(String row, String message) {
    assertThatThrownBy(() -> csv(HEADER + row.replace('~', '\n') + "\n"))
        .isInstanceOf(RequestException.class)
        .hasMessage("tags.csv, " + message);
  }

  @Test
  void unclosedQuote_isLimitedToTheLengthOfARow() {
    assertThatThrownBy(() -> csv(HEADER + "1,5,\"sad,40\n" + "2,6,slow,50\n".repeat(100_000)))
        .hasMessage(
            "tags.csv, line 2, column 5: a row of more than 1048576 characters; is a quote not"
                + " closed?; rest of the file skipped");
    assertThatThrownBy(() -> csv("x,".repeat(600_000)))
        .hasMessage(
            "tags.csv, line 1, column 1048577: a row of more than 1048576 characters; is a quote"
                + " not closed?");
  }

  @Test
  void otherHeaders_areReported() {
    assertThatThrownBy(() -> csv("userId,movieId,tag\n1,5,sad\n"))
        .hasMessage(
            "tags.csv, line 1: the header is 'userId,movieId,tag', expected"
                + " userId,movieId,tag,timestamp");
    assertThatThrownBy(() -> csv(""))
        .hasMessage("tags.csv is empty; expected the header userId,movieId,tag,timestamp");
  }

  @Test
  void badLinesWithoutHeader_areReportedWithTheirPlace() throws IOException {
    assertThat(dat("15::4973::a :: b::1215184630\n\n"))
        .containsExactly("15|4973|a :: b|1215184630");
    assertThatThrownBy(() -> dat("1::2::sad::40\n15::4973::slow::soon\n"))
        .hasMessage(
            "tags.csv, line 2, column 17: timestamp is 'soon', expected seconds since 1970");
    assertThatThrownBy(() -> dat("15::4973\n"))
        .hasMessage("tags.csv, line 1, column 9: the row ends after movieId; tag is missing");
    assertThatThrownBy(
            () ->
                Movies.fromItemFile(
                    stream("1|Toy (1995)|01-Jan-1995||http://x|0\n"),
                    UTF_8,
                    "u.item",
                    new BadRows(0),
                    RatingsLayout.U_DATA))
        .hasMessage("u.item, line 1, column 37: the row ends after unknown; Action is missing");
  }

  @Test
  void goodRows_areKept_alsoInAFileWithABadQuote() throws IOException {
    BadRows badRows = BadRows.unlimited();
    List<String> rows = new ArrayList<>();
    String csv =
        HEADER
            + "1,5,\"a\",\"40\"\n2,6,b,soon\n3.0,7.0,c,5e1\n4,8,\"d\",\"60\"\n"
            + "5,9,\"the \"best\" film\",70\n6,9,e,80\n";
    new CsvTable("tags.csv", TAGS, badRows).readCsv(stream(csv), UTF_8, row -> rows.add(text(row)));
    assertThat(rows).containsExactly("1|5|a|40", "3|7|c|50", "4|8|d|60");
    assertThat(badRows.count()).isEqualTo(2);
    assertThat(badRows.examples())
        .containsExactly(
            "tags.csv, line 3, column 7: timestamp is 'soon', expected seconds since 1970",
            "tags.csv, line 6, column 5: unexpected text after the closing quote; rest of the"
                + " file skipped");
  }

  private static List<String> csv(String csv) throws IOException {
    List<String> rows = new ArrayList<>();
    new CsvTable("tags.csv", TAGS, new BadRows(0))
        .readCsv(stream(csv), UTF_8, row -> rows.add(text(row)));
    return rows;
  }

  private static List<String> dat(String dat) throws IOException {
    List<String> rows = new ArrayList<>();
    new CsvTable("tags.csv", TAGS, new BadRows(0))
        .readLines(stream(dat), UTF_8, 2, Tags::fields, row -> rows.add(text(row)));
    return rows;
  }

  private static String text(CsvRow row) {
    return row.number(0) + "|" + row.number(1) + "|" + row.text(2) + "|" + row.seconds(3);
  }

  private static ByteArrayInputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }
}
