package com.craftyverse.recsys.storage.s3;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.NonRetryableException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Says in one sentence what was tried, what S3 answered and what helps.
final class S3Errors {
  private static final int LONGEST = 300;

  private S3Errors() {}

  /// What was tried, and which permission it takes.
  enum Action {
    FIND(
        "look for",
        "s3:GetObject on it, and s3:ListBucket on the bucket or what is not there counts as"
            + " forbidden"),
    READ(
        "read",
        "s3:GetObject on it, and s3:ListBucket on the bucket or what is not there counts as"
            + " forbidden"),
    LIST("list", "s3:ListBucket on the bucket"),
    WRITE("write", "s3:PutObject and s3:AbortMultipartUpload on it"),
    DELETE("delete", "s3:DeleteObject on it");

    final String verb;
    final String permission;

    Action(String verb, String permission) {
      this.verb = verb;
      this.permission = permission;
    }
  }

  /// The exception for a caller of the store.
  ///
  /// @param location `s3://bucket/key`
  static IOException of(Action action, String location, SdkException problem) {
    if (problem instanceof AbortedException) {
      return interrupted(action, location, problem);
    }
    String message = "cannot " + action.verb + " " + location + ": " + reason(action, problem);
    int attempts = Optional.ofNullable(problem.numAttempts()).orElse(1);
    return new IOException(
        attempts > 1 ? message + " (" + attempts + " attempts)" : message, problem);
  }

  /// The exception for a caller that was interrupted; it still is.
  static InterruptedIOException interrupted(
      Action action, String location, @Nullable Throwable cause) {
    Thread.currentThread().interrupt();
    InterruptedIOException stopped =
        new InterruptedIOException(
            "stopped by an interrupt before it could " + action.verb + " " + location);
    stopped.initCause(cause);
    return stopped;
  }

  private static String reason(Action action, SdkException problem) {
    if (problem instanceof S3Exception service) {
      return reason(action, service);
    }
    for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
      if (cause instanceof NonRetryableException && cause.getCause() != null) {
        return clean(
            cause.getCause().getMessage()); // what we did with the answer, not S3, was the trouble
      }
    }
    String message = clean(problem.getMessage());
    String lower = message.toLowerCase(Locale.ROOT);
    if (lower.contains("unable to load credentials")) {
      return "no AWS credentials were found; run under a role, or set AWS_ACCESS_KEY_ID and"
          + " AWS_SECRET_ACCESS_KEY or AWS_PROFILE";
    }
    Throwable root = problem;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root instanceof SdkException
        ? message
        : message + " (" + root.getClass().getSimpleName() + ": " + clean(root.getMessage()) + ")";
  }

  private static String reason(Action action, S3Exception problem) {
    AwsErrorDetails details = problem.awsErrorDetails();
    String code = details == null ? "" : clean(details.errorCode());
    String said = details == null ? "" : clean(details.errorMessage());
    String answer =
        "S3 answered "
            + problem.statusCode()
            + (code.isEmpty() || code.equals("null") ? "" : " " + code);
    String region =
        details == null || details.sdkHttpResponse() == null
            ? null
            : details.sdkHttpResponse().firstMatchingHeader("x-amz-bucket-region").orElse(null);
    String advice = advice(action, problem.statusCode(), code, region);
    return answer
        + (said.isEmpty() ? "" : ", '" + said + "'")
        + (advice.isEmpty() ? "" : "; " + advice);
  }

  private static String advice(Action action, int status, String code, @Nullable String region) {
    if (status == 301 || status == 307 || code.equals("AuthorizationHeaderMalformed")) {
      return region == null
          ? "the bucket is in another region: set AWS_REGION to it"
          : "the bucket is in the region " + clean(region) + ": set AWS_REGION to it";
    }
    return switch (code) {
      case "NoSuchBucket" -> "there is no such bucket: check its name in the store's setting";
      case "InvalidAccessKeyId", "SignatureDoesNotMatch" ->
          "the credentials are not those of an account that S3 knows: check them";
      case "ExpiredToken", "ExpiredTokenException" ->
          "the credentials have expired: fetch new ones";
      case "RequestTimeTooSkewed" -> "the clock of this machine is wrong: set it";
      case "SlowDown", "ServiceUnavailable", "InternalError" -> "try again later";
      default -> {
        if (status == 403) {
          yield "the role needs "
              + action.permission
              + ", and the use of its KMS key if it has one";
        }
        yield status >= 500 ? "try again later" : "";
      }
    };
  }

  /// What a server says is not trusted: one line, no control characters, not too long.
  private static String clean(@Nullable String text) {
    if (text == null) {
      return "";
    }
    String line = text.replaceAll("[\\p{Cntrl}\\p{Cf}]+", " ").strip();
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
  }
}
