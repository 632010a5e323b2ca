package empty;

import io.quarkus.funqy.Funq;

/// The function `serve`, which says what it was told.
public final class EmptyFunction {
  /// An answer.
  public record Answer(String text) {}

  /// Answers.
  @Funq("serve")
  public Answer serve(Answer request) {
    return request;
  }
}
