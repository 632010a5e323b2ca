package com.craftyverse.recsys.local;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.Arrays;
import java.util.Map;

/// Starts the process: the server, or with the argument `pipeline` the [PipelineCommand], which
/// ends by itself.
@QuarkusMain
public final class Main {
  /// What the command does without: the server and its watcher. Its standard output has only the
  /// result.
  private static final Map<String, String> WITHOUT_A_SERVER =
      Map.of(
          "quarkus.http.host-enabled", "false",
          "recsys.watch", "false",
          "recsys.preload", "false",
          "quarkus.log.console.stderr", "true",
          "quarkus.log.category.\"io.quarkus\".level", "WARN");

  Main() {} // a bean, by its annotation

  /// @param args none, or `pipeline` and its options
  public static void main(String... args) {
    if (args.length > 0 && args[0].equals(PipelineCommand.NAME)) {
      WITHOUT_A_SERVER.forEach(System::setProperty);
      Quarkus.run(PipelineCommand.class, Arrays.copyOfRange(args, 1, args.length));
    } else {
      Quarkus.run(args);
    }
  }
}
