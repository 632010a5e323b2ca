package com.craftyverse.recsys.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeFormatTest {
  @ParameterizedTest
  @CsvSource({
    "2014-07-03,1404345600",
    "2014/7/3,1404345600",
    "2014-07-03 10:35,1404383700",
    "2014-07-03 10:35:36,1404383736",
    "2014-07-03T10:35:36Z,1404383736",
    "2014-07-03T10:35:36.999999999Z,1404383736",
    "2014-07-03T12:35:36+02:00,1404383736",
    "2014-07-03T05:05:36-0530,1404383736",
    "2014-07-03 12:35:36 +02,1404383736",
    "2014-07-03 10:35:36 UTC,1404383736",
    "2016-12-31T23:59:60Z,1483228799",
    "1970-01-01,0",
    "1970-01-01T00:00:00+01:00,-1",
    "2000-02-29,951782400"
  })
  void dates_areConvertedToSeconds(String text, long seconds) {
    assertThat(parse(TimeFormat.DATE, text)).isEqualTo(seconds);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2014-13-01",
        "2014-02-30",
        "1900-02-29",
        "0000-00-00",
        "2014-07",
        "2014-07-03T25:00:00Z",
        "2014-07-03T10:60:00Z",
        "2014-07-03 10",
        "2014-07-03x",
        "2014-07/03",
        "03.07.2014",
        "07/03/2014",
        "2014-07-03T10:35:36+99:00",
        "2014-07-03T10:35:36 Europe/Berlin",
        "",
        "x",
        "1969-12-31"
      })
  void otherForms_areInvalid(String text) {
    assertThat(parse(TimeFormat.DATE, text)).isEqualTo(TimeFormat.INVALID);
  }

  /// Every day and random times of day, against java.time.
  @Test
  void allDates_areWhatTheLibrarySays() {
    SplittableRandom random = new SplittableRandom(3);
    DateTimeFormatter blank = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
    for (int day = 0; day < 200_000; day += 1 + random.nextInt(3)) {
      long seconds = day * 86_400L + random.nextInt(86_400);
      Instant instant = Instant.ofEpochSecond(seconds);
      LocalDateTime utc = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
      assertThat(parse(TimeFormat.DATE, blank.format(utc))).isEqualTo(seconds);
      OffsetDateTime elsewhere =
          instant.atOffset(ZoneOffset.ofTotalSeconds(60 * random.nextInt(-720, 720)));
      assertThat(parse(TimeFormat.DATE, elsewhere.toString()))
          .as(elsewhere.toString())
          .isEqualTo(seconds);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "SECONDS,964982703,964982703",
    "SECONDS,964982703.99,964982703",
    "SECONDS,9.64982703e8,964982703",
    "SECONDS,00000000000000000000000000012,12",
    "MILLISECONDS,1404383736999,1404383736",
    "MICROSECONDS,1404383736999999,1404383736",
    "NANOSECONDS,1404383736999999999,1404383736",
    "SECONDS,1404383736000,-1",
    "SECONDS,-5,-1",
    "SECONDS,x,-1",
    "SECONDS,99999999999999999999999,-1",
  })
  void numbers_areRoundedDownToSeconds(TimeFormat format, String text, long seconds) {
    assertThat(parse(format, text)).isEqualTo(seconds);
  }

  private static long parse(TimeFormat format, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return format.parse(bytes, 0, bytes.length);
  }
}
