package com.craftyverse.recsys.report;

import static com.craftyverse.recsys.report.Html.el;
import static com.craftyverse.recsys.report.Html.text;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A chart of values on one axis, a row each: a dot, its interval, and a tick for a baseline.
final class DotRows {
  private static final int TICKS = 4;

  private final String label;
  private final List<Row> rows;
  private final @Nullable Double line;

  /// A row.
  ///
  /// @param name what the value is of
  /// @param note a second line below the name
  /// @param value the value
  /// @param low lower end of its interval; null without one
  /// @param high upper end of its interval; null without one
  /// @param baseline a value to compare with; null without one
  /// @param figure the value as text
  /// @param detail a second line below the figure
  /// @param kind class of the dot: `val`, `rank` or `base`
  /// @param isMain whether the row stands out
  record Row(
      String name,
      String note,
      double value,
      @Nullable Double low,
      @Nullable Double high,
      @Nullable Double baseline,
      String figure,
      String detail,
      String kind,
      boolean isMain) {}

  /// @param label says what the chart shows
  /// @param rows at least one
  /// @param line a value that all rows are compared with; null without one
  DotRows(String label, List<Row> rows, @Nullable Double line) {
    this.label = label;
    this.rows = rows;
    this.line = line;
  }

  Html.Element html() {
    List<Double> values = new ArrayList<>();
    for (Row row : rows) {
      values.add(row.value);
      addIfPresent(row.low, values);
      addIfPresent(row.high, values);
      addIfPresent(row.baseline, values);
    }
    addIfPresent(line, values);
    Axis axis = Axis.around(values, TICKS);
    Html.Element list = el("ul").of("rows").attr("aria-label", label);
    rows.forEach(row -> list.add(row(row, axis)));
    Html.Element scale = el("svg").of("track scale");
    for (double tick : axis.ticks()) {
      scale.add(el("text", axis.label(tick)).percent("x", axis.percent(tick)).attr("y", 14));
    }
    return list.add(
        el("li", el("span"), scale, el("span")).of("scale").attr("aria-hidden", "true"));
  }

  private static void addIfPresent(@Nullable Double value, List<Double> values) {
    if (value != null) {
      values.add(value);
    }
  }

  private Html row(Row row, Axis axis) {
    Html.Element track = el("svg").of("track").attr("aria-hidden", "true");
    if (line != null) {
      track.add(upright(axis.percent(line), "0", "100%").of("base thin"));
    }
    double x = axis.percent(row.value);
    if (row.baseline != null) {
      double other = axis.percent(row.baseline);
      track.add(along(x, other).of("gap"));
      track.add(upright(other, "25%", "75%").of("base"));
    }
    if (row.low != null && row.high != null) {
      track.add(along(axis.percent(row.low), axis.percent(row.high)).of(row.kind));
    }
    track.add(el("circle").percent("cx", x).attr("cy", "50%").attr("r", 4.5).of("dot " + row.kind));
    Html.Element item =
        el("li", withNote(row.name, row.note), track, withNote(row.figure, row.detail).of("r"));
    return row.isMain ? item.of("me") : item;
  }

  private static Html.Element withNote(String text, String note) {
    Html.Element both = el("span", text(text));
    return note.isEmpty() ? both : both.add(el("small", note));
  }

  private static Html.Element along(double from, double to) {
    return el("line").percent("x1", from).attr("y1", "50%").percent("x2", to).attr("y2", "50%");
  }

  private static Html.Element upright(double x, String from, String to) {
    return el("line").percent("x1", x).attr("y1", from).percent("x2", x).attr("y2", to);
  }
}
