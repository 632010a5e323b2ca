package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.columnar.Texts;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The items by their values of an attribute. Immutable.
///
/// A text with bars, which a list in the upload becomes, has itself and each of its parts as values.
final class AttributeIndex {
  private static final Pattern BAR = Pattern.compile("\\|");
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d{1,3})?");

  /// Spellings of true and false; some formats write them as numbers.
  private static final List<String> TRUE = List.of("true", "True", "TRUE", "1");

  private static final List<String> FALSE = List.of("false", "False", "FALSE", "0");

  /// The number of each value.
  private final Map<String, Integer> values = new HashMap<>();

  /// The values that spell a number, by that number.
  private final Map<BigDecimal, List<Integer>> numbers = new HashMap<>();

  /// Where each value's items begin in [#postings], plus the end of the last.
  private final int[] starts;

  private final int[] postings;

  /// @param texts one per item, empty for none
  AttributeIndex(Texts texts) {
    int[][] valuesOfItems = new int[texts.size()][];
    for (int item = 0; item < valuesOfItems.length; item++) {
      valuesOfItems[item] = texts.bytes(item) == 0 ? new int[0] : values(texts.get(item));
    }
    // A counting sort of the items by value.
    starts = new int[values.size() + 1];
    for (int[] own : valuesOfItems) {
      for (int value : own) {
        starts[value + 1]++;
      }
    }
    Arrays.parallelPrefix(starts, Integer::sum);
    int[] next = starts.clone();
    postings = new int[starts[starts.length - 1]];
    for (int item = 0; item < valuesOfItems.length; item++) {
      for (int value : valuesOfItems[item]) {
        postings[next[value]++] = item;
      }
    }
    values.forEach(
        (text, value) -> {
          if (NUMBER.matcher(text).matches()) {
            numbers.computeIfAbsent(number(text), _ -> new ArrayList<>(1)).add(value);
          }
        });
  }

  private int[] values(String text) {
    if (text.indexOf('|') < 0) {
      return new int[] {number(text, values)};
    }
    List<String> parts = new ArrayList<>(List.of(text));
    for (String part : BAR.split(text)) {
      if (!part.isBlank()) {
        parts.add(part.strip());
      }
    }
    return parts.stream().mapToInt(part -> number(part, values)).distinct().toArray();
  }

  private static int number(String text, Map<String, Integer> values) {
    Integer known = values.get(text);
    if (known == null) {
      known = values.size();
      values.put(text, known);
    }
    return known;
  }

  private static BigDecimal number(String text) {
    return new BigDecimal(text).stripTrailingZeros();
  }

  /// Adds the items that have a value.
  ///
  /// @param value a text, which is compared as it is; a number, in any spelling; or a truth value
  void add(Object value, BitSet items) {
    switch (value) {
      case Number number ->
          numbers
              .getOrDefault(number(number.toString()), List.of())
              .forEach(it -> addItems(it, items));
      case Boolean truth -> (truth ? TRUE : FALSE).forEach(text -> addText(text, items));
      default -> addText(value.toString(), items);
    }
  }

  private void addText(String text, BitSet items) {
    Integer value = values.get(text);
    if (value != null) {
      addItems(value, items);
    }
  }

  private void addItems(int value, BitSet items) {
    for (int i = starts[value]; i < starts[value + 1]; i++) {
      items.set(postings[i]);
    }
  }
}
