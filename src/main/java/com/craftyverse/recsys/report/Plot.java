package com.craftyverse.recsys.report;

import static com.craftyverse.recsys.report.Html.el;

import java.util.List;

/// A chart with two axes. It is as wide as its place: coordinates are shares of width and height, so that texts
/// and lines keep their size.
final class Plot {
  private final Axis x;
  private final Axis y;
  private final Html.Element svg;

  /// Curves, whose coordinates cannot be shares: they have a grid of 100 × 100 that is stretched.
  private final Html.Element curves =
      el("svg")
          .attr("viewBox", "0 0 100 100")
          .attr("preserveAspectRatio", "none")
          .attr("width", "100%")
          .attr("height", "100%");

  /// @param classes of the chart
  /// @param label says what it shows, for those who cannot see it
  Plot(String classes, String label, Axis x, Axis y) {
    this.x = x;
    this.y = y;
    this.svg = el("svg").of("plot " + classes).attr("role", "img").attr("aria-label", label);
  }

  /// Draws a line and a label for each tick of the vertical axis.
  Plot horizontals() {
    for (double tick : y.ticks()) {
      svg.add(line(0, up(tick), 100, up(tick)).of("grid"));
      svg.add(el("text", y.label(tick)).of("y").attr("x", 0).percent("y", up(tick)).attr("dx", -8));
    }
    return this;
  }

  /// Draws a line for each tick of the horizontal axis.
  Plot verticals() {
    for (double tick : x.ticks()) {
      svg.add(line(x.percent(tick), 0, x.percent(tick), 100).of("grid"));
      label(tick, x.label(tick), "x");
    }
    return this;
  }

  /// Writes a label below the horizontal axis.
  ///
  /// @param classes `x`; with `first` or `last` at its ends; with `opt` if a narrow screen may go without
  Plot label(double at, String label, String classes) {
    svg.add(
        el("text", label).of(classes).percent("x", x.percent(at)).attr("y", "100%").attr("dy", 18));
    return this;
  }

  /// Draws a dashed line across at a value.
  Plot across(double value) {
    svg.add(line(0, up(value), 100, up(value)).of("dash"));
    return this;
  }

  /// Draws a dashed line between two points.
  Plot dashed(double fromX, double fromY, double toX, double toY) {
    svg.add(line(x.percent(fromX), up(fromY), x.percent(toX), up(toY)).of("dash"));
    return this;
  }

  /// Draws a curve through points; where a value is not a number, it is interrupted.
  ///
  /// @param xs ascending
  /// @param ys a value for each
  Plot curve(String kind, List<Double> xs, List<Double> ys) {
    StringBuilder path = new StringBuilder();
    boolean isDown = false;
    for (int i = 0; i < xs.size(); i++) {
      if (Double.isFinite(ys.get(i))) {
        path.append(isDown ? "L" : "M")
            .append(Numbers.plain(x.percent(xs.get(i))))
            .append(' ')
            .append(Numbers.plain(up(ys.get(i))));
        isDown = true;
      } else {
        isDown = false;
      }
    }
    if (!path.isEmpty()) {
      curves.add(el("path").of(kind).attr("d", path.toString()));
    }
    return this;
  }

  /// Draws a dot.
  ///
  /// @param radius in pixels
  Plot dot(String kind, double atX, double atY, double radius) {
    svg.add(
        el("circle")
            .of("dot " + kind)
            .percent("cx", x.percent(atX))
            .percent("cy", up(atY))
            .attr("r", radius));
    return this;
  }

  /// Draws a bar from the horizontal axis up to a value.
  ///
  /// @param from where it begins on the horizontal axis
  /// @param to where it ends
  Plot bar(String kind, double from, double to, double value) {
    double start = x.percent(from);
    svg.add(
        el("rect")
            .of(kind)
            .percent("x", start)
            .percent("y", up(value))
            .percent("width", x.percent(to) - start)
            .percent("height", y.percent(value)));
    return this;
  }

  Html.Element html() {
    return svg.add(curves);
  }

  private double up(double value) {
    return 100 - y.percent(value);
  }

  private static Html.Element line(double x1, double y1, double x2, double y2) {
    return el("line").percent("x1", x1).percent("y1", y1).percent("x2", x2).percent("y2", y2);
  }
}
