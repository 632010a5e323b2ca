/// The first step: an uploaded ratings file becomes a dataset of Arrow columns.
///
/// [Ingest][com.craftyverse.recsys.ingest.Ingest] finds the upload and gives its result a name: the digest
/// of its bytes. [Reading][com.craftyverse.recsys.ingest.Reading] does the work, and begins with it before
/// the digest is known. Ratings go through three threads: one reads and inflates, one parses, one
/// writes and sums up. Another one turns movies, tags and links into their files meanwhile.
///
/// - [Upload][com.craftyverse.recsys.ingest.Upload] knows what is in a file, by its content.
/// - [RatingsParser][com.craftyverse.recsys.ingest.RatingsParser] takes the bytes of ratings to columns
///   without a `String` in between, many bytes at a time;
///   [RowReader][com.craftyverse.recsys.ingest.RowReader] takes the rows that are out of the ordinary,
///   and has the words for what is wrong with them.
/// - [Duplicates][com.craftyverse.recsys.ingest.Duplicates] removes ratings that were given again later,
///   so that no pair of user and movie is in two sets of a split.
/// - [Table][com.craftyverse.recsys.ingest.Table] reads the smaller files, full of quotes, with a CSV
///   library.
@NullMarked
package com.craftyverse.recsys.ingest;

import org.jspecify.annotations.NullMarked;
