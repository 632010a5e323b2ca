package com.craftyverse.recsys.sample;

/// The genres of MovieLens in alphabetical order, with their frequency and their effect on a movie's
/// quality.
enum Genre {
  ACTION("Action", 12, -0.03),
  ADVENTURE("Adventure", 7, 0),
  ANIMATION("Animation", 5, 0.08),
  CHILDREN("Children", 5, -0.08),
  COMEDY("Comedy", 28, -0.04),
  CRIME("Crime", 9, 0.06),
  DOCUMENTARY("Documentary", 10, 0.18),
  DRAMA("Drama", 44, 0.08),
  FANTASY("Fantasy", 4.5, -0.02),
  FILM_NOIR("Film-Noir", 4, 0.25),
  HORROR("Horror", 10, -0.3),
  IMAX("IMAX", 0.4, 0.05),
  MUSICAL("Musical", 2, 0.05),
  MYSTERY("Mystery", 5, 0.04),
  ROMANCE("Romance", 13, 0),
  SCI_FI("Sci-Fi", 6, -0.08),
  THRILLER("Thriller", 14, -0.03),
  WAR("War", 3, 0.15),
  WESTERN("Western", 2, 0);

  /// MovieLens' label for movies without genres.
  static final String NONE = "(no genres listed)";

  final String label;
  final double frequency;
  final double quality;

  Genre(String label, double frequency, double quality) {
    this.label = label;
    this.frequency = frequency;
    this.quality = quality;
  }

  /// Returns whether movies of this genre were made in a year.
  boolean existsIn(int year) {
    return switch (this) {
      case FILM_NOIR -> year >= 1930 && year < 1962;
      case IMAX -> year >= 1990;
      default -> true;
    };
  }
}
