package com.craftyverse.recsys.sample;

/// The tastes of users and movies. All are equally common, among users and among movies. A taste shows in
/// the genres of its movies.
enum Taste {
  BIG_ADVENTURES(Genre.ACTION, Genre.ADVENTURE),
  SPACE_AND_MACHINES(Genre.SCI_FI, Genre.ACTION),
  OTHER_WORLDS(Genre.FANTASY, Genre.ADVENTURE),
  FOR_ALL_AGES(Genre.ANIMATION, Genre.CHILDREN),
  LIGHT_COMEDY(Genre.COMEDY, Genre.ROMANCE),
  DARK_COMEDY(Genre.COMEDY, Genre.CRIME),
  LOVE_STORIES(Genre.ROMANCE, Genre.DRAMA),
  SERIOUS_DRAMA(Genre.DRAMA, Genre.WAR),
  GANGSTERS(Genre.CRIME, Genre.DRAMA),
  SUSPENSE(Genre.THRILLER, Genre.MYSTERY),
  CHILLS(Genre.HORROR, Genre.THRILLER),
  TRUE_STORIES(Genre.DOCUMENTARY, Genre.DRAMA);

  static final int COUNT = values().length;

  /// The genre of most movies of this taste.
  final Genre lead;

  /// A second genre that many of them have.
  final Genre accent;

  Taste(Genre lead, Genre accent) {
    this.lead = lead;
    this.accent = accent;
  }
}
