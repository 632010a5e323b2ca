package com.craftyverse.recsys.format;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The gate's verdict on a model: whether its evaluation entitles it to answer. `evaluate` reaches it and
/// records it; `publish` enforces it.
///
/// @param decision the decision
/// @param reasons one sentence per check that led to the decision or could not be made
/// @param checks all checks, in the order in which they were made
public record Verdict(Decision decision, List<String> reasons, List<Check> checks) {
  /// What `publish` does with the model.
  public enum Decision {
    /// Publishes it.
    ACCEPTED("accepted"),

    /// Keeps the published model.
    REFUSED("refused"),

    /// Publishes it if it is the dataset's first model, and otherwise keeps the published one.
    INSUFFICIENT_EVIDENCE("insufficientEvidence");

    private final String text;

    Decision(String text) {
      this.text = text;
    }

    @Override
    @JsonValue
    public String toString() {
      return text;
    }
  }

  /// The outcome of a check.
  public enum Outcome {
    /// The model is not worse by more than the margin.
    PASSED,

    /// The interval contains the margin, so the data do not decide. The model passes.
    UNDECIDED,

    /// The model is worse by more than the margin, or a sanity check failed.
    REFUSED,

    /// There are too few data to judge a model.
    INSUFFICIENT,

    /// The check does not apply; its reason says why. The model passes.
    SKIPPED;

    @Override
    @JsonValue
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// A comparison or a sanity check.
  ///
  /// @param name what is checked: `rmse` or `ndcgAt10` for comparisons, else the name of the sanity check
  /// @param subject what the model is compared with, or what a sanity check looks at
  /// @param outcome the outcome
  /// @param difference the model's measure minus that of the subject; null for sanity checks
  /// @param low lower end of the difference's 95 % interval
  /// @param high upper end of the difference's 95 % interval
  /// @param margin how much worse the model may be
  /// @param reason a sentence for people; null if the check passed
  public record Check(
      String name,
      String subject,
      Outcome outcome,
      @Nullable Double difference,
      @Nullable Double low,
      @Nullable Double high,
      @Nullable Double margin,
      @Nullable String reason) {
    /// Creates a check without a difference.
    public static Check of(String name, String subject, Outcome outcome, @Nullable String reason) {
      return new Check(name, subject, outcome, null, null, null, null, reason);
    }
  }

  /// Copies the lists.
  public Verdict {
    reasons = List.copyOf(reasons);
    checks = List.copyOf(checks);
  }

  /// Decides by the checks: a refused one refuses the model, then an insufficient one leaves it undecided.
  public static Verdict of(List<Check> checks) {
    Decision decision =
        anyIs(checks, Outcome.REFUSED)
            ? Decision.REFUSED
            : anyIs(checks, Outcome.INSUFFICIENT)
                ? Decision.INSUFFICIENT_EVIDENCE
                : Decision.ACCEPTED;
    List<String> reasons =
        checks.stream().map(Check::reason).filter(reason -> reason != null).distinct().toList();
    return new Verdict(decision, reasons, checks);
  }

  private static boolean anyIs(List<Check> checks, Outcome outcome) {
    return checks.stream().anyMatch(check -> check.outcome == outcome);
  }
}
