/// The first step: an uploaded ratings file becomes a dataset of Arrow columns.
///
/// [Ingest][com.craftyverse.recsys.ingest.Ingest] finds the upload and names its result by the digest
/// of its bytes. [UploadReader][com.craftyverse.recsys.ingest.UploadReader] does the work, and begins with it before
/// the digest is known. Ratings go through two threads: one reads and inflates, one parses, sums up and
/// writes. Meanwhile the caller's computes the digest, and converts items, tags and links into their files.
/// Inflating sets the pace, because one thread has to do all of it; so
/// [CpuPermits][com.craftyverse.recsys.ingest.CpuPermits] make the other threads leave it a core.
///
/// - [UploadFile][com.craftyverse.recsys.ingest.UploadFile] knows what a file is, by its content, and
///   [ArchiveEntries][com.craftyverse.recsys.ingest.ArchiveEntries] what is in a zip, whose entries
///   [ZipArchive][com.craftyverse.recsys.ingest.ZipArchive] lists and opens.
/// - [RatingsParser][com.craftyverse.recsys.ingest.RatingsParser] takes the bytes of ratings to columns
///   without a `String` in between, many bytes at a time;
///   [RowReader][com.craftyverse.recsys.ingest.RowReader] takes the rows that are out of the ordinary,
///   and has the words for what is wrong with them;
///   [CsvRecord][com.craftyverse.recsys.ingest.CsvRecord] knows the rules of quotes.
/// - [Duplicates][com.craftyverse.recsys.ingest.Duplicates] removes ratings that were given again later,
///   so that no pair of user and item is in two sets of a split.
/// - [CsvTable][com.craftyverse.recsys.ingest.CsvTable] reads the smaller files, full of quotes, with a CSV
///   library; [CsvRow][com.craftyverse.recsys.ingest.CsvRow] knows where in the file each value is.
///   Problems of these files are counted and quoted in the figures, and never refuse good ratings.
@NullMarked
package com.craftyverse.recsys.ingest;

import org.jspecify.annotations.NullMarked;
