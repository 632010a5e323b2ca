package com.craftyverse.recsys.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.RatingScale;
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
        "1,2,4.x,4   | line 2, column 5: rating is '4.x', expected a number from 0.5 to 5.0",
        "1,2,0x4,4   | line 2, column 5: rating is '0x4', expected a number from 0.5 to 5.0",
        "1,2,4f,4    | line 2, column 5: rating is '4f', expected a number from 0.5 to 5.0",
        "1,2,1_0e-1,4 | line 2, column 5: rating is '1_0e-1', expected a number from 0.5 to 5.0",
        "1,2,.,4     | line 2, column 5: rating is '.', expected a number from 0.5 to 5.0",
        "1,2,5.0000000000000001e0,4,5 | line 2, column 27: the row continues after timestamp;"
            + " expected 4 values",
        "1,2,5.5,4   | line 2, column 5: rating is '5.5', expected a number from 0.5 to 5.0",
        "1,2,0,4     | line 2, column 5: rating is '0', expected a number from 0.5 to 5.0",
        "1,2,3,      | line 2, column 7: timestamp is empty, expected seconds since 1970",
        "1,2,3,-4    | line 2, column 7: timestamp is '-4', expected seconds since 1970",
        "1,2,3,964982703000 | line 2, column 7: timestamp is '964982703000', expected seconds since"
            + " 1970 (these look like milliseconds)",
        "1,2,3       | line 2, column 6: the row ends after rating; timestamp is missing",
        "1           | line 2, column 2: the row ends after userId; movieId is missing",
        "1,2,3,4,5   | line 2, column 8: the row continues after timestamp; expected 4 values",
        "1,2, x ,4   | line 2, column 6: rating is 'x', expected a number from 0.5 to 5.0",
        "1,2,   ,4   | line 2, column 8: rating is empty, expected a number from 0.5 to 5.0",
        "1.5,2,3,4   | line 2, column 1: userId is '1.5', expected a whole number from 0 to"
            + " 2147483647",
        "3e9,2,3,4   | line 2, column 1: userId is '3e9', expected a whole number from 0 to"
            + " 2147483647",
        "12345678,2,3,9999999999999 | line 2, column 14: timestamp is '9999999999999', expected"
            + " seconds since 1970 (these look like milliseconds)",
      })
  void malformedRow_isReportedWithPlaceAndExpectation(String row, String message) {
    assertThatThrownBy(() -> parse(HEADER + row + "\n1,1,1,1\n"))
        .isInstanceOf(RequestException.class)
        .hasMessageStartingWith("ratings.csv, " + message + "; settings.json: \"");
  }

  /// Numbers may have any common decimal notation, and blanks around them are ignored.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "3.0000000|3.0",
        "2.0666666666666664|2.0666666",
        ".5|0.5",
        "4.|4.0",
        "+4.5|4.5",
        "5e-1|0.5",
        "0.04E+2|4.0",
        "00000000000000000003.50|3.5",
        " 3|3.0",
        "3\t|3.0",
        " \"3.5\" |3.5",
        "\" 3.5 \"|3.5",
      })
  void numbers_inAnyUsualNotation_areTaken(String written, String rating) throws IOException {
    assertThat(parse(HEADER + "1,2," + written + ",4\n5,6,1.0,7\n"))
        .containsExactly("1,2," + rating + ",4", "5,6,1.0,7");
  }

  @Test
  void wholeNumbers_mayBeWrittenAsDecimals() throws IOException {
    assertThat(parse(HEADER + "21.0,1e+05,3,964982703.0\n 7 , 8.,3, 9\n"))
        .containsExactly("21,100000,3.0,964982703", "7,8,3.0,9");
  }

  @Test
  void decimalComma_isNamed() {
    assertThatThrownBy(
            () ->
                parse(
                    "userId;movieId;rating;timestamp\n1;2;3,5;4\n",
                    RatingsFormat.of(
                        IngestRequestBuilder.builder()
                            .delimiter(";")
                            .decimal(".")
                            .scale(RatingScale.STARS)
                            .build())))
        .hasMessage(
            "ratings.csv, line 2, column 5: rating is '3,5', expected a number from 0.5 to 5.0"
                + " (with"
                + " a decimal point, not a comma); settings.json: \"decimal\": \",\"");
  }

  @Test
  void quotedValues_mayHoldSeparatorsQuotesAndLineBreaks_inAnyColumn() throws IOException {
    assertThat(
            parse(
                "\"a note, \"\"long\"\"\nand wide\",userId,movieId,rating,timestamp,\"x\"\r\n"
                    + "\"nice\n2,20,0.5,1,bye\",1,10,4.0,7,\"\r\n\"\r\n"
                    + ",2,11,3.5,8,\"one\nof\r\n\"\"three\"\"\"\n"
                    + "5\" disc,3,12,3.5,9,\"\"\n"))
        .containsExactly("1,10,4.0,7", "2,11,3.5,8", "3,12,3.5,9");
    assertThatThrownBy(
            () -> parse("note,userId,movieId,rating,timestamp\n\"é\né\",x,2,3,4\n,1,2,3,4\n"))
        .hasMessage(
            "ratings.csv, line 3, column 4: userId is 'x', expected a whole number from 0 to"
                + " 2147483647; settings.json: \"ids\": {\"user\": \"utf8\"}");
    assertThatThrownBy(
            () -> parse("\"no\nte\",userId,movieId,rating,timestamp\n\"a\nb\",1,2,3,4\n,5,6,7,8\n"))
        .hasMessage(
            "ratings.csv, line 5, column 6: rating is '7', expected a number from 0.5 to 5.0;"
                + " settings.json: \"scale\": {\"min\": 0.5, \"max\": 7.0}");
  }

  /// After such a quote the row boundaries are unclear, so `skip` does not help.
  @Test
  void quotesThatMakeRowBoundariesUnclear_areErrors_evenIfBadRowsAreSkipped() {
    String header = "userId,movieId,rating,timestamp,comment\n";
    assertThatThrownBy(() -> skip(header + "1,2,3,4,\"nice\n2,20,0.5,5,bye\n3,20,0.5,5,\n"))
        .hasMessage(
            "ratings.csv, line 2, column 9: the quote that opens here is not closed before the end"
                + " of the file");
    assertThatThrownBy(() -> skip(header + "1,2,3,4,\"the \"best\" film\n2,20,0.5,5,bye\"\n"))
        .hasMessage("ratings.csv, line 2, column 15: unexpected text after the closing quote");
    assertThatThrownBy(() -> skip(header + "1,2,3,4,\"a\nb\"c\n"))
        .hasMessage("ratings.csv, line 3, column 3: unexpected text after the closing quote");
    assertThatThrownBy(() -> skip(header + "1,2,3,4,\"" + "2,20,0.5,5,bye\n".repeat(200_000)))
        .hasMessage(
            "ratings.csv, line 2, column 9: the quote that opens here is not closed before 1048576"
                + " bytes");
    assertThatThrownBy(() -> skip("userId,movieId,rating,timestamp,\"comment\n1,2,3,4,x\n"))
        .hasMessage(
            "ratings.csv, line 1: the header is 'userId,movieId,rating,timestamp,\"comment', expected"
                + " a table with columns for the user, the item and the rating");
  }

  @Test
  void duplicateColumn_isAnError() {
    assertThatThrownBy(() -> parse("userId,movieId,rating,timestamp,rating\n1,2,3,4,5\n"))
        .hasMessage("ratings.csv, line 1: the header has the column 'rating' twice");
  }

  @Test
  void separatorAtTheEndOfEachLine_isAColumnWithoutName() throws IOException {
    assertThat(parse("userId,movieId,rating,timestamp,\n1,2,3,4,\n")).containsExactly("1,2,3.0,4");
    assertThatThrownBy(() -> parse(HEADER + "1,2,3,4,\n"))
        .hasMessage(
            "ratings.csv, line 2, column 8: the row continues after timestamp; expected 4 values;"
                + " settings.json: \"onBadRow\": \"skip\"");
  }

  @Test
  void carriageReturnsAlone_endLines() throws IOException {
    assertThat(parse("userId,movieId,rating,timestamp\r1,2,3,4\r5,6,3.5,7"))
        .containsExactly("1,2,3.0,4", "5,6,3.5,7");
  }

  /// Whatever an unused column contains, the parser finds the same rows as the oracle or refuses the file.
  @Test
  void anyCommentOfQuotesSeparatorsAndLineBreaks_isReadAsTheOracleReadsIt() throws IOException {
    char[] alphabet = {'"', ',', '\n', '\r', ' ', 'x'};
    int refused = 0;
    for (int length = 0; length <= 5; length++) {
      for (int number = 0; number < Math.pow(alphabet.length, length); number++) {
        StringBuilder comment = new StringBuilder();
        for (int rest = number, i = 0; i < length; i++, rest /= alphabet.length) {
          comment.append(alphabet[rest % alphabet.length]);
        }
        String csv =
            "comment,userId,movieId,rating,timestamp\n"
                + comment
                + ",1,2,3,4\n,5,6,3.5,7\nx,8,9,1,1\n";
        List<String> expected = RatingsOracle.rows(csv).orElse(List.of());
        List<String> found;
        try {
          found = parse(csv);
        } catch (RequestException e) {
          found = List.of();
          refused++;
        }
        assertThat(found).as(csv).isEqualTo(expected);
      }
    }
    assertThat(refused).isBetween(1_000, 9_000);
  }

  /// Quoted line breaks, including some where a chunk ends inside the quotes.
  @Test
  void manyQuotedRowsInPieces_areAllThere() throws IOException {
    SplittableRandom random = new SplittableRandom(8);
    StringBuilder csv = new StringBuilder("userId,movieId,rating,timestamp,comment\n");
    List<String> expected = new ArrayList<>();
    String[] parts = {"\n", "\"\"", ",", "\r\n", "1,2,3,4\n", "é"};
    for (int i = 0; i < 60_000; i++) {
      expected.add(i + ",2,3.0,4");
      csv.append(i).append(",2,3,4,");
      if (random.nextInt(3) > 0) {
        csv.append('"');
        for (int n = 1 << random.nextInt(8); n > 0; n--) {
          csv.append(parts[random.nextInt(parts.length)]);
        }
        csv.append('"');
      }
      csv.append('\n');
    }
    assertThat(csv.length()).isGreaterThan(3 << 20);
    assertThat(parse(csv.toString())).isEqualTo(expected);
  }

  @Test
  void otherHeader_isNamed() {
    assertThatThrownBy(() -> parse("userId;movieId\n1;2\n".replace(";", ":")))
        .hasMessage(
            "ratings.csv, line 1: the header is 'userId:movieId', expected a table with columns for"
                + " the user, the item and the rating");
    assertThatThrownBy(() -> parse("movieId,imdbId,tmdbId\n1,2,3\n"))
        .hasMessage(
            "ratings.csv, line 1: the header is 'movieId,imdbId,tmdbId', expected columns for the"
                + " user, the item and the rating; it has items, but neither users nor ratings;"
                + " settings.json: \"columns\": {\"user\": \"…\", \"item\": \"…\", \"rating\": \"…\","
                + " \"timestamp\": \"…\"}");
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
        .hasMessage(
            "ratings.csv, line 2, column 8: the row ends after movieId; userId is missing;"
                + " settings.json: \"onBadRow\": \"skip\"");
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
                + " 2147483647; settings.json: \"ids\": {\"item\": \"utf8\"}");
  }

  @Test
  void otherColumnsDelimiterAndScale_areTakenByName() throws IOException {
    RatingsFormat format =
        RatingsFormat.of(
            IngestRequestBuilder.builder()
                .columns(new RatingsColumns("customer", "sku", "stars", "when"))
                .scale(new RatingScale(1, 10, 0.5))
                .ids(new IdTypes(IdType.INT32, IdType.INT32))
                .time("seconds")
                .build());
    assertThat(parse("when;stars;customer;sku\n9;10;1;2\n8;7.5;1;3\n7;1.0;1;4\n", format))
        .containsExactly("1,2,10.0,9", "1,3,7.5,8", "1,4,1.0,7");
    assertThat(parse("customer;sku;stars;when\n1;2;9.5;3\n1;3;10;3\n", format))
        .containsExactly("1,2,9.5,3", "1,3,10.0,3");
    assertThatThrownBy(() -> parse("customer;sku;stars;when\n1;2;0.5;3\n", format))
        .hasMessage(
            "ratings.csv, line 2, column 5: stars is '0.5', expected a number from 1.0 to 10.0 in"
                + " steps of 0.5; settings.json: \"scale\": {\"min\": 0.5, \"max\": 10.0}");
    assertThatThrownBy(() -> parse("customer;sku;stars;when\n1;2;7.2;3\n", format))
        .hasMessage(
            "ratings.csv, line 2, column 5: stars is '7.2', expected a number from 1.0 to 10.0 in"
                + " steps of 0.5; settings.json: \"scale\": {\"min\": 1.0, \"max\": 10.0}");
    assertThatThrownBy(() -> parse("customer;sku;stars;when\n1;x;7;3\n", format))
        .hasMessage(
            "ratings.csv, line 2, column 3: sku is 'x', expected a whole number from 0 to"
                + " 2147483647; settings.json: \"ids\": {\"item\": \"utf8\"}");
    assertThatThrownBy(() -> parse(HEADER + "1,2,3,4\n", format))
        .hasMessage(
            "ratings.csv, line 1: there is no column 'customer'; the header is"
                + " 'userId,movieId,rating,timestamp'");
    RatingsFormat tabs =
        RatingsFormat.of(
            IngestRequestBuilder.builder().scale(new RatingScale(-10, 10, null)).build());
    assertThat(parse("userId\tmovieId\trating\ttimestamp\n1\t2\t-9.75\t3\n", tabs))
        .containsExactly("1,2,-9.75,3");
    assertThatThrownBy(
            () ->
                parse(
                    "userId\tmovieId\trating\ttimestamp\n1\t2\t-\t3\n1\t3\t-1\t3\n1\t4\t5\t3\n",
                    tabs))
        .hasMessage(
            "ratings.csv, line 2, column 5: rating is '-', expected a number from -10.0 to 10.0;"
                + " settings.json: \"onBadRow\": \"skip\"");
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
                + " 2147483647; settings.json: \"ids\": {\"item\": \"utf8\"}",
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

  /// The chunk ends with the row after the blank line, without its newline, and so does the file.
  @Test
  void blankLineAtTheEndOfAChunk_isAnErrorBeforeARow() {
    String last = "\n1,2,3,4";
    int padding = (1 << 20) - 1 - HEADER.length() - "1,2,3,4\n".length() - last.length();
    String csv = HEADER + "1,2,3," + "0".repeat(padding) + "4\n" + last;
    assertThat(csv).hasSize((1 << 20) - 1);
    assertThatThrownBy(() -> parse(csv + "\n"))
        .hasMessage("ratings.csv, line 3: a blank line before the end of the file");
  }

  @Test
  void endlessLine_isAnError() {
    assertThatThrownBy(() -> parse("x".repeat(3_000_000)))
        .hasMessage(
            "ratings.csv, line 1: the line is longer than 1048576 bytes; this is not a ratings"
                + " file");
  }

  /// Millions of bytes arrive in pieces of any size: no row is lost at the end of a chunk.
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

  private static List<String> skip(String csv) throws IOException {
    return parse(
        new ByteArrayInputStream(csv.getBytes(StandardCharsets.UTF_8)), new BadRows(1_000_000));
  }

  private static List<String> parse(String csv) throws IOException {
    return parse(new ByteArrayInputStream(csv.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<String> parse(InputStream input) throws IOException {
    return parse(input, new BadRows(0));
  }

  private static List<String> parse(InputStream input, BadRows badRows) throws IOException {
    return parse(input, RatingsFormat.ANY, badRows);
  }

  private static List<String> parse(String csv, RatingsFormat format) throws IOException {
    return parse(
        new ByteArrayInputStream(csv.getBytes(StandardCharsets.UTF_8)), format, new BadRows(0));
  }

  private static List<String> parse(InputStream input, RatingsFormat format, BadRows badRows)
      throws IOException {
    List<String> rows = new ArrayList<>();
    byte[] bytes = input.readAllBytes();
    byte[] sample = RatingsText.open(new ByteArrayInputStream(bytes), format.encoding()).sample();
    RatingsLayout layout = LayoutDetector.detect(sample, sample.length, format, "ratings.csv");
    new RatingsParser(
            layout,
            format.missing(),
            RatingsParser.Ids.of(layout),
            "ratings.csv",
            badRows,
            batch -> {
              for (int i = 0; i < batch.rows; i++) {
                rows.add(
                    batch.users[i]
                        + ","
                        + batch.items[i]
                        + ","
                        + batch.ratings[i]
                        + ","
                        + batch.timestamps[i]);
              }
              return batch;
            })
        .parse(RatingsText.open(new ByteArrayInputStream(bytes), format.encoding()));
    return rows;
  }
}
