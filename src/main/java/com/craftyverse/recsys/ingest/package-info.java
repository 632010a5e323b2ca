/// The first step: turns an uploaded ratings file into a dataset of Arrow columns.
///
/// [Ingest][com.craftyverse.recsys.ingest.Ingest] finds the upload and names the result by the digest of its
/// bytes. [UploadReader][com.craftyverse.recsys.ingest.UploadReader] does the work and starts before the
/// digest is known. Two threads process the ratings: one reads and inflates, the other parses, summarizes and
/// writes. Meanwhile the caller's thread computes the digest and converts items, tags and links. Inflating is
/// the bottleneck, because it runs on a single thread. [CpuPermits][com.craftyverse.recsys.ingest.CpuPermits]
/// therefore keep a core free for it.
///
/// - [UploadFile][com.craftyverse.recsys.ingest.UploadFile] detects the file type from the content. Tables that are
///   no text, such as Parquet, [become text][com.craftyverse.recsys.table.CsvText] on the thread that reads.
///   [ArchiveEntries][com.craftyverse.recsys.ingest.ArchiveEntries] identifies the files in a zip;
///   [ZipArchive][com.craftyverse.recsys.ingest.ZipArchive] lists and opens its entries,
///   [FileArchive][com.craftyverse.recsys.ingest.FileArchive] files as they were uploaded.
/// - [SampledTable][com.craftyverse.recsys.ingest.SampledTable] finds the delimiter, the header and what the values look
///   like; [LayoutDetector][com.craftyverse.recsys.ingest.LayoutDetector] decides what the columns mean.
/// - [RatingsParser][com.craftyverse.recsys.ingest.RatingsParser] parses ratings from bytes into columns,
///   several bytes at a time and without creating a `String`. It passes unusual rows to
///   [RowReader][com.craftyverse.recsys.ingest.RowReader], which also words the errors.
///   [CsvRecord][com.craftyverse.recsys.ingest.CsvRecord] implements the quoting rules.
/// - [UploadSample][com.craftyverse.recsys.ingest.UploadSample] shows the columns and first values of a file,
///   also of one with an unknown header, in a dry run.
/// - [Duplicates][com.craftyverse.recsys.ingest.Duplicates] removes ratings that a later rating replaces, so
///   that no (user, item) pair occurs in two sets of a split.
/// - [CsvTable][com.craftyverse.recsys.ingest.CsvTable] reads the smaller files, which are full of quotes,
///   with a CSV library. [CsvRow][com.craftyverse.recsys.ingest.CsvRow] tracks where in the file each value
///   is. Problems in these files are counted and quoted in the figures. They never cause good ratings to be
///   refused.
@NullMarked
package com.craftyverse.recsys.ingest;

import org.jspecify.annotations.NullMarked;
