package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.table.TableFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a ratings file was read.
///
/// @param table the format of a table that is no delimited text: `json lines`, `parquet` or `arrow`; null for text
/// @param encoding its encoding
/// @param delimiter what separates its values; a blank stands for any run of blanks and tabs
/// @param header whether its first line names the columns; otherwise they are named `1`, `2` and so on
/// @param columns the columns of users, items, ratings and times
/// @param userIdType the type of user ids: `int32`, `int64` or `utf8`
/// @param itemIdType the type of item ids
/// @param time how times are written: `seconds`, `milliseconds`, `microseconds`, `nanoseconds`, `date` or, without
///     times, `none`
/// @param decimalComma whether ratings have a decimal comma
/// @param findings what was found out and why, a sentence each; empty for MovieLens' own layouts
public record DetectedFormat(
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String table,
    String encoding,
    String delimiter,
    boolean header,
    RatingsColumns columns,
    IdType userIdType,
    IdType itemIdType,
    String time,
    boolean decimalComma,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> findings) {
  /// Copies the findings.
  public DetectedFormat {
    findings = findings == null ? List.of() : List.copyOf(findings);
  }

  static DetectedFormat of(UploadFile upload) {
    RatingsLayout layout = upload.layout();
    return new DetectedFormat(
        layout.table() == TableFormat.TEXT ? null : layout.table().toString(),
        upload.encoding(),
        layout.separator(),
        layout.header(),
        layout.names(),
        layout.userIdType(),
        layout.itemIdType(),
        layout.time().toString(),
        layout.decimalComma(),
        upload.findings());
  }
}
