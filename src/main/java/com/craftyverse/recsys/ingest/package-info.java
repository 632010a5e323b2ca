/// The first step: an uploaded ratings file becomes a dataset of Arrow columns.
///
/// [Ingest][com.craftyverse.recsys.ingest.Ingest] reads a MovieLens-style zip (or a plain
/// `ratings.csv`) and writes `ratings.arrow` and `movies.arrow`, rows in the order of the file.
/// [RatingsParser][com.craftyverse.recsys.ingest.RatingsParser] is the project's own: it takes bytes
/// to columns without a `String` in between. Movies, a thousandth of the rows and full of quotes, are
/// read by a CSV library.
@NullMarked
package com.craftyverse.recsys.ingest;

import org.jspecify.annotations.NullMarked;
