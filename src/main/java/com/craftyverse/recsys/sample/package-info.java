/// A generator of MovieLens-shaped data for tests, benchmarks and first experiments. The real data sets may
/// not be redistributed.
///
/// *The ground truth is known.* A rating is a latent score, rounded to the user's habit of half or whole
/// stars and clipped to the scale:
///
/// ```
/// score = quality(movie) + bias(user) + p(user) · q(movie) + spread(user) × noise
/// ```
///
/// It has 8 factors of decreasing weight and logistic noise. The noise has a closed-form distribution
/// function, so [com.craftyverse.recsys.sample.Oracle] computes the exact mean and variance of every
/// published rating. The root of the mean variance is the best RMSE that any model can reach.
///
/// *The shape is MovieLens'.* Popularity follows a table of ratings by rank, activity a log-normal
/// distribution, and time the real service's years: movies enter the catalogue, users arrive, rate in
/// sessions, and some return.
///
/// *Choices follow taste.* A user's next movie is one that is in the catalogue and that the user has not
/// rated, drawn with probability proportional to popularity × liking (Plackett–Luce):
///
/// ```
/// liking = breadth + (1 − breadth) × (0.8 × taste(user, first) + 0.2 × taste(user, second))
/// ```
///
/// A user is a mixture of 12 tastes, few of them strong. A movie serves a first and a second taste, which
/// show in its genres, and has a breadth, the share of its appeal that reaches everybody. A user's factors
/// lean towards the genres of the user's tastes, so users tend to rate higher what they tend to choose.
/// [com.craftyverse.recsys.sample.Oracle] exposes the preferences, and
/// [com.craftyverse.recsys.sample.RankingCeiling] measures their NDCG, the best that a ranking model can
/// reach.
///
/// *The output is reproducible byte for byte.* All randomness comes from one small documented generator,
/// with a separate stream per user and movie. Logarithms and exponentials use `StrictMath`. Nothing depends
/// on locale, time zone, number of threads or hash order. Users are generated in parallel chunks and
/// written in order, so memory does not grow with the number of ratings.
///
/// [com.craftyverse.recsys.sample.SampleSpec] holds the parameters,
/// [com.craftyverse.recsys.sample.SampleGenerator] generates the data, and
/// [com.craftyverse.recsys.sample.GenerateSample] is the command line.
@NullMarked
package com.craftyverse.recsys.sample;

import org.jspecify.annotations.NullMarked;
