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

/// Translates S3 errors into one sentence: the attempted action, S3's response and the remedy.
final class S3Errors {
  private static final int MAX_MESSAGE_LENGTH = 300;

  private S3Errors() {}

  /// An attempted action and the permissions it requires.
  enum Action {
    FIND(
        "look for",
        "s3:GetObject on it, and s3:ListBucket on the bucket; without the latter S3 answers 403"
            + " for objects that do not exist"),
    READ(
        "read",
        "s3:GetObject on it, and s3:ListBucket on the bucket; without the latter S3 answers 403"
            + " for objects that do not exist"),
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

  /// Returns the exception to throw from the store.
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

  /// Returns the exception for an interrupted caller and keeps the thread's interrupt status set.
  static InterruptedIOException interrupted(
      Action action, String location, @Nullable Throwable cause) {
    Thread.currentThread().interrupt();
    InterruptedIOException stopped =
        new InterruptedIOException("interrupted before it could " + action.verb + " " + location);
    stopped.initCause(cause);
    return stopped;
  }

  private static String reason(Action action, SdkException problem) {
    if (problem instanceof S3Exception service) {
      return reason(action, service);
    }
    for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
      if (cause instanceof NonRetryableException && cause.getCause() != null) {
        return clean(cause.getCause().getMessage()); // S3 answered; we failed to process it
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
    String message = details == null ? "" : clean(details.errorMessage());
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
        + (message.isEmpty() ? "" : ", '" + message + "'")
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
          "S3 does not accept these credentials: check them";
      case "ExpiredToken", "ExpiredTokenException" ->
          "the credentials have expired: fetch new ones";
      case "RequestTimeTooSkewed" -> "this machine's clock is wrong: set it";
      case "SlowDown", "ServiceUnavailable", "InternalError" -> "try again later";
      default -> {
        if (status == 403) {
          yield "the role needs "
              + action.permission
              + ", and permission to use its KMS key if it has one";
        }
        yield status >= 500 ? "try again later" : "";
      }
    };
  }

  /// Server text is untrusted: this reduces it to one short line without control characters.
  private static String clean(@Nullable String text) {
    if (text == null) {
      return "";
    }
    String line = text.replaceAll("[\\p{Cntrl}\\p{Cf}]+", " ").strip();
    return line.length() > MAX_MESSAGE_LENGTH ? line.substring(0, MAX_MESSAGE_LENGTH) + "…" : line;
  }
}
