package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.NumberTable;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// An index of the words of all titles, which finds items as the user types. Immutable.
///
/// Each word of a query has to be a prefix of a word of the title or of the id. A word is a run of
/// letters and digits. Case and accents are folded: NFKD without marks, then each character's upper case
/// in lower case, which no neighbouring character affects, so that the fold of a prefix is a prefix of the
/// fold.
///
/// The words are sorted, so those with a prefix are a range. So are the numeric ids with a prefix and a given
/// number of digits; they take no place in the index.
final class ItemSearch {
  private static final String MAX_NUMBER = Long.toString(Long.MAX_VALUE);

  private final ItemCatalog catalog;

  /// All words, folded, ascending.
  private final String[] words;

  /// Where each word's items begin in [#postings], plus the end of the last.
  private final int[] starts;

  private final int[] postings;

  private ItemSearch(ItemCatalog catalog, String[] words, int[] starts, int[] postings) {
    this.catalog = catalog;
    this.words = words;
    this.starts = starts;
    this.postings = postings;
  }

  /// Returns the index of a catalogue.
  static ItemSearch of(ItemCatalog catalog) {
    Map<String, Integer> numbers = new HashMap<>();
    List<String> byNumber = new ArrayList<>();
    int[][] wordsOfItems = new int[catalog.size()][];
    for (int item = 0; item < wordsOfItems.length; item++) {
      Set<String> itemWords = words(indexed(catalog, item));
      int[] wordNumbers = new int[itemWords.size()];
      int at = 0;
      for (String word : itemWords) {
        Integer number = numbers.get(word);
        if (number == null) {
          number = byNumber.size();
          numbers.put(word, number);
          byNumber.add(word);
        }
        wordNumbers[at++] = number;
      }
      wordsOfItems[item] = wordNumbers;
    }
    String[] words = byNumber.toArray(String[]::new);
    Arrays.sort(words);
    int[] ranks = new int[words.length];
    for (int rank = 0; rank < words.length; rank++) {
      ranks[numbers.getOrDefault(words[rank], 0)] = rank;
    }
    // A counting sort of the items by word.
    int[] starts = new int[words.length + 1];
    for (int[] wordNumbers : wordsOfItems) {
      for (int number : wordNumbers) {
        starts[ranks[number] + 1]++;
      }
    }
    Arrays.parallelPrefix(starts, Integer::sum);
    int[] next = starts.clone();
    int[] postings = new int[starts[words.length]];
    for (int item = 0; item < wordsOfItems.length; item++) {
      for (int number : wordsOfItems[item]) {
        postings[next[ranks[number]]++] = item;
      }
    }
    return new ItemSearch(catalog, words, starts, postings);
  }

  /// Returns the title of an item and, if it is a text, the id.
  private static String indexed(ItemCatalog catalog, int item) {
    String title = Objects.requireNonNullElse(catalog.title(item), "");
    return catalog.ids() instanceof NumberTable ? title : title + " " + catalog.itemId(item);
  }

  /// Returns the distinct words of a text, folded.
  static Set<String> words(String text) {
    String decomposed = Normalizer.normalize(text, Normalizer.Form.NFKD);
    Set<String> words = new LinkedHashSet<>();
    StringBuilder word = new StringBuilder();
    int at = 0;
    while (at < decomposed.length()) {
      int character = decomposed.codePointAt(at);
      at += Character.charCount(character);
      if (Character.isLetterOrDigit(character)) {
        word.appendCodePoint(Character.toLowerCase(Character.toUpperCase(character)));
      } else if (!isMark(character) && !word.isEmpty()) {
        words.add(word.toString());
        word.setLength(0);
      }
    }
    if (!word.isEmpty()) {
      words.add(word.toString());
    }
    return words;
  }

  private static boolean isMark(int character) {
    return switch (Character.getType(character)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK ->
          true;
      default -> false;
    };
  }

  /// Returns the items that match every word.
  ///
  /// @param queryWords at least one, as [#words] returns them
  BitSet find(Set<String> queryWords) {
    BitSet found = ItemFilter.all(catalog);
    for (String word : queryWords) {
      BitSet items = new BitSet(catalog.size());
      addTitles(items, word);
      addIds(items, word);
      found.and(items);
    }
    return found;
  }

  private void addTitles(BitSet items, String prefix) {
    int first = Arrays.binarySearch(words, prefix);
    int last = first < 0 ? -first - 1 : first;
    int from = starts[last];
    while (last < words.length && words[last].startsWith(prefix)) {
      last++;
    }
    for (int i = from; i < starts[last]; i++) {
      items.set(postings[i]);
    }
  }

  /// Adds the items whose numeric id begins with the digits of `prefix`, whatever its sign: `12` is 12, 120 to
  /// 129, 1200 to 1299 and so on.
  private void addIds(BitSet items, String prefix) {
    if (!(catalog.ids() instanceof NumberTable ids)
        || prefix.length() > MAX_NUMBER.length()
        || (prefix.length() == MAX_NUMBER.length() && prefix.compareTo(MAX_NUMBER) > 0)
        || !prefix.chars().allMatch(digit -> digit >= '0' && digit <= '9')) {
      return;
    }
    long low = Long.parseLong(prefix);
    if (prefix.charAt(0) == '0') {
      if (prefix.length() == 1) {
        addRange(items, ids, 0, 0);
      }
      return;
    }
    long high = low;
    while (true) {
      addRange(items, ids, low, high);
      boolean open = low < high && high == Long.MAX_VALUE;
      addRange(items, ids, open ? Long.MIN_VALUE : -high, -low);
      if (low > Long.MAX_VALUE / 10) {
        return;
      }
      low *= 10;
      high = high > (Long.MAX_VALUE - 9) / 10 ? Long.MAX_VALUE : high * 10 + 9;
    }
  }

  private static void addRange(BitSet items, NumberTable ids, long first, long last) {
    int from = ids.firstFrom(first);
    items.set(from, last == Long.MAX_VALUE ? ids.size() : ids.firstFrom(last + 1));
  }
}
