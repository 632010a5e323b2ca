/// Arrow IPC files on disk, read without copying and written without a vector library.
///
/// - [ArrowFile][com.craftyverse.recsys.columnar.ArrowFile] maps a file and hands out its columns as
///   `MemorySegment` slices.
/// - [ArrowFileWriter][com.craftyverse.recsys.columnar.ArrowFileWriter] writes one record batch after
///   another.
/// - [Column][com.craftyverse.recsys.columnar.Column] names the few column types that the project
///   uses.
/// - [Quantile][com.craftyverse.recsys.columnar.Quantile] finds order statistics of a column as it lies
///   there.
///
/// The files are plain: IPC *file* format, little endian, uncompressed, no nulls, no dictionaries.
/// pandas, polars, DuckDB and every Arrow library read them as they are; the tests hold the writer
/// against Arrow's own Java reader.
///
/// Both sides use Arrow's generated flatbuffer classes (`arrow-format`) and nothing else of Arrow.
/// Arrow's `VectorSchemaRoot` would bring `sun.misc.Unsafe` (which JDK 25 warns about and a later one
/// removes), an `--add-opens` on every command line, and 3 MB in each Lambda package, and would copy
/// each column once more: the columns here are already in memory in the very layout that the file
/// wants.
///
/// Java's flatbuffers have no verifier, so every offset and length that a footer claims is checked
/// against the file before it is used.
@NullMarked
package com.craftyverse.recsys.columnar;

import org.jspecify.annotations.NullMarked;
