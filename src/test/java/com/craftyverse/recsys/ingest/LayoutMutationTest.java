package com.craftyverse.recsys.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.columnar.Mutations;
import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.step.RequestException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Randomly damaged files of every layout give the rows that an independent reader finds with the same layout, or
/// a one-sentence error.
class LayoutMutationTest {
  /// A layout with rows of it.
  enum Shape {
    MOVIELENS("userId,movieId,rating,timestamp", "%d,%d,%s,%d", false),
    SEMICOLONS_AND_COMMAS("User-ID;ISBN;Book-Rating", "\"%d\";\"045%05dX\";\"%s\"", true),
    TABS_AND_DATES(
        "user\titem\tscore\tdate", "u-%d\tProdukt %d\t%s\t2014-07-03 10:35:%4$02d", false),
    BARS_AND_MILLISECONDS("account|sku|stars|created_at", "%d|1040001%05d|%s|%d000", false),
    COLONS("", "%d::%07d::%s::%d", false),
    BLANKS("", "%d %d  %s", false),
    TEXTS_WITHOUT_TIMES("reviewerID,asin,overall", "A%dQ,\"B%05d \"\"x\"\"\",%s", false),
    PAIRS("visitorid,itemid,timestamp", "%d,%d,%4$d000", false),
    COUNTS("userID\tartistID\tweight", "%d\t%d\t%5$d", false),
    EVENTS("timestamp,visitorid,event,itemid,transactionid", "%4$d,%1$d,%6$s,%2$d,", false);

    private final String header;
    private final String row;
    private final boolean comma;

    Shape(String header, String row, boolean comma) {
      this.header = header;
      this.row = row;
      this.comma = comma;
    }

    String text() {
      StringBuilder text = new StringBuilder(header.isEmpty() ? "" : header + "\n");
      for (int i = 0; i < 60; i++) {
        String rating = 1 + i % 5 + (i % 2 == 0 ? ".5" : ".0");
        text.append(
                row.formatted(
                    1 + i / 6,
                    7 * i % 31,
                    comma ? rating.replace('.', ',') : rating,
                    this == TABS_AND_DATES ? i % 60 : 1_404_383_000 + i,
                    1 + (i % 12 == 0 ? 1000 * i : i % 17),
                    i % 3 == 0 ? "cart" : "view"))
            .append(i % 9 == 0 ? "\r\n" : "\n");
      }
      return text.toString();
    }
  }

  @ParameterizedTest
  @EnumSource
  void damagedFile_isReadAsItsLayoutSays_orRefused(Shape shape) throws IOException {
    byte[] original = shape.text().getBytes(StandardCharsets.UTF_8);
    RatingsFormat format = format(shape);
    RatingsLayout intact = layout(original, format);
    assertThat(intact.feedback())
        .isEqualTo(shape.compareTo(Shape.PAIRS) < 0 ? Feedback.RATINGS : Feedback.CHOICES);
    assertThat(rows(original, intact))
        .isEqualTo(RatingsOracle.rows(shape.text(), intact).orElseThrow());
    int refused = 0;
    int sameLayout = 0;
    for (int seed = 0; seed < Mutations.COUNT; seed++) {
      byte[] damaged = Mutations.damage(original, original.length, new SplittableRandom(seed));
      if (damaged.length == 0) {
        continue;
      }
      String label = shape + ", seed " + seed;
      try {
        RatingsLayout layout = layout(damaged, format);
        Optional<List<String>> expected =
            RatingsOracle.rows(new String(damaged, encoding(damaged)), layout);
        sameLayout += layout.equals(intact) ? 1 : 0;
        try {
          List<String> found = rows(damaged, layout);
          assertThat(found).as(label).isEqualTo(expected.orElse(List.of()));
        } catch (RequestException e) {
          refused++;
          assertThat(e.getMessage()).as(label).startsWith("a.csv, line ");
          assertThat(expected).as(label + ": " + e.getMessage()).isEmpty();
        }
      } catch (RequestException e) {
        refused++;
        assertThat(e.getMessage()).as(label).startsWith("a.csv, line 1");
      } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
        throw new AssertionError(label, e);
      }
    }
    assertThat(refused).isBetween(Mutations.COUNT / 20, Mutations.COUNT - 1);
    assertThat(sameLayout).isGreaterThan(Mutations.COUNT / 5);
  }

  private static Charset encoding(byte[] file) throws IOException {
    return Charset.forName(RatingsText.open(new ByteArrayInputStream(file), null).encoding());
  }

  private static RatingsFormat format(Shape shape) {
    IngestRequestBuilder request = IngestRequestBuilder.builder();
    if (shape == Shape.EVENTS) {
      request.events(Map.of("view", 1.0, "cart", 3.0));
    }
    if (shape == Shape.COUNTS) {
      request.columns(new RatingsColumns("userID", "artistID", null, null, "weight", null));
    }
    return RatingsFormat.of(request.build());
  }

  private static RatingsLayout layout(byte[] file, RatingsFormat format) throws IOException {
    byte[] sample = RatingsText.open(new ByteArrayInputStream(file), null).sample();
    return LayoutDetector.detect(sample, sample.length, format, "a.csv");
  }

  /// Returns the rows without duplicates, ids as texts.
  private static List<String> rows(byte[] file, RatingsLayout layout) throws IOException {
    List<int[]> ids = new ArrayList<>();
    List<String> values = new ArrayList<>();
    RatingsParser.Ids dictionaries = RatingsParser.Ids.of(layout);
    RatingsParser parser =
        new RatingsParser(
            layout,
            List.of(),
            dictionaries,
            "a.csv",
            new BadRows(0),
            batch -> {
              for (int i = 0; i < batch.rows; i++) {
                ids.add(new int[] {batch.users[i], batch.items[i]});
                values.add(batch.ratings[i] + "," + batch.timestamps[i]);
              }
              return batch;
            });
    parser.parse(RatingsText.open(new ByteArrayInputStream(file), null));
    Map<String, String> latest = new LinkedHashMap<>();
    Map<String, Long> times = new LinkedHashMap<>();
    for (int i = 0; i < ids.size(); i++) {
      String user = id(dictionaries.users(), ids.get(i)[0]);
      String item = id(dictionaries.items(), ids.get(i)[1]);
      long time = Long.parseLong(values.get(i).split(",")[1]);
      String pair = user + "\n" + item;
      String value = values.get(i);
      if (layout.feedback() == Feedback.CHOICES && latest.containsKey(pair)) {
        String[] before = Objects.requireNonNull(latest.get(pair)).split(",");
        String sum =
            "" + (float) (Double.parseDouble(before[2]) + Double.parseDouble(value.split(",")[0]));
        value = sum + "," + time;
        latest.put(pair, user + "," + item + "," + sum + "," + before[3]);
      }
      if (time >= times.getOrDefault(pair, Long.MIN_VALUE)) {
        latest.remove(pair);
        latest.put(pair, user + "," + item + "," + value);
        times.put(pair, time);
      }
    }
    return List.copyOf(latest.values());
  }

  private static String id(@Nullable IdDictionary ids, int code) {
    return ids == null ? Integer.toString(code) : ids.id(code).toString();
  }
}
