/// The generator of MovieLens-shaped data: what tests, benchmarks and newcomers use in place of the
/// real sets, which may not be redistributed.
///
/// *The truth is known.* A rating is a latent score, rounded to the user's habit of half or whole
/// stars and clipped to the scale:
///
/// ```
/// score = quality(movie) + bias(user) + p(user) · q(movie) + spread(user) × noise
/// ```
///
/// with 8 factors of falling weight and logistic noise, whose distribution function is closed, so
/// that [com.craftyverse.recsys.sample.Oracle] states the exact mean and variance of every
/// published rating. The root of the mean variance is the best RMSE that any model can reach.
///
/// *The shape is MovieLens'.* Popularity follows a table of ratings by rank, activity a log-normal
/// law, and time the years of the real service: movies enter the catalogue, users arrive, rate in
/// sessions, and some come back.
///
/// *Choices follow taste.* Each next movie of a user is one that is in the catalogue and that the
/// user has not rated, with probability proportional to popularity × liking (Plackett–Luce):
///
/// ```
/// liking = breadth + (1 − breadth) × (0.8 × taste(user, first) + 0.2 × taste(user, second))
/// ```
///
/// A user is a mixture of 12 tastes, few of them strong; a movie serves a first and a second taste,
/// which show in its genres, and has a breadth, the part of its appeal that reaches everybody. A
/// user's factors lean towards those of the genres of the user's tastes, so users tend to rate
/// higher what they tend to choose. [com.craftyverse.recsys.sample.Oracle] states the preferences,
/// and [com.craftyverse.recsys.sample.RankingCeiling] measures the NDCG that they reach, which is
/// what a ranking model can reach at best.
///
/// *The same bytes everywhere.* All randomness comes from one small documented generator, with a
/// stream of its own for each user and movie; logarithms and exponentials are `StrictMath`'s;
/// nothing depends on the locale, the time zone, the number of threads or the order of a hash
/// table. Users are made in chunks side by side and written in order, so that memory does not grow
/// with the ratings.
///
/// [com.craftyverse.recsys.sample.SampleSpec] says what to make,
/// [com.craftyverse.recsys.sample.SampleGenerator] makes it,
/// [com.craftyverse.recsys.sample.GenerateSample] is the command line.
@NullMarked
package com.craftyverse.recsys.sample;

import org.jspecify.annotations.NullMarked;
