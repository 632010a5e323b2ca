/// Serving: predicted ratings and recommendations, for known and unknown users.
///
/// [RecommendationService][com.craftyverse.recsys.serve.RecommendationService] answers every request from
/// the [ModelCache][com.craftyverse.recsys.serve.ModelCache] in memory.
/// [ServeFunction][com.craftyverse.recsys.serve.ServeFunction] exposes each kind of request as a
/// function. Its `serve` function takes all kinds, so that one deployed function with one model answers
/// everything. Serving needs no training code.
///
/// *Reads.* Loading a model takes one read each of `current.json`, `model.json`, `items.arrow` (factors,
/// biases, titles, genres, years, and the numbers of ratings, all-time and recent), `lookup.arrow` (ids
/// and biases of the users, and where the rest of their data lies), and `gram.arrow` if the model ranks.
/// The first request for a user reads ranges in parallel: one of `users.arrow` per vector it needs, and
/// one of `seen.arrow` if it needs the history. The first request that filters by attributes, or searches
/// items that have some, reads `attributes.arrow`. All of this is cached, up to a bound, for the life of the
/// model.
///
/// *Cold starts.* On Lambda the model loads while the application boots, not afterwards
/// ([Preload][com.craftyverse.recsys.serve.startup.Preload]). Most of a cold start goes into loading
/// classes and linking lambdas. The path to the first answer therefore uses few of them, the deployment
/// package leaves out what it can (see its build, and `com.fasterxml.jackson.datatype.joda`), and the
/// thread that boots the application runs the first answer's code ahead of time. See `storage` for the S3
/// client. Memory counts, too: each first touch of a page is a page fault, and each garbage collection
/// copies the live objects.
///
/// *Scoring.* The item factors are stored by factor, one array per factor, so that scoring the catalogue
/// is a plain loop over items with one index. C2 vectorizes it. C1, which is all that Lambda's managed
/// runtime has without SnapStart, compiles it into few instructions. No incubator module is needed.
/// Predictions of a pair and of the whole catalogue add their terms in the same order, so they are
/// bit-for-bit the same in every function and under every compiler.
///
/// *Freshness.* No answer comes from a model that was replaced longer ago than the configured staleness.
/// If the last check of `current.json` is older than that, a request checks it and loads a new model
/// before it answers. If it is older than half of that, the check runs in the background. On Lambda,
/// which freezes the process between requests, the first rule does the work; in a permanent process, the
/// second. A process restored from a snapshot checks before its first request. A new model is loaded
/// completely and then replaces the old one in a single assignment; a request keeps the model it started
/// with. If a new model cannot be loaded, the log says so and the old one stays.
///
/// *Ranking.* A model has rating vectors, which predict how a user would rate an item, and may have
/// ranking vectors, which predict how likely the user is to choose it. Recommendations and item
/// similarity use the ranking vectors if there are any; each recommended item also carries its predicted
/// rating. Popularity needs no vectors: `items.arrow` counts each item's ratings, all-time and in the
/// last fifth of the training period.
///
/// *Unknown users* send ratings, which are folded into both models: least squares against fixed item
/// vectors (see `model`). The same algebra tells how much each rating contributed to a recommendation. A
/// user without any ratings gets what was recently popular.
@NullMarked
package com.craftyverse.recsys.serve;

import org.jspecify.annotations.NullMarked;
