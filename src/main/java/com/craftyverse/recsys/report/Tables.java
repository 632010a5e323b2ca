package com.craftyverse.recsys.report;

import static com.craftyverse.recsys.report.Html.el;
import static com.craftyverse.recsys.report.Html.text;

/// Pieces of tables. On a narrow screen a row becomes a block in which each cell has its label.
final class Tables {
  private Tables() {}

  /// Creates the head of a column.
  static Html.Element head(String text) {
    return el("th", text).attr("scope", "col");
  }

  /// Creates the head of the first column, which needs no words on screen.
  static Html.Element corner(String text) {
    return el("th", el("span", text).of("vh")).attr("scope", "col");
  }

  /// Creates the head of a row.
  static Html.Element rowHead(String text) {
    return el("th", text).attr("scope", "row");
  }

  /// Creates a cell.
  ///
  /// @param label the column's name
  static Html.Element cell(String label, String value) {
    return el("td", value).attr("data-l", label);
  }

  /// Creates a cell without a figure. A narrow screen leaves it out.
  static Html.Element empty() {
    return el("td", "–").of("none");
  }

  /// Creates a cell with a second line.
  static Html.Element cell(String label, String value, String note) {
    return el("td", text(value), el("small", note)).attr("data-l", label);
  }

  /// Creates a table of figures.
  ///
  /// @param caption for those who cannot see it
  static Html.Element table(String caption, Html head, Html body) {
    return el("table", el("caption", caption).of("vh"), head, body).of("score stack");
  }
}
