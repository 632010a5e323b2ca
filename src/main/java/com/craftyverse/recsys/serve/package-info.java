/// What a model is for: ratings and recommendations, for users that it knows and for those that it does
/// not.
///
/// [RecommendationService][com.craftyverse.recsys.serve.RecommendationService] answers every request, from the
/// [ModelCache][com.craftyverse.recsys.serve.ModelCache] in memory;
/// [ServeFunction][com.craftyverse.recsys.serve.ServeFunction] makes each kind of request a function, and
/// `serve` takes all of them, so that one deployed function with one model answers everything. No
/// training code is needed.
///
/// *What is read.* When a model is loaded: `current.json`, `model.json`, `items.arrow` (factors, biases,
/// titles, genres, years, numbers of ratings, of all time and lately) and `lookup.arrow` (ids and biases of the users, where the
/// rest of each lies), one read each, and `gram.arrow` of a model that ranks. When a user is first asked for: a
/// range of `users.arrow` for each of the two vectors that is needed, and of `seen.arrow` where the history
/// matters, side by side. All are kept, up to a bound, as long as the model is.
///
/// *Cold starts.* On Lambda the model is loaded beside the start of the application, not after it
/// ([Preload][com.craftyverse.recsys.serve.startup.Preload]). What a start takes is mostly classes that are loaded and
/// lambdas that are linked for the first time, so there are few of them on the way to the first answer, the
/// package leaves out what it can (see its build, and `com.fasterxml.jackson.datatype.joda`), and the
/// thread that started the application does ahead what the other will come to. See `storage` for the S3 client.
/// Memory counts, too: each page that is touched for the first time is a page fault, and what is alive at a
/// collection is copied.
///
/// *Scoring.* The item factors lie factor by factor, an array for each, so that scoring the catalogue is
/// a plain loop over items at one index: C2 vectorizes it, C1, which is all that Lambda's managed runtime
/// has without SnapStart, compiles it into few instructions, and no incubator module is needed. Every
/// prediction, of a pair or of the catalogue, adds its terms in the same order, so it is the same to the
/// bit whichever function answers, whatever compiled it.
///
/// *Freshness.* No answer comes from a model that was replaced longer ago than a stated staleness. A request
/// that finds the last look at `current.json` older than that looks, and loads what is new, before it answers;
/// after half of that time a look is taken beside the requests. On Lambda, where the process is frozen between
/// requests, the first of the two does the work; where it runs all the time, the second. A process that is
/// restored from a snapshot looks before its first request. A new model is loaded whole and then takes the old
/// one's place in one assignment; a request works with the model that it began with. A new model that cannot be
/// loaded is told to the log and left alone.
///
/// *Ranking.* A model has rating vectors, which say how a user would rate an item, and may have ranking
/// vectors, which say how likely the user is to choose it. Recommendations go by the latter where they
/// are there, and each item among them is told with its predicted rating; nearness of items goes by them,
/// too. Popularity needs no vectors: `items.arrow` counts each item's ratings, of all time and of the last
/// fifth of the training time.
///
/// *Unknown users* send ratings and are folded in, into both models: least squares against the item
/// vectors, which stay as they are (see `model`). The same algebra says how much each rating contributed to a
/// recommendation. Who sends nothing gets what was popular lately.
@NullMarked
package com.craftyverse.recsys.serve;

import org.jspecify.annotations.NullMarked;
