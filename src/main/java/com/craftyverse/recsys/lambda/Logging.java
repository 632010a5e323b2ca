package com.craftyverse.recsys.lambda;

import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.LogContext;
import org.jboss.logmanager.formatters.JsonFormatter;

/// Formats the log as one line of JSON per entry with the request's id among its fields, which CloudWatch
/// can search.
final class Logging {
  private Logging() {}

  /// Installs the application's log manager. The first thread that logs chooses it for the whole process,
  /// and two threads that log first at the same time can deadlock. Call this before anything that may log
  /// and before starting another thread.
  static void begin() {
    System.setProperty("java.util.logging.manager", "org.jboss.logmanager.LogManager");
    LogManager.getLogManager();
    LogContext.getLogContext();
  }

  /// Sets the JSON format on every log handler. Call it after the application has booted, because booting
  /// creates the handlers.
  static void install() {
    for (Handler handler : Logger.getLogger("").getHandlers()) {
      install(handler);
    }
  }

  private static void install(Handler handler) {
    handler.setFormatter(new JsonFormatter());
    if (handler instanceof ExtHandler wrapper) {
      for (Handler inner : wrapper.getHandlers()) {
        install(inner);
      }
    }
  }
}
