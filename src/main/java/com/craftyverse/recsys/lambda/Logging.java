package com.craftyverse.recsys.lambda;

import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.LogContext;
import org.jboss.logmanager.formatters.JsonFormatter;

/// The log as a line of JSON for each entry, the request's id among its fields, which is what
/// CloudWatch searches best.
final class Logging {
  private Logging() {}

  /// Has the log manager of the application in place. Whoever logs first chooses it for the whole process,
  /// and two threads that log first at the same time can wait for each other for ever, so this comes before
  /// anything that may log and before any other thread.
  static void begin() {
    System.setProperty("java.util.logging.manager", "org.jboss.logmanager.LogManager");
    LogManager.getLogManager();
    LogContext.getLogContext();
  }

  /// Gives every handler of the log that format. To be called when the application has started, since
  /// that sets the handlers up.
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
