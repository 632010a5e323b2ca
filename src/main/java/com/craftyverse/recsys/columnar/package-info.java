/// Arrow IPC files on disk, read without copying and written without a vector library.
///
/// - [ArrowFile][com.craftyverse.recsys.columnar.ArrowFile] maps a file and exposes its columns as
///   `MemorySegment` slices.
/// - [ArrowFileWriter][com.craftyverse.recsys.columnar.ArrowFileWriter] writes a file one record batch at a
///   time.
/// - [Column][com.craftyverse.recsys.columnar.Column] defines the few column types that the project uses.
/// - [Quantile][com.craftyverse.recsys.columnar.Quantile] computes order statistics of a mapped column in
///   place.
///
/// The files use the plain IPC *file* format: little endian, uncompressed, no nulls, no dictionaries.
/// pandas, polars, DuckDB and every Arrow library read them. The tests check the writer with Arrow's own
/// Java reader.
///
/// Reader and writer use only Arrow's generated flatbuffer classes (`arrow-format`). Arrow's
/// `VectorSchemaRoot` would bring `sun.misc.Unsafe` (which JDK 25 warns about and a later one removes), an
/// `--add-opens` on every command line, and 3 MB in each Lambda package. It would also copy each column
/// once more, although the columns are already in memory in the file's layout.
///
/// Java's flatbuffers have no verifier, so the code checks every offset and length in a footer against the
/// file before using it.
@NullMarked
package com.craftyverse.recsys.columnar;

import org.jspecify.annotations.NullMarked;
