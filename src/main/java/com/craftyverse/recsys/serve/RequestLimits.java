package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The limits of a single request.
public final class RequestLimits {
  /// Predictions per answer.
  static final int MAX_PREDICTIONS = 1_000;

  /// Users per request.
  static final int MAX_USERS = 100;

  /// Recommendations per answer.
  public static final int MAX_RECOMMENDATIONS = 1_000;

  /// Ratings per request.
  static final int MAX_RATINGS = 10_000;

  /// Recommendations × ratings of the user in an explained answer.
  static final int MAX_EXPLAINED = 300_000;

  /// Items in an allow or deny list.
  public static final int MAX_LISTED = 10_000;

  /// Characters of a search query.
  static final int MAX_QUERY = 200;

  /// Versions of a dataset's model.
  static final int MAX_VERSIONS = 100;

  /// Recommendations per answer, unless the request says otherwise.
  public static final int DEFAULT_RECOMMENDATIONS = 10;

  /// The same for pages.
  static final int DEFAULT_PAGE = 20;

  private RequestLimits() {}

  /// Checks that a list is not empty, not too long and contains no null.
  ///
  /// @param elements its elements, as a plural noun
  public static void list(String field, List<?> list, int max, String elements) {
    if (list.isEmpty()) {
      throw RequestException.invalid(
          "field '" + field + "' is empty; leave it out or name some " + elements);
    }
    if (list.size() > max) {
      throw RequestException.invalid(
          String.format(
              Locale.ROOT,
              "field '%s' has %d %s; %d at most are taken in one request",
              field,
              list.size(),
              elements,
              max));
    }
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i) == null) {
        throw RequestException.invalid("field '" + field + "[" + i + "]' is null");
      }
    }
  }

  /// Checks what can be checked without a model: at most one rating, or choice, per item.
  static void ratings(List<Rating> ratings) {
    list("ratings", ratings, MAX_RATINGS, "ratings");
    Set<Id> items = new HashSet<>();
    for (int i = 0; i < ratings.size(); i++) {
      Id item = Request.require("ratings[" + i + "].itemId", ratings.get(i).itemId());
      if (!items.add(item)) {
        throw RequestException.invalid(
            "field 'ratings': the item "
                + item
                + (ratings.get(i).rating() == null
                    ? " is there twice; send one choice per item, with its 'amount'"
                    : " is rated twice; send one rating per item"));
      }
    }
  }

  /// Checks that an explanation does not take too long. It computes each rating's share of each
  /// recommendation.
  ///
  /// @param n number of recommendations
  /// @param ratings number of the user's ratings
  static void explanations(int n, int ratings) {
    long parts = (long) n * ratings;
    if (parts > MAX_EXPLAINED) {
      throw RequestException.invalid(
          String.format(
              Locale.ROOT,
              "field 'explain': %,d recommendations from %,d ratings are %,d to compare; %,d at"
                  + " most are in one request, so ask for 'n' of at most %,d",
              n,
              ratings,
              parts,
              MAX_EXPLAINED,
              Math.max(1, MAX_EXPLAINED / ratings)));
    }
  }

  /// Returns the number of recommendations that a request asks for.
  ///
  /// @throws RequestException if it is out of range
  public static int recommendations(@Nullable Integer n) {
    return count(n, MAX_RECOMMENDATIONS, DEFAULT_RECOMMENDATIONS);
  }

  /// Returns the length of a page that a request asks for.
  static int page(@Nullable Integer n) {
    return count(n, MAX_RECOMMENDATIONS, DEFAULT_PAGE);
  }

  /// Returns the number of versions that a request asks for.
  static int versions(@Nullable Integer n) {
    return count(n, MAX_VERSIONS, DEFAULT_PAGE);
  }

  private static int count(@Nullable Integer n, int max, int defaultCount) {
    if (n == null) {
      return defaultCount;
    }
    if (n < 1 || n > max) {
      throw RequestException.invalid(
          "field 'n': expected a whole number from 1 to " + max + ", found " + n);
    }
    return n;
  }

  /// Returns the number of entries before the page that a request asks for.
  static int offset(@Nullable Integer offset) {
    if (offset == null) {
      return 0;
    }
    if (offset < 0) {
      throw RequestException.invalid(
          "field 'offset': expected a whole number of at least 0, found " + offset);
    }
    return offset;
  }

  /// Returns the search query, or an empty text for a request without one.
  static String query(@Nullable String query) {
    if (query == null) {
      return "";
    }
    if (query.length() > MAX_QUERY) {
      throw RequestException.invalid(
          "field 'query' has "
              + query.length()
              + " characters; "
              + MAX_QUERY
              + " at most are taken");
    }
    return query;
  }
}
