package com.craftyverse.recsys.infra;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// What a role in the template may do, by its own policies and by the managed ones attached to it.
final class Role {
  private static final String BUCKET = "${BucketName}";
  private final List<JsonNode> statements = new ArrayList<>();

  /// @param name the role's name in the template
  Role(Template template, String name) {
    JsonNode role = template.resource(name).path("Properties");
    for (JsonNode policy : role.path("Policies")) {
      add(policy);
    }
    for (JsonNode policy : role.path("ManagedPolicyArns")) {
      JsonNode resource = template.resource(policy.asText());
      if (!resource.path("Type").asText().equals("AWS::IAM::ManagedPolicy")) {
        throw new IllegalStateException(
            name + " has a policy of which nothing is known: " + policy);
      }
      add(resource.path("Properties"));
    }
  }

  private void add(JsonNode policy) {
    for (JsonNode statement : policy.path("PolicyDocument").path("Statement")) {
      // !If [condition, statement, AWS::NoValue]
      statements.add(statement.isArray() ? statement.path(1) : statement);
    }
  }

  /// Returns its statements, including those that depend on a condition.
  List<JsonNode> statements() {
    return List.copyOf(statements);
  }

  /// Returns the keys in the bucket on which it allows an action, as written in the template.
  List<String> keys(String action) {
    List<String> keys = new ArrayList<>();
    for (JsonNode statement : statements) {
      if (statement.path("Action").toString().contains('"' + action + '"')) {
        JsonNode resources = statement.path("Resource");
        for (JsonNode resource : resources.isArray() ? resources : List.of(resources)) {
          String arn = resource.asText();
          keys.add(
              arn.endsWith(BUCKET) ? "" : arn.substring(arn.indexOf(BUCKET) + BUCKET.length() + 1));
        }
      }
    }
    return keys;
  }

  /// Returns whether it allows an S3 request with this first line, such as `GET /bucket/key HTTP/1.1`.
  boolean allows(String request) {
    String[] words = request.split(" ");
    URI uri = URI.create(words[1]);
    String path = uri.getPath().substring(1);
    String key = path.contains("/") ? path.substring(path.indexOf('/') + 1) : "";
    boolean upload = String.valueOf(uri.getQuery()).contains("uploadId=");
    String action =
        switch (words[0]) {
          case "GET", "HEAD" -> key.isEmpty() ? "s3:ListBucket" : "s3:GetObject";
          case "PUT", "POST" -> "s3:PutObject";
          case "DELETE" -> upload ? "s3:AbortMultipartUpload" : "s3:DeleteObject";
          default -> throw new IllegalArgumentException(request);
        };
    return keys(action).stream()
        .map(allowed -> Pattern.quote(allowed).replace("*", "\\E.*\\Q"))
        .anyMatch(key::matches);
  }
}
