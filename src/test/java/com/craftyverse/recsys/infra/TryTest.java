package com.craftyverse.recsys.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs `infra/try` against stand-ins for the AWS CLI and curl, which record their calls.
class TryTest {
  private static final String AWS =
      """
      #!/bin/sh
      echo "aws $*" >>"$CALLS"
      case "$*" in
        *"OutputKey=='Bucket'"*) echo bucket ;;
        *"OutputKey=='Pipeline'"*) echo machine ;;
        *"OutputKey=='ServeFunction'"*) echo serve ;;
        *"OutputKey=='ServeUrl'"*) echo https://id.lambda-url.eu-west-1.on.aws/ ;;
        *list-executions*)
          echo arn:of-yesterday
          if grep -q "s3 cp" "$CALLS"; then
            echo arn:of-another
            echo arn:ours
          fi
          ;;
        *describe-execution*arn:of-another*--query\\ input*) echo '{"detail": {"object": {"key": "raw/other/x.zip"}}}' ;;
        *describe-execution*arn:ours*--query\\ input*) echo '{"detail": {"object": {"key": "raw/my set/file.zip"}}}' ;;
        *describe-execution*--query\\ output*)
          echo '{"train": {}, "evaluate": {"manifest": "models/my set/1/evaluation.json", "report":"models/my set/1/report.html"}}'
          ;;
        *describe-execution*) echo SUCCEEDED ;;
        *export-credentials*) printf 'AWS_ACCESS_KEY_ID=key\\nAWS_SECRET_ACCESS_KEY=secret\\nAWS_SESSION_TOKEN=token\\n' ;;
        *"lambda invoke"*) for last; do :; done; echo '{"answer": 1}' >"$last" ;;
      esac
      """;

  private static final String CURL =
      """
      #!/bin/sh
      echo "curl $*" >>"$CALLS"
      cat >>"$CALLS"
      echo '{"answer": 2}'
      """;

  @TempDir Path directory;

  @Test
  void upload_isFollowedInAnyTimeZone_andQueriedThroughTheUrl() throws Exception {
    script("aws", AWS);
    script("curl", CURL);
    script("sleep", "#!/bin/sh\n");
    Path calls = directory.resolve("calls");
    Path file = Files.writeString(directory.resolve("file.zip"), "a zip");
    ProcessBuilder builder =
        new ProcessBuilder(
            "infra/try",
            "--file",
            file.toString(),
            "--dataset",
            "my set",
            "--report",
            directory.resolve("to/report.html").toString());
    builder.environment().put("PATH", directory + ":/usr/bin:/bin");
    builder.environment().put("CALLS", calls.toString());
    builder.environment().put("TZ", "Asia/Tokyo");
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    assertThat(output)
        .contains("Following arn:ours\n", "{\"answer\": 1}", "{\"answer\": 2}")
        .doesNotContain("secret", "token");
    List<String> queries = Files.readAllLines(calls);
    assertThat(directory.resolve("to")).isDirectory();
    assertThat(queries)
        .contains(
            "aws s3 cp --only-show-errors s3://bucket/models/my set/1/report.html "
                + directory.resolve("to/report.html"));
    assertThat(queries)
        .contains(
            "curl --silent --show-error --fail-with-body --config - --aws-sigv4"
                + " aws:amz:eu-west-1:lambda --header content-type: application/json --data"
                + " {\"dataset\": \"my set\", \"userId\": 483, \"n\": 5}"
                + " https://id.lambda-url.eu-west-1.on.aws/recommend",
            "user = \"key:secret\"",
            "header = \"x-amz-security-token: token\"");
    assertThat(queries).noneMatch(line -> line.startsWith("curl") && line.contains("secret"));
  }

  private void script(String name, String text) throws IOException {
    Path file = Files.writeString(directory.resolve(name), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
