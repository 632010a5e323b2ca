/// Readers for tables that are no delimited text: JSON Lines, Parquet and Arrow IPC.
///
/// Each [renders][com.craftyverse.recsys.table.CsvText] the chosen columns as CSV in UTF-8, which is what the
/// parsers of `ingest` read. So whatever holds for CSV files holds for these: the detection of columns, types
/// of ids and times, errors that name the row, item metadata, side files. Rendering takes some 30 ns a row, on a
/// thread of its own. Of Parquet, ratings that are all numbers are read [as arrays][com.craftyverse.recsys.table.NumberColumns]
/// instead, and only rows with unusual values become text.
@NullMarked
package com.craftyverse.recsys.table;

import org.jspecify.annotations.NullMarked;
