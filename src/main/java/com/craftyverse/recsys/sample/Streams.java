package com.craftyverse.recsys.sample;

/// The domains of the random streams. A new use of randomness gets a new number, so that existing streams
/// stay the same.
final class Streams {
  static final int ENTRY = 1;
  static final int MOVIE_ID = 2;
  static final int MOVIE = 3;
  static final int GENRE = 4;
  static final int USER = 5;
  static final int FIRST_RATER = 6;
  static final int EVENTS = 7;
  static final int TAGS = 8;
  static final int LINKS = 9;
  static final int MOVIE_TASTE = 10;
  static final int USER_TASTE = 11;
  static final int TASTE_PROFILES = 12;
  static final int HOLD_OUT = 13;

  private Streams() {}
}
