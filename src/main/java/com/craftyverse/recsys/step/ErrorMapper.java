package com.craftyverse.recsys.step;

import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.storage.InvalidKeyException;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import java.io.IOException;
import java.io.UncheckedIOException;

/// Maps exceptions in a function to the error that the caller sees. Faults of the request or of the data
/// become a [RequestException]; everything else passes through as an internal failure.
public final class ErrorMapper {
  private ErrorMapper() {}

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
  /// @throws RequestException if the request, or the data that it names, is invalid
  /// @throws UncheckedIOException if the store fails
  public static <R> R call(Body<R> body) {
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
}
