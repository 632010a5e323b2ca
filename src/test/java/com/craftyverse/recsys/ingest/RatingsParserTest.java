package com.craftyverse.recsys.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.step.RatingScale;
import com.craftyverse.recsys.step.RequestException;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RatingsParserTest {
  private static final String HEADER = Uploads.HEADER;

  @Test
  void plainRows() throws IOException {
    assertThat(parse(HEADER + "1,2,4.0,964982703\n2147483647,0,0.5,0\n"))
        .containsExactly("1,2,4.0,964982703", "2147483647,0,0.5,0");
  }

  @Test
  void carriageReturnsByteOrderMarkBlankLinesAtTheEndAndNoLastNewline_areTaken()
      throws IOException {
    assertThat(parse("\uFEFFuserId,movieId,rating,timestamp\r\n1,2,4,3\r\n\r\n\r\n"))
        .containsExactly("1,2,4.0,3");
    assertThat(parse(HEADER + "1,2,3.5,4")).containsExactly("1,2,3.5,4");
    assertThat(parse(HEADER + "1,2,3.5,4\r")).containsExactly("1,2,3.5,4");
  }

  @Test
  void headerWithoutRows_isNoRows() throws IOException {
    assertThat(parse(HEADER)).isEmpty();
    assertThat(parse("userId,movieId,rating,timestamp")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x,2,3,4     | line 2, column 1: userId is 'x', expected a whole number from 0 to"
            + " 2147483647",
        "-1,2,3,4    | line 2, column 1: userId is '-1', expected a whole number from 0 to"
            + " 2147483647",
        "+5,2,3,4    | line 2, column 1: userId is '+5', expected a whole number from 0 to"
            + " 2147483647",
        "2147483648,2,3,4 | line 2, column 1: userId is '2147483648', expected a whole number from"
            + " 0 to 2147483647",
        ",2,3,4      | line 2, column 1: userId is empty, expected a whole number from 0 to"
            + " 2147483647",
        "1,2x,3,4    | line 2, column 3: movieId is '2x', expected a whole number from 0 to"
            + " 2147483647",
        "1,2.5,3,4   | line 2, column 3: movieId is '2.5', expected a whole number from 0 to"
            + " 2147483647",
        "1,2,NaN,4   | line 2, column 5: rating is 'NaN', expected a number from 0.5 to 5.0",
        "1,2,1e3,4   | line 2, column 5: rating is '1e3', expected a number from 0.5 to 5.0",
        "1,2,,4      | line 2, column 5: rating is empty, expected a number from 0.5 to 5.0",
        "1,2,4.,4    | line 2, column 5: rating is '4.', expected a number from 0.5 to 5.0",
        "1,2,5.5,4   | line 2, column 5: rating is '5.5', expected a number from 0.5 to 5.0",
        "1,2,0,4     | line 2, column 5: rating is '0', expected a number from 0.5 to 5.0",
        "1,2,3,      | line 2, column 7: timestamp is empty, expected whole seconds since 1970",
        "1,2,3,4.5   | line 2, column 7: timestamp is '4.5', expected whole seconds since 1970",
        "1,2,3,964982703000 | line 2, column 7: timestamp is '964982703000', expected whole seconds"
            + " since 1970 (these look like milliseconds)",
        "1,2,3       | line 2, column 6: the row ends after rating; timestamp is missing",
        "1           | line 2, column 2: the row ends after userId; movieId is missing",
        "1,2,3,4,5   | line 2, column 8: the row goes on after timestamp; 4 values were expected",
        "1,2,3       ,4 | line 2, column 5: rating is '3       ', expected a number from 0.5 to"
            + " 5.0",
        "12345678,2,3,9999999999999 | line 2, column 14: timestamp is '9999999999999', expected"
            + " whole seconds since 1970 (these look like milliseconds)",
      })
  void rowThatIsNotOne_isNamedWithPlaceAndExpectation(String row, String message) {
    assertThatThrownBy(() -> parse(HEADER + row + "\n1,1,1,1\n"))
        .isInstanceOf(RequestException.class)
        .hasMessage("ratings.csv, " + message);
  }

  @Test
  void otherHeader_isNamed() {
    assertThatThrownBy(() -> parse("user,item\n1,2\n"))
        .hasMessage(
            "ratings.csv, line 1: the header is 'user,item', expected"
                + " userId,movieId,rating,timestamp");
    assertThatThrownBy(() -> parse("1,2,3.5,4\n"))
        .hasMessage(
            "ratings.csv, line 1: the header is '1,2,3.5,4', expected"
                + " userId,movieId,rating,timestamp");
    assertThatThrownBy(() -> parse("userId,movieId,rating\n1,2,3.5\n"))
        .hasMessage(
            "ratings.csv, line 1: the header is 'userId,movieId,rating', expected"
                + " userId,movieId,rating,timestamp");
    assertThatThrownBy(() -> parse(""))
        .hasMessage(
            "ratings.csv is empty; the header userId,movieId,rating,timestamp was expected");
  }

  @Test
  void columnsInAnyOrderExtraColumnsAndQuotes_areTaken() throws IOException {
    assertThat(
            parse(
                "timestamp,note,\"rating\",movieId,userId\n"
                    + "9,\"a, b\",\"3.5\",2,1\n"
                    + "8,,4,7,123456789\n"))
        .containsExactly("1,2,3.5,9", "123456789,7,4.0,8");
    assertThat(parse(HEADER + "\"1\",\"2\",\"3.5\",\"4\"\n")).containsExactly("1,2,3.5,4");
    assertThatThrownBy(() -> parse("timestamp,note,rating,movieId,userId\n9,x,3,2\n"))
        .hasMessage("ratings.csv, line 2, column 8: the row ends after movieId; userId is missing");
  }

  @Test
  void olderLayoutsWithoutHeader_areTaken() throws IOException {
    assertThat(parse("196\t242\t3\t881250949\n186\t302\t3\t891717742\n"))
        .containsExactly("196,242,3.0,881250949", "186,302,3.0,891717742");
    assertThat(parse("1::1193::5::978300760\r\n1::122::0.5::838985046"))
        .containsExactly("1,1193,5.0,978300760", "1,122,0.5,838985046");
    assertThatThrownBy(() -> parse("1::1193::5::978300760\n1::1193:5::978300760\n"))
        .hasMessage(
            "ratings.csv, line 2, column 4: movieId is '1193:5', expected a whole number from 0 to"
                + " 2147483647");
  }

  @Test
  void otherColumnsDelimiterAndScale_areTakenByName() throws IOException {
    RatingsFormat format =
        RatingsFormat.of(
            new RatingsColumns("customer", "sku", "stars", "when"),
            ";",
            new RatingScale(1, 10, 0.5));
    assertThat(parse("when;stars;customer;sku\n9;10;1;2\n8;7.5;1;3\n7;1.0;1;4\n", format))
        .containsExactly("1,2,10.0,9", "1,3,7.5,8", "1,4,1.0,7");
    assertThat(parse("customer;sku;stars;when\n1;2;9.5;3\n1;3;10;3\n", format))
        .containsExactly("1,2,9.5,3", "1,3,10.0,3");
    assertThatThrownBy(() -> parse("customer;sku;stars;when\n1;2;0.5;3\n", format))
        .hasMessage(
            "ratings.csv, line 2, column 5: stars is '0.5', expected a number from 1.0 to 10.0 in"
                + " steps of 0.5");
    assertThatThrownBy(() -> parse("customer;sku;stars;when\n1;2;7.2;3\n", format))
        .hasMessage(
            "ratings.csv, line 2, column 5: stars is '7.2', expected a number from 1.0 to 10.0 in"
                + " steps of 0.5");
    assertThatThrownBy(() -> parse("customer;sku;stars;when\n1;x;7;3\n", format))
        .hasMessage(
            "ratings.csv, line 2, column 3: sku is 'x', expected a whole number from 0 to"
                + " 2147483647");
    assertThatThrownBy(() -> parse(HEADER + "1,2,3,4\n", format))
        .hasMessage(
            "ratings.csv, line 1: the header is 'userId,movieId,rating,timestamp', expected"
                + " customer;sku;stars;when");
    RatingsFormat jokes = RatingsFormat.of(null, "\t", new RatingScale(-10, 10, null));
    assertThat(parse("userId\tmovieId\trating\ttimestamp\n1\t2\t-9.75\t3\n", jokes))
        .containsExactly("1,2,-9.75,3");
    assertThatThrownBy(() -> parse("userId\tmovieId\trating\ttimestamp\n1\t2\t-\t3\n", jokes))
        .hasMessage(
            "ratings.csv, line 2, column 5: rating is '-', expected a number from -10.0 to 10.0");
  }

  @Test
  void badRows_areSkippedAndCountedUpToTheLimit() throws IOException {
    String csv = HEADER + "1,2,3,4\n1,x,3,4\n1,2\n5,6,4.5,7\n";
    BadRows badRows = new BadRows(2);
    assertThat(parse(new ByteArrayInputStream(csv.getBytes(StandardCharsets.UTF_8)), badRows))
        .containsExactly("1,2,3.0,4", "5,6,4.5,7");
    assertThat(badRows.count()).isEqualTo(2);
    assertThat(badRows.examples())
        .containsExactly(
            "ratings.csv, line 3, column 3: movieId is 'x', expected a whole number from 0 to"
                + " 2147483647",
            "ratings.csv, line 4, column 4: the row ends after movieId; rating is missing");
    assertThatThrownBy(
            () ->
                parse(
                    new ByteArrayInputStream(csv.getBytes(StandardCharsets.UTF_8)), new BadRows(1)))
        .hasMessage(
            "more than 1 bad rows (field 'maxBadRows'); the last: ratings.csv, line 4, column 4:"
                + " the row ends after movieId; rating is missing");
  }

  @Test
  void blankLineInTheMiddle_isAnError() {
    assertThatThrownBy(() -> parse(HEADER + "1,2,3,4\n\n1,3,3,4\n"))
        .hasMessage("ratings.csv, line 3: a blank line before the end of the file");
  }

  @Test
  void endlessLine_isAnError() {
    assertThatThrownBy(() -> parse("x".repeat(3_000_000)))
        .hasMessage(
            "ratings.csv, line 1: a line of more than 1048576 bytes; this is not a ratings file");
  }

  /// Millions of bytes that arrive in pieces of any size: no row is lost at a chunk's end.
  @Test
  void manyRowsInPieces_areAllThere() throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    StringBuilder csv = new StringBuilder(HEADER);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 200_000; i++) {
      String row =
          random.nextInt(1 << random.nextInt(1, 31))
              + ","
              + random.nextInt(200_000)
              + ","
              + (1 + random.nextInt(10)) * 0.5
              + ","
              + random.nextLong(2_000_000_000L);
      expected.add(row);
      csv.append(row).append('\n');
    }
    InputStream pieces =
        new FilterInputStream(
            new ByteArrayInputStream(csv.toString().getBytes(StandardCharsets.UTF_8))) {
          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            return super.read(buffer, offset, Math.min(length, 1 + random.nextInt(70_000)));
          }
        };
    assertThat(parse(pieces)).isEqualTo(expected);
  }

  private static List<String> parse(String csv) throws IOException {
    return parse(new ByteArrayInputStream(csv.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<String> parse(InputStream input) throws IOException {
    return parse(input, new BadRows(0));
  }

  private static List<String> parse(InputStream input, BadRows badRows) throws IOException {
    return parse(input, RatingsFormat.MOVIELENS, badRows);
  }

  private static List<String> parse(String csv, RatingsFormat format) throws IOException {
    return parse(
        new ByteArrayInputStream(csv.getBytes(StandardCharsets.UTF_8)), format, new BadRows(0));
  }

  private static List<String> parse(InputStream input, RatingsFormat format, BadRows badRows)
      throws IOException {
    List<String> rows = new ArrayList<>();
    new RatingsParser(
            input,
            format,
            "ratings.csv",
            badRows,
            batch -> {
              for (int i = 0; i < batch.rows; i++) {
                rows.add(
                    batch.users[i]
                        + ","
                        + batch.movies[i]
                        + ","
                        + batch.ratings[i]
                        + ","
                        + batch.timestamps[i]);
              }
              return batch;
            })
        .parse();
    return rows;
  }
}
