package com.craftyverse.recsys.lambda;

import java.util.logging.Handler;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.formatters.JsonFormatter;

/// The log as a line of JSON for each entry, the request's id among its fields, which is what
/// CloudWatch searches best.
final class JsonLog {
  private JsonLog() {}

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
