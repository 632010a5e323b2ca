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
  static void installLogManager() {
    System.setProperty("java.util.logging.manager", "org.jboss.logmanager.LogManager");
    LogManager.getLogManager();
    LogContext.getLogContext();
  }

  /// Sets the JSON format on every log handler. Call it after the application has booted, because booting
  /// creates the handlers.
  static void installJsonFormatter() {
    for (Handler handler : Logger.getLogger("").getHandlers()) {
      installJsonFormatter(handler);
    }
  }

  private static void installJsonFormatter(Handler handler) {
    handler.setFormatter(new JsonFormatter());
    if (handler instanceof ExtHandler wrapper) {
      for (Handler inner : wrapper.getHandlers()) {
        installJsonFormatter(inner);
      }
    }
  }
}
