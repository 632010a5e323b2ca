package com.craftyverse.recsys.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// A part of an HTML document. Texts and attribute values are escaped when they are written, and there is no way
/// to add a text as markup, so an upload cannot add any.
sealed interface Html {
  /// Most characters of a text of an upload.
  int MAX_FOREIGN = 300;

  /// Appends the part's markup.
  void writeTo(StringBuilder out);

  /// Creates an element with children.
  static Element el(String name, Html... children) {
    return new Element(name).add(children);
  }

  /// Creates an element with a text.
  static Element el(String name, String text) {
    return new Element(name).text(text);
  }

  /// Creates a text.
  static Html text(String text) {
    return new Text(text);
  }

  /// Creates a text of an upload, at most 300 characters of it. Its writing direction does not spread to what is
  /// around it.
  static Element foreign(String text) {
    int end = Math.min(text.length(), MAX_FOREIGN);
    if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    return el("bdi", text.substring(0, end) + (end < text.length() ? "…" : ""));
  }

  /// An element.
  final class Element implements Html {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z][a-zA-Z0-9-]*");
    private static final Set<String> EMPTY = Set.of("meta", "br");

    private final String name;
    private final StringBuilder attributes = new StringBuilder();
    private final List<Html> children = new ArrayList<>();

    private Element(String name) {
      this.name = requireName(name);
    }

    private static String requireName(String name) {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException("'" + name + "' is no name of an element or attribute");
      }
      return name;
    }

    /// Sets an attribute.
    Element attr(String attribute, String value) {
      attributes.append(' ').append(requireName(attribute)).append("=\"");
      escape(value, attributes);
      attributes.append('"');
      return this;
    }

    /// Sets an attribute to a number, with at most two decimals.
    Element attr(String attribute, double value) {
      return attr(attribute, Numbers.plain(value));
    }

    /// Sets an attribute to a share of the chart's width or height.
    ///
    /// @param value in percent
    Element percent(String attribute, double value) {
      return attr(attribute, Numbers.plain(value) + "%");
    }

    /// Sets the class.
    Element of(String classes) {
      return attr("class", classes);
    }

    /// Adds children.
    Element add(Html... parts) {
      children.addAll(List.of(parts));
      return this;
    }

    /// Adds children.
    Element add(List<? extends Html> parts) {
      children.addAll(parts);
      return this;
    }

    /// Adds a text.
    Element text(String text) {
      children.add(new Text(text));
      return this;
    }

    @Override
    public void writeTo(StringBuilder out) {
      out.append('<').append(name).append(attributes).append('>');
      if (EMPTY.contains(name)) {
        return;
      }
      children.forEach(child -> child.writeTo(out));
      out.append("</").append(name).append('>');
    }

    /// Returns the element as a document.
    String document() {
      StringBuilder out = new StringBuilder("<!doctype html>\n");
      writeTo(out);
      return out.append('\n').toString();
    }
  }

  /// A text.
  record Text(String text) implements Html {
    @Override
    public void writeTo(StringBuilder out) {
      escape(text, out);
    }
  }

  /// The style sheet, which HTML does not let escape.
  record Style(String css) implements Html {
    /// @throws IllegalArgumentException if the sheet would end its element
    public Style {
      if (css.toLowerCase(Locale.ROOT).contains("</")) {
        throw new IllegalArgumentException("the style sheet contains </");
      }
    }

    @Override
    public void writeTo(StringBuilder out) {
      out.append("<style>").append(css).append("</style>");
    }
  }

  /// Appends a text for use between tags and in quoted attributes. HTML has no control characters; they become
  /// replacement characters.
  private static void escape(String text, StringBuilder out) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        case '\n', '\t' -> out.append(c);
        default -> out.append(Character.isISOControl(c) ? '\uFFFD' : c);
      }
    }
  }
}
