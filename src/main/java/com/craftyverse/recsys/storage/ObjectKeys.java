package com.craftyverse.recsys.storage;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The rules for object keys, the same in every store.
public final class ObjectKeys {
  private static final int MAX_KEY_LENGTH = 1024;

  private ObjectKeys() {}

  /// Returns `key` if it is a valid object key.
  ///
  /// @throws InvalidKeyException when it is empty or absolute, contains `..`, an empty segment, a backslash
  ///     or a control character, or is longer than 1,024 bytes in UTF-8
  public static String require(String key) {
    String problem = problem(key);
    if (problem != null) {
      throw new InvalidKeyException("the key " + quote(key) + " " + problem);
    }
    return key;
  }

  /// Returns whether `key` is a valid object key.
  public static boolean isValid(String key) {
    return problem(key) == null;
  }

  /// Returns `prefix` if a valid key can begin with it.
  ///
  /// @throws InvalidKeyException otherwise
  public static String requirePrefix(String prefix) {
    String problem = problem(prefix + "x");
    if (problem != null) {
      throw new InvalidKeyException("the prefix " + quote(prefix) + " " + problem);
    }
    return prefix;
  }

  private static @Nullable String problem(String key) {
    if (key.isEmpty()) {
      return "is empty";
    }
    if (key.getBytes(StandardCharsets.UTF_8).length > MAX_KEY_LENGTH) {
      return "is longer than " + MAX_KEY_LENGTH + " bytes";
    }
    if (key.chars().anyMatch(Character::isISOControl)) {
      return "has a control character";
    }
    if (key.startsWith("/") || key.matches("[A-Za-z]:.*")) {
      return "is absolute; a key is relative to the store";
    }
    if (key.indexOf('\\') >= 0) {
      return "has a backslash; segments are separated by '/'";
    }
    for (String segment : key.split("/", -1)) {
      switch (segment) {
        case "" -> {
          return "has an empty segment";
        }
        case ".", ".." -> {
          return "has a segment '" + segment + "'; a key cannot leave the store";
        }
        default -> {}
      }
    }
    return null;
  }

  /// Returns `text` in quotes, truncated, with control characters escaped, so that it is safe in a message
  /// or a log line.
  public static String quote(String text) {
    StringBuilder quoted = new StringBuilder("'");
    int length = Math.min(text.length(), 120);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append(length < text.length() ? "…'" : "'").toString();
  }

  /// Returns the object's directory, with a trailing slash.
  public static String directoryOf(String key) {
    return key.substring(0, key.lastIndexOf('/') + 1);
  }
}
