package com.craftyverse.recsys.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.step.RequestException;
import java.util.logging.Level;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.Test;

class SafeLogFilterTest {
  private final SafeLogFilter filter = new SafeLogFilter();

  @Test
  void controlCharacters_areEscaped() {
    ExtLogRecord entry = new ExtLogRecord(Level.INFO, "key {0}", "test");
    entry.setParameters(new Object[] {"a\u001b[31m\r\nERROR forged \u202e"});
    assertThat(format(entry)).isEqualTo("key a\\u001b[31m\\u000d\\u000aERROR forged \\u202e");
  }

  @Test
  void plainMessages_stayUnchanged() {
    ExtLogRecord entry = new ExtLogRecord(Level.INFO, "trained {0} × {1}: fine", "test");
    entry.setParameters(new Object[] {"Äpfel", 3});
    assertThat(format(entry)).isEqualTo("trained Äpfel × 3: fine");
  }

  @Test
  void callersMistake_isLoggedWithoutStackTrace() {
    ExtLogRecord entry = new ExtLogRecord(Level.SEVERE, "Failed to run lambda", "test");
    entry.setThrown(new IllegalStateException(RequestException.invalid("field 'k' is missing")));
    assertThat(format(entry)).isEqualTo("refused: field 'k' is missing");
    assertThat(entry.getThrown()).isNull();
  }

  private String format(ExtLogRecord entry) {
    assertThat(filter.isLoggable(entry)).isTrue();
    return new PatternFormatter("%s%e").format(entry);
  }
}
