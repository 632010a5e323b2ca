package com.craftyverse.recsys.runtime;

import com.craftyverse.recsys.step.FunctionException;
import io.quarkus.logging.LoggingFilter;
import java.util.logging.Filter;
import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtFormatter;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.jspecify.annotations.Nullable;

/// The last filter that every log record passes. It escapes control characters, so that a caller's input
/// can neither forge a line nor control a terminal. It reduces a caller's mistake to its sentence,
/// without the stack trace that frameworks add.
@LoggingFilter(name = "safe")
public final class SafeLogFilter implements Filter {
  private static final ExtFormatter FORMATTER = new PatternFormatter("%s");

  @Override
  public boolean isLoggable(LogRecord entry) {
    String sentence = entry.getThrown() == null ? null : requestError(entry.getThrown());
    String message = entry instanceof ExtLogRecord extended ? format(extended) : entry.getMessage();
    if (sentence != null) {
      message = "refused: " + sentence;
      entry.setThrown(null);
    }
    String escaped = escape(message);
    if (!escaped.equals(message) || sentence != null) {
      if (entry instanceof ExtLogRecord extended) {
        extended.setMessage(escaped, ExtLogRecord.FormatStyle.NO_FORMAT);
      } else {
        entry.setMessage(escaped);
        entry.setParameters(null);
      }
    }
    return true;
  }

  /// Formats the message with its parameters, ahead of any other formatter.
  private static String format(ExtLogRecord entry) {
    return String.valueOf(FORMATTER.formatMessage(entry));
  }

  private static @Nullable String requestError(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof FunctionException) {
        return t.getMessage();
      }
    }
    return null;
  }

  static String escape(@Nullable String text) {
    if (text == null || text.chars().noneMatch(SafeLogFilter::isUnsafe)) {
      return String.valueOf(text);
    }
    StringBuilder escaped = new StringBuilder();
    text.chars()
        .forEach(
            c -> {
              if (isUnsafe(c)) {
                escaped.append(String.format(java.util.Locale.ROOT, "\\u%04x", c));
              } else {
                escaped.append((char) c);
              }
            });
    return escaped.toString();
  }

  /// Returns whether a character is a control character, or an invisible one that reorders or hides
  /// its neighbours.
  private static boolean isUnsafe(int c) {
    return Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
  }
}
