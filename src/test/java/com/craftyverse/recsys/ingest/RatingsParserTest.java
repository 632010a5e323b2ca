package com.craftyverse.recsys.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
        "1,2,3,4,5   | line 2, column 8: the row goes on after timestamp; four values were"
            + " expected",
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
    assertThatThrownBy(() -> parse(""))
        .hasMessage(
            "ratings.csv is empty; the header userId,movieId,rating,timestamp was expected");
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
    List<String> rows = new ArrayList<>();
    new RatingsParser(
            input,
            "ratings.csv",
            (count, users, movies, ratings, timestamps) -> {
              for (int i = 0; i < count; i++) {
                rows.add(users[i] + "," + movies[i] + "," + ratings[i] + "," + timestamps[i]);
              }
            })
        .parse();
    return rows;
  }
}
