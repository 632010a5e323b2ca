package com.craftyverse.recsys.step;

import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.storage.InvalidKeyException;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.IOException;
import java.io.UncheckedIOException;

/// The frame around every function's work: turns what is the caller's or the data's fault into a
/// [RequestException], and lets everything else through as the failure that it is.
public final class FunctionCall {
  private FunctionCall() {}

  /// The work of a function.
  ///
  /// @param <R> its result
  @FunctionalInterface
  public interface Body<R> {
    /// Does the work.
    R run() throws IOException;
  }

  /// Runs a function's work.
  ///
  /// @throws RequestException when the request or the data that it names is at fault
  public static <R> R run(Body<R> body) {
    try {
      return body.run();
    } catch (NoSuchObjectException e) {
      throw RequestException.notFound(String.valueOf(e.getMessage()));
    } catch (InvalidKeyException e) {
      throw RequestException.invalid(String.valueOf(e.getMessage()));
    } catch (MalformedFileException e) {
      throw RequestException.unprocessable(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Checks a key that a request names.
  ///
  /// @param field the field that holds it
  /// @throws RequestException when it does not name an object within the store
  public static String requireKey(String field, String key) {
    try {
      return ObjectKeys.require(key);
    } catch (InvalidKeyException e) {
      throw RequestException.invalid("field '" + field + "': " + e.getMessage());
    }
  }
}
