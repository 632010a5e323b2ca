package com.craftyverse.recsys.infra;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// What a function's role in the template may do in the bucket.
final class Role {
  private static final String BUCKET = "${BucketName}";
  private final List<JsonNode> statements = new ArrayList<>();

  /// @param name the role's name in the template
  Role(Template template, String name) {
    for (JsonNode policy : template.resource(name).path("Properties").path("Policies")) {
      policy.path("PolicyDocument").path("Statement").forEach(statements::add);
    }
  }

  /// Returns its statements; a conditional statement stays the list that contains it.
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
