package com.craftyverse.recsys.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplateTest {
  private static final Set<String> FUNCTIONS =
      Set.of("ingest", "split", "index", "train", "evaluate", "publish", "recommendAll", "serve");

  /// The exit code of a script that lacks its library.
  private static final int NOT_INSTALLED = 77;

  @TempDir Path directory;
  private final Template template;

  TemplateTest() throws IOException {
    template = new Template();
  }

  @Test
  void everyFunction_exists_withinLambdasLimits() {
    assertThat(template.functions().keySet()).isEqualTo(FUNCTIONS);
    template
        .functions()
        .forEach(
            (name, function) -> {
              assertThat(function.path("Runtime").asText()).as(name).isEqualTo("java25");
              assertThat(function.path("Handler").asText())
                  .as(name)
                  .isEqualTo(
                      name.equals("serve")
                          ? "com.craftyverse.recsys.lambda.ServeEntryPoint::handleRequest"
                          : "com.craftyverse.recsys.lambda.LambdaEntryPoint::handleRequest");
              // A new account has functions of 3,008 MB and 10 executions, and may reserve none.
              assertThat(template.deployedNumber(function.path("MemorySize")))
                  .as(name)
                  .isBetween(128, 3_008);
              assertThat(function.path("Timeout").asInt()).as(name).isBetween(1, 900);
              assertThat(template.deployedNumber(function.path("EphemeralStorage").path("Size")))
                  .as(name)
                  .isBetween(512, 10_240);
              JsonNode reserved = function.path("ReservedConcurrentExecutions");
              String parameter = name.equals("serve") ? "ServeConcurrency" : "StepConcurrency";
              assertThat(reserved.path(0).asText()).as(name).startsWith("ReservesFor");
              assertThat(reserved.path(1).asText()).as(name).isEqualTo(parameter);
              assertThat(reserved.path(2).asText()).as(name).isEqualTo("AWS::NoValue");
              assertThat(template.parameter(parameter).path("Default").asInt()).isZero();
              assertThat(function.path("CodeUri").asText())
                  .isEqualTo(
                      name.equals("serve")
                          ? "../target/serving/function.zip"
                          : "../target/pipeline/function.zip");
            });
  }

  @Test
  void variables_areThoseThatTheCodeReads() throws IOException {
    Set<String> read = variablesReadByCode();
    assertThat(read).contains("RECSYS_STORE", "RECSYS_METRICS_NAMESPACE");
    // Lambda sets these itself.
    read.removeAll(
        Set.of(
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_LAMBDA_FUNCTION_NAME",
            "AWS_LAMBDA_INITIALIZATION_TYPE"));
    // Lambda, the JVM and Quarkus read these.
    read.addAll(
        Set.of(
            "AWS_LAMBDA_EXEC_WRAPPER",
            "JAVA_TOOL_OPTIONS",
            "QUARKUS_FUNQY_EXPORT",
            "QUARKUS_PROFILE"));
    Set<String> used = new TreeSet<>();
    template
        .functions()
        .forEach(
            (name, function) -> {
              JsonNode variables = Template.environment(function);
              assertThat(variables.has("RECSYS_STORE")).as(name).isTrue();
              assertThat(variables.path("QUARKUS_PROFILE").asText()).as(name).isEqualTo("lambda");
              variables.fieldNames().forEachRemaining(used::add);
            });
    assertThat(used).isEqualTo(read);
    assertThat(
            Template.environment(template.functions().get("train"))
                .path("AWS_LAMBDA_EXEC_WRAPPER")
                .asText())
        .isEqualTo("/var/task/train-wrapper");
    assertThat(
            Template.environment(template.functions().get("recommendAll"))
                .path("AWS_LAMBDA_EXEC_WRAPPER")
                .asText())
        .isEqualTo("/var/task/train-wrapper");
    assertThat(Path.of("src/main/zip.jvm/train-wrapper")).isExecutable();
  }

  /// Returns the environment variables and configuration keys that the sources read, as variables.
  /// Excludes what only the HTTP build has.
  private static Set<String> variablesReadByCode() throws IOException {
    Path sources = Path.of("src/main/java/com/craftyverse/recsys");
    Pattern lookup =
        Pattern.compile(
            "@ConfigProperty\\(\\s*name = \"([^\"]+)\"|(?:getenv|environment\\.getOrDefault)\\(\"([^\"]+)\"");
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (Set.of("local", "sample").contains(sources.relativize(file).getName(0).toString())) {
          continue;
        }
        Matcher found = lookup.matcher(Files.readString(file));
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
  void everyFunction_hasItsOwnRole_forExactPrefixes() {
    template
        .functions()
        .forEach(
            (name, function) -> {
              String role = capitalized(name) + "Role";
              assertThat(function.path("Role").asText()).isEqualTo(role + ".Arn");
              for (JsonNode statement : new Role(template, role).statements()) {
                assertThat(statement.path("Effect").asText()).as(role).isEqualTo("Allow");
                assertThat(statement.path("Action")).as(role).isNotEmpty();
                for (JsonNode action : statement.path("Action")) {
                  assertThat(action.asText()).as(role).doesNotContain("*");
                }
                assertThat(statement.path("Resource").toString())
                    .as(role)
                    .doesNotContain("\"*\"")
                    .doesNotContain("BucketName}/*");
              }
            });
  }

  @Test
  void everyFunction_writesItsOwnLogOnly() {
    for (String function : FUNCTIONS) {
      String log = capitalized(function) + "Log";
      assertThat(template.resource(log).at("/Properties/LogGroupName").asText())
          .isEqualTo("/aws/lambda/${AWS::StackName}-" + function);
      assertThat(template.functions().get(function).path("FunctionName").asText())
          .isEqualTo("${AWS::StackName}-" + function);
      assertThat(new Role(template, capitalized(function) + "Role").statements())
          .filteredOn(statement -> statement.path("Action").toString().contains("\"logs:"))
          .singleElement()
          .extracting(statement -> statement.path("Resource").asText())
          .isEqualTo(log + ".Arn");
    }
  }

  /// With a key of the bucket's owner, S3 answers 403 to a reader that may not use it.
  @Test
  void rolesThatReadObjects_decryptWithTheKey_andThoseThatWrite_encrypt() {
    List<String> readers = new ArrayList<>();
    for (var resource : template.resources().properties()) {
      String name = resource.getKey();
      if (!resource.getValue().path("Type").asText().equals("AWS::IAM::Role")) {
        continue;
      }
      Role role = new Role(template, name);
      List<String> onTheKey = new ArrayList<>();
      role.statements().stream()
          .filter(statement -> statement.path("Resource").asText().equals("KmsKeyArn"))
          .forEach(
              statement ->
                  statement.path("Action").forEach(action -> onTheKey.add(action.asText())));
      List<String> expected = new ArrayList<>();
      if (!role.keys("s3:GetObject").isEmpty()) {
        readers.add(name);
        expected.add("kms:Decrypt");
      }
      if (!role.keys("s3:PutObject").isEmpty()) {
        expected.add("kms:GenerateDataKey");
      }
      assertThat(onTheKey).as(name).containsExactlyElementsOf(expected);
    }
    assertThat(readers).hasSize(FUNCTIONS.size() + 2).contains("PipelineRole", "SparkRole");
  }

  @Test
  void roles_allowWhatTheStepsDo_andNoMore() {
    // Of models, only which one a delta's model starts from.
    assertThat(resources("Ingest", "s3:GetObject"))
        .containsExactly(
            "raw/*", "bases/*", "datasets/*", "models/*/current.json", "models/*/*/manifest.json");
    assertThat(resources("Split", "s3:GetObject")).containsExactly("datasets/*");
    assertThat(resources("Index", "s3:GetObject")).containsExactly("datasets/*");
    assertThat(resources("Train", "s3:GetObject")).containsExactly("datasets/*", "models/*");
    assertThat(resources("Evaluate", "s3:GetObject")).containsExactly("datasets/*", "models/*");
    assertThat(resources("Publish", "s3:GetObject")).containsExactly("models/*");
    assertThat(resources("Ingest", "s3:PutObject")).containsExactly("bases/*", "datasets/*");
    assertThat(resources("Split", "s3:PutObject")).containsExactly("datasets/*/splits/*");
    assertThat(resources("Index", "s3:PutObject")).containsExactly("datasets/*/index/*");
    assertThat(resources("Train", "s3:PutObject")).containsExactly("models/*/*/*");
    Role train = new Role(template, "TrainRole");
    assertThat(train.allows("PUT /bucket/models/set/m1/users.arrow HTTP/1.1")).isTrue();
    assertThat(train.allows("PUT /bucket/models/set/current.json HTTP/1.1")).isFalse();
    assertThat(resources("Evaluate", "s3:PutObject"))
        .containsExactly(
            "models/*/evaluation*.json",
            "models/*/report*.html",
            "models/*/lease-evaluation*.json");
    assertThat(resources("Publish", "s3:PutObject"))
        .containsExactly("models/*/current.json", "models/*/lookup.arrow");
    // Old versions, but never current.json.
    assertThat(resources("Publish", "s3:DeleteObject")).containsExactly("models/*/*/*");
    Role publish = new Role(template, "PublishRole");
    assertThat(publish.allows("DELETE /bucket/models/set/m1/users.arrow HTTP/1.1")).isTrue();
    assertThat(publish.allows("DELETE /bucket/models/set/current.json HTTP/1.1")).isFalse();
    assertThat(resources("RecommendAll", "s3:GetObject")).containsExactly("models/*", "batches/*");
    assertThat(resources("RecommendAll", "s3:PutObject")).containsExactly("batches/*");
    assertThat(resources("RecommendAll", "s3:DeleteObject"))
        .containsExactly("batches/*/lease-manifest.json", "batches/*/checkpoint");
    assertThat(resources("Serve", "s3:PutObject")).isEmpty();
    assertThat(resources("Serve", "s3:GetObject")).containsExactly("models/*");
    for (String function : List.of("Ingest", "Split", "Index", "Train", "Evaluate")) {
      assertThat(resources(function, "s3:DeleteObject"))
          .as(function)
          .allMatch(
              r ->
                  r.contains("lease")
                      || r.equals("models/*/checkpoint")
                      || (function.equals("Ingest") && r.equals("bases/*")));
      assertThat(resources(function, "s3:DeleteObject")).as(function).isNotEmpty();
    }
    // Only people write uploads, so no function can trigger itself.
    for (String function : FUNCTIONS) {
      assertThat(resources(capitalized(function), "s3:PutObject"))
          .noneMatch(r -> r.startsWith("raw"));
      // The bucket itself.
      assertThat(resources(capitalized(function), "s3:ListBucket")).containsExactly("");
    }
  }

  @Test
  void spark_isOffByDefault_keepsNothingRunning_andHasACap() {
    assertThat(template.parameter("Spark").path("Default").asText()).isEqualTo("off");
    JsonNode application = template.resource("SparkApplication");
    assertThat(application.path("Condition").asText()).isEqualTo("HasSpark");
    JsonNode properties = application.path("Properties");
    assertThat(properties.has("InitialCapacity")).isFalse();
    assertThat(properties.at("/AutoStopConfiguration/Enabled").asBoolean()).isTrue();
    assertThat(properties.at("/AutoStopConfiguration/IdleTimeoutMinutes").asInt()).isEqualTo(5);
    assertThat(properties.at("/MaximumCapacity/Cpu").asText()).isEqualTo("${SparkMaxCpu} vCPU");
    assertThat(properties.at("/MaximumCapacity/Memory").asText()).isEqualTo("${SparkMaxCpu}0 GB");
    assertThat(properties.at("/MaximumCapacity/Disk").asText()).isEqualTo("${SparkMaxCpu}00 GB");
    JsonNode limit =
        template.resource("Pipeline").at("/Properties/DefinitionSubstitutions/SparkFromBytes");
    assertThat(limit.path(1).asText()).isEqualTo("SparkFromBytes");
    assertThat(limit.path(2).asText()).isEqualTo(StateMachine.WITHOUT_SPARK);
  }

  /// Two jobs at once would compete for the capacity, and one that gets none fails.
  @Test
  void sparkJobs_runOneAtATime_andQueue_asLongAsOneMayTake() throws IOException {
    JsonNode scheduler =
        template.resource("SparkApplication").at("/Properties/SchedulerConfiguration");
    assertThat(scheduler.path("MaxConcurrentRuns").asInt()).isEqualTo(1);
    int job =
        StateMachine.read(Path.of("infra/pipeline.asl.json"))
            .states()
            .at("/TrainWithSpark/Parameters/ExecutionTimeoutMinutes")
            .asInt();
    // EMR Serverless allows 12 hours at most.
    assertThat(scheduler.path("QueueTimeoutMinutes").asInt()).isBetween(job, 720);
  }

  @Test
  void spark_mayDoWhatTheStepsDo_andNoMore() {
    JsonNode role = template.resource("SparkRole");
    assertThat(role.path("Condition").asText()).isEqualTo("HasSpark");
    assertThat(role.toString()).contains("emr-serverless.amazonaws.com", "aws:SourceAccount");
    assertThat(resources("Spark", "s3:GetObject"))
        .containsExactly("code/*", "raw/*", "datasets/*", "models/*", "runs/*");
    assertThat(resources("Spark", "s3:PutObject"))
        .containsExactly("datasets/*", "models/*/*/*", "runs/*");
    assertThat(resources("Spark", "s3:DeleteObject")).isEmpty();
    Role spark = new Role(template, "SparkRole");
    assertThat(spark.allows("PUT /bucket/models/set/m1/users.arrow HTTP/1.1")).isTrue();
    assertThat(spark.allows("PUT /bucket/models/set/current.json HTTP/1.1")).isFalse();
    Map<String, String> ofPipeline = new TreeMap<>();
    for (JsonNode statement : new Role(template, "PipelineRole").statements()) {
      statement
          .path("Action")
          .forEach(
              action -> ofPipeline.put(action.asText(), statement.path("Resource").toString()));
    }
    assertThat(ofPipeline)
        .containsEntry("emr-serverless:StartJobRun", "\"SparkApplication.Arn\"")
        .containsEntry("emr-serverless:GetJobRun", "\"${SparkApplication.Arn}/jobruns/*\"")
        .containsEntry("emr-serverless:CancelJobRun", "\"${SparkApplication.Arn}/jobruns/*\"")
        .containsEntry("iam:PassRole", "\"SparkRole.Arn\"");
    assertThat(ofPipeline.get("events:PutRule"))
        .endsWith("rule/StepFunctionsGetEventsForEMRServerlessJobRule\"");
    assertThat(resources("Pipeline", "s3:GetObject")).containsExactly("runs/*");
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
        .contains("raw/", "datasets/", "batches/", "runs/", "incoming/")
        .contains("AbortIncompleteMultipartUpload")
        .doesNotContain("models/");
    // A failed creation leaves no bucket that blocks the next one.
    assertThat(template.resource("Bucket").path("DeletionPolicy").asText())
        .isEqualTo("RetainExceptOnCreate");
    assertThat(template.resource("BucketPolicy").toString())
        .contains("aws:SecureTransport", "Deny");
  }

  @Test
  void stateMachine_hasASubstitutionForEveryName() throws IOException {
    assertEveryNameIsSubstituted("Pipeline", Path.of("infra/pipeline.asl.json"));
    assertEveryNameIsSubstituted("Unlock", Path.of("infra/unlock.asl.json"));
  }

  private void assertEveryNameIsSubstituted(String machine, Path file) throws IOException {
    String definition = Files.readString(file);
    Set<String> named = new TreeSet<>();
    var names = Pattern.compile("\\$\\{(\\w+)}").matcher(definition);
    while (names.find()) {
      named.add(names.group(1));
    }
    Set<String> given = new TreeSet<>();
    template
        .resource(machine)
        .path("Properties")
        .path("DefinitionSubstitutions")
        .fieldNames()
        .forEachRemaining(given::add);
    assertThat(given).isEqualTo(named);
    template
        .resource(machine)
        .path("Properties")
        .path("DefinitionSubstitutions")
        .forEach(
            value -> {
              // !If [HasSpark, value, what the definition has without]
              String text = value.isArray() ? value.path(1).asText() : value.asText();
              assertThat(
                      text.startsWith("AWS::")
                          || template.parameter(text).has("Default")
                          || template.resources().has(text.replace(".Arn", "")))
                  .as(text)
                  .isTrue();
            });
  }

  @Test
  void cfnLint_findsNothing() throws Exception {
    run("cfn-lint", "infra/template.yaml");
  }

  @Test
  void aslValidator_findsNothing() throws Exception {
    for (String name : List.of("pipeline.asl.json", "unlock.asl.json")) {
      String definition = Files.readString(Path.of("infra", name));
      Path file =
          Files.writeString(directory.resolve(name), definition.replace("${Partition}", "aws"));
      run("asl-validator", "--json-path", file.toString());
    }
  }

  /// Checks the output of AWS's own transform. SAM names a version after the function's properties as
  /// written, with parameters by name, so that name never changes. CloudFormation replaces a version
  /// whose description changes (AWS::Lambda::Version: "Update requires: Replacement"), and the
  /// description contains the values.
  @Test
  void changedParameterOfServe_publishesANewVersion() throws Exception {
    Map<String, String> first =
        Map.of("BucketName", "store", "Dataset", "ml-latest", "ServeMemory", "512");
    String version = publishedVersion(first);
    assertThat(version)
        .startsWith("ServeFunctionVersion")
        .endsWith(" ml-latest store 512 craftyverse-recsys");
    for (Map.Entry<String, String> changed :
        Map.of(
                "BucketName",
                "other",
                "Dataset",
                "other",
                "ServeMemory",
                "1024",
                "MetricsNamespace",
                "other")
            .entrySet()) {
      Map<String, String> second = new HashMap<>(first);
      second.put(changed.getKey(), changed.getValue());
      assertThat(publishedVersion(second)).as(changed.getKey()).isNotEqualTo(version);
    }
    assertThat(publishedVersion(new HashMap<>(first))).isEqualTo(version);
    // It contains every parameter of the function.
    String function = template.functions().get("serve").toString();
    String description = template.functions().get("serve").path("VersionDescription").asText();
    for (String parameter : List.of("BucketName", "Dataset", "ServeMemory", "MetricsNamespace")) {
      assertThat(function).contains(parameter);
      assertThat(description).contains("${" + parameter + "}");
    }
    assertThat(template.functions().get("serve").path("AutoPublishAliasAllProperties").asBoolean())
        .isTrue();
  }

  /// Returns the logical id and the description of the version that the alias points to.
  private static String publishedVersion(Map<String, String> parameters) throws Exception {
    return run(
        "python3",
        "src/test/python/published_version.py",
        new ObjectMapper().writeValueAsString(parameters));
  }

  /// A function that needs 90 percent of its time limit will soon fail. Train is resumed instead.
  @Test
  void durationAlarms_fireAtNinetyPercentOfTheTimeLimit() {
    for (String function : List.of("ingest", "split", "index", "evaluate", "publish", "serve")) {
      assertThat(
              template
                  .resource(capitalized(function) + "Duration")
                  .at("/Properties/Threshold")
                  .asInt())
          .as(function)
          .isEqualTo(900 * template.functions().get(function).path("Timeout").asInt());
    }
  }

  @Test
  void alarms_coverFailures_andNothingElse() {
    Map<String, String> alarms = new TreeMap<>();
    template
        .resources()
        .properties()
        .forEach(
            resource -> {
              JsonNode properties = resource.getValue().path("Properties");
              if (resource.getValue().path("Type").asText().equals("AWS::CloudWatch::Alarm")) {
                assertThat(properties.path("AlarmActions").path(0).asText())
                    .isEqualTo("AlarmTopic");
                assertThat(properties.path("TreatMissingData").asText()).isEqualTo("notBreaching");
                alarms.put(resource.getKey(), properties.path("MetricName").asText());
              }
            });
    assertThat(alarms)
        .containsEntry("ServeUrlErrors", "Url5xxCount")
        .containsEntry("ServeFailures", "Failures")
        .containsEntry("ServeErrors", "Errors")
        .containsEntry("PipelineFailures", "ExecutionsFailed")
        .containsEntry("FailedDeliveries", "ApproximateNumberOfMessagesVisible")
        .containsKey("ModelAge")
        // A resumed run uses all the time of a call, and datasets wait for each other.
        .doesNotContainKeys(
            "TrainDuration", "RecommendAllDuration", "TrainThrottles", "IngestThrottles");
    for (String function : FUNCTIONS) {
      assertThat(alarms).containsEntry(capitalized(function) + "Errors", "Errors");
    }
    // Only serve writes this metric, and only while it has a model, so there is none on the day of
    // the deployment.
    JsonNode metric =
        template.resource("ModelAge").at("/Properties/Metrics/0/MetricStat/Metric/MetricName");
    assertThat(metric.asText()).isEqualTo("ModelAge");
  }

  @Test
  void rules_haveADeadLetterQueue_andTheUnlockRuleMatchesEveryFailure() {
    int targets = 0;
    for (JsonNode resource : template.resources()) {
      if (resource.path("Type").asText().equals("AWS::Events::Rule")) {
        for (JsonNode target : resource.path("Properties").path("Targets")) {
          assertThat(target.path("DeadLetterConfig").path("Arn").asText())
              .isEqualTo("UndeliveredEvents.Arn");
          targets++;
        }
      }
    }
    assertThat(targets).isEqualTo(3);
    assertThat(template.resource("UndeliveredEventsPolicy").toString())
        .contains("sqs:SendMessage", "events.amazonaws.com");
    assertThat(template.resource("UnlockRule").at("/Properties/EventPattern/detail/status"))
        .extracting(JsonNode::asText)
        .containsExactly("FAILED", "ABORTED", "TIMED_OUT");
    assertThat(
            template
                .resource("LockTable")
                .at("/Properties/TimeToLiveSpecification/AttributeName")
                .asText())
        .isEqualTo("expires");
  }

  @Test
  void callers_getAPolicy_forTheAliasOnly() {
    JsonNode statements =
        template.resource("CallerPolicy").at("/Properties/PolicyDocument/Statement");
    Set<String> actions = new TreeSet<>();
    for (JsonNode statement : statements) {
      statement.path("Action").forEach(action -> actions.add(action.asText()));
      assertThat(statement.path("Resource").asText()).isEqualTo("${ServeFunction.Arn}:live");
    }
    assertThat(actions).containsExactly("lambda:InvokeFunction", "lambda:InvokeFunctionUrl");
    assertThat(template.outputs().path("CallerPolicy").path("Value").asText())
        .isEqualTo("CallerPolicy");
  }

  private static String run(String... command) throws Exception {
    boolean installed =
        Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, command[0])));
    assumeTrue(installed, command[0] + " is not installed");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assumeTrue(process.exitValue() != NOT_INSTALLED, output);
    assertThat(process.exitValue()).as(output).isZero();
    return output.strip();
  }

  private List<String> resources(String function, String action) {
    return new Role(template, function + "Role").keys(action);
  }

  private static String capitalized(String name) {
    return Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }
}
