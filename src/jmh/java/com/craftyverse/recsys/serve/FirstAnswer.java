package com.craftyverse.recsys.serve;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;

/// A process that makes a Lambda handler, as the runtime would, has it answer one event, and ends.
public final class FirstAnswer {
  private FirstAnswer() {}

  /// @param arguments the handler's class, the event
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
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    handle.invoke(
        handler,
        new ByteArrayInputStream(arguments[1].getBytes(StandardCharsets.UTF_8)),
        output,
        context);
    System.out.println("ANSWER " + output.toString(StandardCharsets.UTF_8).replace("\n", ""));
    System.exit(0);
  }
}
