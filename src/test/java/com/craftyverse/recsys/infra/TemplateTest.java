package com.craftyverse.recsys.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TemplateTest {
  private static final Set<String> FUNCTIONS =
      Set.of("ingest", "split", "index", "train", "evaluate", "publish", "serve");

  private final Template template;

  TemplateTest() throws IOException {
    template = new Template();
  }

  @Test
  void everyFunction_isThere_withinLambdasLimits() {
    assertThat(template.functions().keySet()).isEqualTo(FUNCTIONS);
    assertThat(template.globals().path("Runtime").asText()).isEqualTo("java25");
    assertThat(template.globals().path("Handler").asText())
        .isEqualTo("com.craftyverse.recsys.lambda.LambdaEntryPoint::handleRequest");
    assertThat(template.functions().get("serve").path("Handler").asText())
        .isEqualTo("com.craftyverse.recsys.lambda.ServeEntryPoint::handleRequest");
    template
        .functions()
        .forEach(
            (name, function) -> {
              assertThat(function.path("MemorySize").asInt()).as(name).isBetween(128, 10_240);
              assertThat(function.path("Timeout").asInt()).as(name).isBetween(1, 900);
              assertThat(function.path("EphemeralStorage").path("Size").asInt())
                  .as(name)
                  .isBetween(512, 10_240);
              assertThat(function.has("ReservedConcurrentExecutions")).as(name).isTrue();
              assertThat(function.path("CodeUri").asText())
                  .isEqualTo(
                      name.equals("serve")
                          ? "../target/serving/function.zip"
                          : "../target/pipeline/function.zip");
            });
  }

  @Test
  void everyVariable_isReadByTheCode_andTheOnesItReadsAreSet() throws IOException {
    Set<String> read = variablesOfTheCode();
    assertThat(read).contains("RECSYS_STORE", "RECSYS_METRICS_NAMESPACE");
    // Lambda sets these by itself.
    read.removeAll(
        Set.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_LAMBDA_INITIALIZATION_TYPE"));
    // Lambda, the JVM and Quarkus read these.
    read.addAll(Set.of("AWS_LAMBDA_EXEC_WRAPPER", "JAVA_TOOL_OPTIONS", "QUARKUS_FUNQY_EXPORT"));
    Set<String> used = new TreeSet<>();
    template
        .functions()
        .forEach(
            (name, function) -> {
              JsonNode variables = Template.environment(function);
              assertThat(variables.has("RECSYS_STORE")).as(name).isTrue();
              variables.fieldNames().forEachRemaining(used::add);
            });
    assertThat(used).isEqualTo(read);
    assertThat(
            template
                .globals()
                .path("Environment")
                .path("Variables")
                .path("QUARKUS_PROFILE")
                .asText())
        .isEqualTo("lambda");
    assertThat(
            Template.environment(template.functions().get("train"))
                .path("AWS_LAMBDA_EXEC_WRAPPER")
                .asText())
        .isEqualTo("/var/task/train-wrapper");
    assertThat(Path.of("src/main/zip.jvm/train-wrapper")).isExecutable();
  }

  /// What the sources ask the environment and the configuration for, as variables. What only the HTTP
  /// build has is not for Lambda.
  private static Set<String> variablesOfTheCode() throws IOException {
    Path sources = Path.of("src/main/java/com/craftyverse/recsys");
    Pattern asked =
        Pattern.compile("@ConfigProperty\\(\\s*name = \"([^\"]+)\"|getenv\\(\"([^\"]+)\"\\)");
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (Set.of("local", "sample").contains(sources.relativize(file).getName(0).toString())) {
          continue;
        }
        Matcher found = asked.matcher(Files.readString(file));
        while (found.find()) {
          names.add(
              found.group(1) == null
                  ? found.group(2)
                  : found.group(1).toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"));
        }
      }
    }
    return names;
  }

  @Test
  void everyFunction_hasARoleOfItsOwn_forExactPrefixes() {
    Set<String> roles = new TreeSet<>();
    template
        .functions()
        .forEach(
            (name, function) -> {
              String role = function.path("Role").asText().replace(".Arn", "");
              roles.add(role);
              for (JsonNode statement : new Role(template, role).statements()) {
                for (JsonNode action : statement.path("Action")) {
                  assertThat(action.asText()).as(role).doesNotContain("*");
                }
                assertThat(statement.path("Resource").toString())
                    .as(role)
                    .doesNotContain("\"*\"")
                    .doesNotContain("BucketName}/*");
              }
            });
    assertThat(roles).hasSize(FUNCTIONS.size());
  }

  @Test
  void roles_allowWhatTheStepsDo_andNoMore() {
    assertThat(resources("Ingest", "s3:GetObject")).containsExactly("raw/*", "datasets/*");
    assertThat(resources("Split", "s3:GetObject")).containsExactly("datasets/*");
    assertThat(resources("Index", "s3:GetObject")).containsExactly("datasets/*");
    assertThat(resources("Train", "s3:GetObject")).containsExactly("datasets/*", "models/*");
    assertThat(resources("Evaluate", "s3:GetObject")).containsExactly("datasets/*", "models/*");
    assertThat(resources("Publish", "s3:GetObject")).containsExactly("models/*");
    assertThat(resources("Ingest", "s3:PutObject")).containsExactly("datasets/*");
    assertThat(resources("Split", "s3:PutObject")).containsExactly("datasets/*/splits/*");
    assertThat(resources("Index", "s3:PutObject")).containsExactly("datasets/*/index/*");
    assertThat(resources("Train", "s3:PutObject")).containsExactly("models/*");
    assertThat(resources("Evaluate", "s3:PutObject"))
        .containsExactly("models/*/evaluation*.json", "models/*/lease-evaluation*.json");
    assertThat(resources("Publish", "s3:PutObject"))
        .containsExactly("models/*/current.json", "models/*/lookup.arrow");
    assertThat(resources("Serve", "s3:PutObject")).isEmpty();
    assertThat(resources("Serve", "s3:GetObject")).containsExactly("models/*");
    for (String function : List.of("Ingest", "Split", "Index", "Train", "Evaluate")) {
      assertThat(resources(function, "s3:DeleteObject"))
          .as(function)
          .allMatch(r -> r.contains("lease") || r.equals("models/*/checkpoint"));
      assertThat(resources(function, "s3:DeleteObject")).as(function).isNotEmpty();
    }
    // Nobody but a person writes uploads, so no function can set itself off.
    for (String function : FUNCTIONS) {
      assertThat(resources(capitalized(function), "s3:PutObject"))
          .noneMatch(r -> r.startsWith("raw"));
    }
  }

  @Test
  void bucket_isEncryptedPrivateVersionedAndTidy() {
    JsonNode bucket = template.resource("Bucket").path("Properties");
    assertThat(bucket.path("BucketEncryption").isMissingNode()).isFalse();
    bucket
        .path("PublicAccessBlockConfiguration")
        .forEach(setting -> assertThat(setting.asBoolean()).isTrue());
    assertThat(bucket.path("PublicAccessBlockConfiguration")).hasSize(4);
    assertThat(bucket.path("VersioningConfiguration").path("Status").asText()).isEqualTo("Enabled");
    assertThat(bucket.path("LifecycleConfiguration").toString())
        .contains("raw/", "datasets/", "AbortIncompleteMultipartUpload")
        .doesNotContain("models/");
    assertThat(template.resource("BucketPolicy").toString())
        .contains("aws:SecureTransport", "Deny");
  }

  @Test
  void stateMachine_isGivenEverythingItNames() throws IOException {
    String definition = Files.readString(Path.of("infra/pipeline.asl.json"));
    Set<String> named = new TreeSet<>();
    var names = Pattern.compile("\\$\\{(\\w+)}").matcher(definition);
    while (names.find()) {
      named.add(names.group(1));
    }
    Set<String> given = new TreeSet<>();
    template
        .resource("Pipeline")
        .path("Properties")
        .path("DefinitionSubstitutions")
        .fieldNames()
        .forEachRemaining(given::add);
    assertThat(given).isEqualTo(named);
    template
        .resource("Pipeline")
        .path("Properties")
        .path("DefinitionSubstitutions")
        .forEach(
            value ->
                assertThat(template.resources().has(value.asText().replace(".Arn", "")))
                    .as(value.asText())
                    .isTrue());
  }

  @Test
  void cfnLint_findsNothing() throws Exception {
    run("cfn-lint", "infra/template.yaml");
  }

  @Test
  void aslValidator_findsNothing() throws Exception {
    run("asl-validator", "--json-path", "infra/pipeline.asl.json");
  }

  private static void run(String... command) throws Exception {
    boolean installed =
        Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, command[0])));
    assumeTrue(installed, command[0] + " is not installed");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
  }

  private List<String> resources(String function, String action) {
    return new Role(template, function + "Role").keys(action);
  }

  private static String capitalized(String name) {
    return Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }
}
