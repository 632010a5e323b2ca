package com.craftyverse.recsys.evaluate;

/// Bands of counts, with upper bounds that grow about fourfold or tenfold.
final class Bands {
  /// Ratings known of a user.
  static final Bands ACTIVITY = new Bands(0, 4, 19, 99, 499);

  /// Training ratings of an item.
  static final Bands POPULARITY = new Bands(9, 99, 999, 9_999);

  private final int[] highest;

  private Bands(int... highest) {
    this.highest = highest;
  }

  /// Returns the number of bands.
  int count() {
    return highest.length + 1;
  }

  /// Returns the band of a count.
  int of(int count) {
    int band = 0;
    while (band < highest.length && count > highest[band]) {
      band++;
    }
    return band;
  }

  /// Returns the lowest count of a band.
  int from(int band) {
    return band == 0 ? 0 : highest[band - 1] + 1;
  }

  /// Returns the highest count of a band.
  int to(int band) {
    return band == highest.length ? Integer.MAX_VALUE : highest[band];
  }

  /// Returns a band's name, such as `5-19` or `500+`.
  String label(int band) {
    int from = from(band);
    if (band == highest.length) {
      return from + "+";
    }
    return from == highest[band] ? String.valueOf(from) : from + "-" + highest[band];
  }
}
