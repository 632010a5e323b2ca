package com.craftyverse.recsys.openapi;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.funqy.Funq;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Generates `openapi.json`, the description of the HTTP API, from the functions, their request and result
/// records and the docs of the sources. Only the examples and the paths that are no functions are written by
/// hand, in `src/test/resources/openapi`.
///
/// OpenAPI 3.0.3 and not 3.1, because client generators of several languages do not read 3.1.
public final class OpenApi {
  static final Path DOCUMENT =
      Path.of("src/main/resources/com/craftyverse/recsys/local/openapi.json");

  private static final Path SOURCES = Path.of("src/main/java");
  private static final Path BY_HAND = Path.of("src/test/resources/openapi");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /// What a function answers besides its result. The reasons are this project's, not HTTP's.
  private static final Map<Integer, String> STEP_ERRORS =
      new TreeMap<>(
          Map.of(
              400, "The request is invalid.",
              404, "The request names an object that does not exist.",
              409, "Another process does the same work at the moment.",
              422, "The upload, or an object that the request names, cannot be used."));

  private static final Map<Integer, String> QUERY_ERRORS =
      new TreeMap<>(
          Map.of(
              400, "The request is invalid.",
              404, "The request names something that the store does not have.",
              503, "The store cannot be read at the moment; a retry may succeed."));

  private final Map<String, Method> functions = functions();
  private final SourceDocs docs = SourceDocs.read();
  private final Schemas schemas =
      new Schemas(
          docs, types(Method::getParameterTypes), types(it -> new Class<?>[] {it.getReturnType()}));

  private OpenApi() throws IOException {}

  /// Writes the document.
  public static void main(String[] args) throws IOException {
    Files.createDirectories(DOCUMENT.getParent());
    Files.writeString(DOCUMENT, generate());
    System.out.println("wrote " + DOCUMENT);
  }

  /// The record of `GET /runs`, which is no function's.
  private static final Path SERVER_STATE =
      SOURCES.resolve("com/craftyverse/recsys/local/ServerState.java");

  /// Returns the document as the sources have it now.
  static String generate() throws IOException {
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    return MAPPER
            .writer(
                new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter))
            .writeValueAsString(new OpenApi().document())
        + "\n";
  }

  /// Returns the methods that are functions, by the function's name.
  static Map<String, Method> functions() throws IOException {
    Map<String, Method> functions = new TreeMap<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(it -> it.toString().endsWith(".java")).sorted().toList()) {
        if (Files.readString(file).contains("@Funq(")) {
          for (Method method : load(file).getDeclaredMethods()) {
            Funq function = method.getAnnotation(Funq.class);
            if (function != null) {
              functions.put(function.value(), method);
            }
          }
        }
      }
    }
    return functions;
  }

  private static Class<?> load(Path source) {
    String path = SOURCES.relativize(source).toString();
    String name = path.substring(0, path.length() - ".java".length()).replace('/', '.');
    try {
      return Class.forName(name, false, OpenApi.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Returns each function's examples: `{"summary": …, "request": {…}, "result": {…}}`.
  static Map<String, List<JsonNode>> examples() throws IOException {
    Map<String, List<JsonNode>> examples = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> function :
        MAPPER.readTree(BY_HAND.resolve("examples.json").toFile()).properties()) {
      examples.put(
          function.getKey(), Stream.of(function.getValue()).flatMap(OpenApi::elements).toList());
    }
    return examples;
  }

  private static Stream<JsonNode> elements(JsonNode list) {
    return Stream.iterate(0, i -> i < list.size(), i -> i + 1).map(list::get);
  }

  private Map<String, Class<?>> types(java.util.function.Function<Method, Class<?>[]> types) {
    return functions.entrySet().stream()
        .collect(
            Collectors.toMap(Map.Entry::getKey, function -> types.apply(function.getValue())[0]));
  }

  private ObjectNode document() throws IOException {
    ObjectNode byHand = (ObjectNode) MAPPER.readTree(BY_HAND.resolve("document.json").toFile());
    Map<String, List<JsonNode>> examples = examples();
    Map<String, JsonNode> paths = new TreeMap<>();
    byHand.path("paths").properties().forEach(path -> paths.put(path.getKey(), path.getValue()));
    functions.forEach(
        (name, method) ->
            paths.put("/" + name, path(name, method, examples.getOrDefault(name, List.of()))));
    schemas.reference(load(SERVER_STATE));
    ObjectNode pathsNode = MAPPER.createObjectNode();
    paths.forEach(pathsNode::set);
    ObjectNode document = MAPPER.createObjectNode();
    byHand.properties().forEach(field -> document.set(field.getKey(), field.getValue()));
    document.set("paths", pathsNode);
    ObjectNode all = schemas.components();
    byHand
        .path("components")
        .path("schemas")
        .properties()
        .forEach(it -> all.set(it.getKey(), it.getValue()));
    ((ObjectNode) document.path("components")).set("schemas", all);
    schemas.named(document);
    return document;
  }

  private ObjectNode path(String name, Method method, List<JsonNode> examples) {
    ObjectNode path = MAPPER.createObjectNode();
    ObjectNode operation = path.putObject("post");
    SourceDocs.Doc doc = docs.of(method.getDeclaringClass(), method.getName());
    Class<?> request = method.getParameterTypes()[0];
    operation.put("operationId", name);
    operation.putArray("tags").add(tag(method));
    operation.put("summary", doc.summary());
    operation.put("description", docs.of(request).text());
    ObjectNode body = operation.putObject("requestBody");
    body.put("required", true);
    body.set("content", content(request, examples, "request"));
    ObjectNode responses = operation.putObject("responses");
    ObjectNode success = responses.putObject("200");
    success.put("description", docs.of(method.getReturnType()).summary() + ".");
    success.set("content", content(method.getReturnType(), examples, "result"));
    errors(method).forEach((status, text) -> putError(responses, status, text));
    for (String common : List.of("403", "413", "421", "500")) {
      responses.putObject(common).put("$ref", "#/components/responses/" + common);
    }
    return path;
  }

  private ObjectNode content(Class<?> type, List<JsonNode> examples, String part) {
    ObjectNode content = MAPPER.createObjectNode();
    ObjectNode json = content.putObject("application/json");
    json.set("schema", schemas.reference(type));
    ObjectNode named = MAPPER.createObjectNode();
    for (int i = 0; i < examples.size(); i++) {
      JsonNode value = examples.get(i).path(part);
      if (!value.isMissingNode()) {
        ObjectNode example = named.putObject("example" + (i + 1));
        example.set("summary", examples.get(i).path("summary"));
        example.set("value", value);
      }
    }
    if (!named.isEmpty()) {
      json.set("examples", named);
    }
    return content;
  }

  private static void putError(ObjectNode responses, int status, String text) {
    ObjectNode response = responses.putObject(String.valueOf(status));
    response.put("description", text);
    response
        .putObject("content")
        .putObject("application/json")
        .putObject("schema")
        .put("$ref", Schemas.REFERENCE + "FunctionError");
  }

  /// Returns the errors of a function: those of queries, or those of steps.
  static Map<Integer, String> errors(Method function) {
    return tag(function).equals("queries") ? QUERY_ERRORS : STEP_ERRORS;
  }

  private static String tag(Method function) {
    String name = function.getDeclaringClass().getPackageName();
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "serve" -> "queries";
      case "local" -> "server";
      default -> "pipeline";
    };
  }
}
