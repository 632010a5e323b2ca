package com.craftyverse.recsys.serve;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// A process that creates a Lambda handler, as the runtime would, lets it answer one event and exits.
/// Given more events, it answers those too and prints its memory.
public final class FirstAnswer {
  private FirstAnswer() {}

  /// @param arguments the handler's class, the event, and optionally a file with more events
  public static void main(String[] arguments) throws Exception {
    Object handler = Class.forName(arguments[0]).getConstructor().newInstance();
    Class<?> contextType = Class.forName("com.amazonaws.services.lambda.runtime.Context");
    Object context =
        Proxy.newProxyInstance(
            FirstAnswer.class.getClassLoader(),
            new Class<?>[] {contextType},
            (proxy, method, parameters) ->
                switch (method.getName()) {
                  case "getRemainingTimeInMillis" -> 30_000;
                  case "getMemoryLimitInMB" -> 512;
                  case "getAwsRequestId" -> "request";
                  default -> null;
                });
    Method handle =
        handler
            .getClass()
            .getMethod("handleRequest", InputStream.class, OutputStream.class, contextType);
    System.out.println("ANSWER " + answer(handler, handle, arguments[1], context));
    if (arguments.length > 2) {
      for (String event : Files.readAllLines(Path.of(arguments[2]))) {
        String _ = answer(handler, handle, event, context);
      }
      Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmHWM") || line.startsWith("Rss"))
          .forEach(line -> System.out.println("MEMORY " + line));
    }
    System.exit(0);
  }

  private static String answer(Object handler, Method handle, String event, Object context)
      throws Exception {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    handle.invoke(
        handler, new ByteArrayInputStream(event.getBytes(StandardCharsets.UTF_8)), output, context);
    return output.toString(StandardCharsets.UTF_8).replace("\n", "");
  }
}
