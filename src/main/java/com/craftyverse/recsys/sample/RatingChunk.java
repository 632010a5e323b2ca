package com.craftyverse.recsys.sample;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The ratings of consecutive users as packed rows (see [RatingSampler]), and their CSV lines.
final class RatingChunk {
  private static final int MAX_LINE_LENGTH = 48;

  private static final byte[][] TAGS =
      bytes(
          "slow burn;cozy;great ending;visually rich;true story;small town;by the sea;road trip;"
              + "friendship;family;dry humour;melancholy;clever plot;twist;\"long, but worth it\";"
              + "soundtrack;black and white;coming of age;heist;on a train;based on a book;"
              + "ensemble;rainy day;winter;island;too long;rewatch;\"a \"\"quiet\"\" film\";funny;"
              + "bleak;tense;charming;costumes;dialogue;dreamlike;first film;food;garden;ghosts;"
              + "journey;letters;lighthouse;mountains;music;mystery;night;overlooked;photography;"
              + "rivals;robots;satire;school;sisters;space;surreal;time travel;underdog;village;"
              + "wordless;café;whodunit;wonderful cast");

  private static final double TAGGERS = 0.08;
  private static final double TAGGED = 0.35;

  private final int firstUser;
  private final int[] ends;
  private final long[] rows;

  /// Wraps packed rows.
  ///
  /// @param firstUser index of the first user
  /// @param ends for each user, the end of its rows
  RatingChunk(int firstUser, int[] ends, long[] rows) {
    this.firstUser = firstUser;
    this.ends = ends;
    this.rows = rows;
  }

  int size() {
    return rows.length;
  }

  void forEach(int[] movieIds, RatingConsumer consumer) {
    int row = 0;
    for (int u = 0; u < ends.length; u++) {
      for (; row < ends[u]; row++) {
        consumer.accept(
            firstUser + u + 1,
            movieIds[RatingSampler.movie(rows[row])],
            RatingSampler.halfStars(rows[row]) / 2f,
            RatingSampler.timestamp(rows[row]));
      }
    }
  }

  /// Returns the lines of `ratings.csv` in UTF-8.
  byte[] ratingLines(int[] movieIds) {
    Lines lines = new Lines(Math.multiplyExact(rows.length, MAX_LINE_LENGTH));
    int row = 0;
    for (int u = 0; u < ends.length; u++) {
      for (; row < ends[u]; row++) {
        long packed = rows[row];
        int halfStars = RatingSampler.halfStars(packed);
        lines.number(firstUser + u + 1);
        lines.put(',');
        lines.number(movieIds[RatingSampler.movie(packed)]);
        lines.put(',');
        lines.put('0' + halfStars / 2);
        lines.put('.');
        lines.put((halfStars & 1) == 0 ? '0' : '5');
        lines.put(',');
        lines.number(RatingSampler.timestamp(packed));
        lines.put('\n');
      }
    }
    return lines.toBytes();
  }

  /// Returns the lines of `tags.csv` in UTF-8: a few users tag some of the movies they rated.
  byte[] tagLines(int[] movieIds, SampleSpec spec) {
    Lines lines = new Lines(1024);
    int row = 0;
    for (int u = 0; u < ends.length; u++) {
      SplitMix random = SplitMix.stream(spec.seed(), Streams.TAGS, firstUser + u);
      boolean tagger = random.nextDouble() < TAGGERS;
      for (; row < ends[u]; row++) {
        if (!tagger || random.nextDouble() >= TAGGED) {
          continue;
        }
        int tag = random.nextInt(TAGS.length);
        int more = random.nextInt(3);
        long time = RatingSampler.timestamp(rows[row]);
        for (int k = 0; k <= more; k++) {
          time = Math.min(spec.to(), time + 2 + random.nextInt(20));
          lines.reserve(TAGS[tag].length + MAX_LINE_LENGTH);
          lines.number(firstUser + u + 1);
          lines.put(',');
          lines.number(movieIds[RatingSampler.movie(rows[row])]);
          lines.put(',');
          lines.put(TAGS[tag]);
          lines.put(',');
          lines.number(time);
          lines.put('\n');
          tag = (tag + 1 + random.nextInt(TAGS.length / 3)) % TAGS.length;
        }
      }
    }
    return lines.toBytes();
  }

  private static byte[][] bytes(String list) {
    String[] words = list.split(";", -1);
    byte[][] result = new byte[words.length][];
    for (int i = 0; i < words.length; i++) {
      result[i] = words[i].getBytes(StandardCharsets.UTF_8);
    }
    return result;
  }

  /// A growing byte buffer.
  private static final class Lines {
    private byte[] bytes;
    private int size;

    Lines(int capacity) {
      bytes = new byte[capacity];
    }

    void reserve(int more) {
      if (bytes.length - size < more) {
        bytes = Arrays.copyOf(bytes, 2 * bytes.length + more);
      }
    }

    void put(int ascii) {
      bytes[size++] = (byte) ascii;
    }

    void put(byte[] text) {
      System.arraycopy(text, 0, bytes, size, text.length);
      size += text.length;
    }

    void number(long value) {
      int digits = 1;
      for (long rest = value; rest >= 10; rest /= 10) {
        digits++;
      }
      long rest = value;
      for (int at = size + digits - 1; at >= size; at--) {
        bytes[at] = (byte) ('0' + rest % 10);
        rest /= 10;
      }
      size += digits;
    }

    byte[] toBytes() {
      return Arrays.copyOf(bytes, size);
    }
  }
}
