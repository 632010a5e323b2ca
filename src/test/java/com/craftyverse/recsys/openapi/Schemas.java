package com.craftyverse.recsys.openapi;

import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.step.Limits;
import com.craftyverse.recsys.step.Request;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Derives JSON schemas (those of OpenAPI 3.0) from records, in the way that Jackson reads and writes them.
///
/// A field of a result is required unless a `@JsonInclude` omits it, and nullable if its component is. A
/// field of a request is required if `@Limits` says so or its component is not nullable.
final class Schemas {
  static final String REFERENCE = "#/components/schemas/";
  private static final String ROOT = "com.craftyverse.recsys.";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final SourceDocs docs;

  /// The request type of each function, for a field that holds another function's request.
  private final Map<String, Class<?>> requests;

  private final Map<String, Class<?>> results;
  private final Set<Class<?>> read = new HashSet<>();
  private final Set<Class<?>> written = new HashSet<>();
  private final Map<Class<?>, ObjectNode> schemas = new HashMap<>();

  /// @param docs the docs of the sources
  /// @param requests each function's request
  /// @param results each function's result
  Schemas(SourceDocs docs, Map<String, Class<?>> requests, Map<String, Class<?>> results) {
    this.docs = docs;
    this.requests = requests;
    this.results = results;
    requests.values().forEach(type -> collect(type, read));
    results.values().forEach(type -> collect(type, written));
  }

  /// Adds a type and the records in its fields.
  private static void collect(Type type, Set<Class<?>> types) {
    switch (type) {
      case ParameterizedType generic ->
          Arrays.stream(generic.getActualTypeArguments()).forEach(it -> collect(it, types));
      case Class<?> record when record.isRecord() && types.add(record) ->
          Arrays.stream(delegate(record).orElse(record).getRecordComponents())
              .forEach(component -> collect(component.getGenericType(), types));
      default -> {}
    }
  }

  /// Returns a reference to a type's schema, and adds it to the components.
  ObjectNode reference(Class<?> type) {
    if (!schemas.containsKey(type)) {
      ObjectNode schema = MAPPER.createObjectNode();
      schemas.put(type, schema); // before its fields, which may refer to it
      if (type == Id.class) {
        describeId(schema);
      } else if (type.isEnum()) {
        describeEnum(type, schema);
      } else {
        describeRecord(type, schema);
      }
    }
    return MAPPER.createObjectNode().put("$ref", REFERENCE + type.getName());
  }

  /// Returns the components by name. Call it last: references are by class until [#named].
  ObjectNode components() {
    Map<String, ObjectNode> sorted = new TreeMap<>();
    names().forEach((type, name) -> sorted.put(name, schemas.get(type)));
    ObjectNode components = MAPPER.createObjectNode();
    sorted.forEach(components::set);
    return components;
  }

  /// Replaces references by class with references by name.
  void named(JsonNode tree) {
    Map<String, String> names =
        names().entrySet().stream()
            .collect(
                Collectors.toMap(
                    type -> REFERENCE + type.getKey().getName(),
                    type -> REFERENCE + type.getValue()));
    rename(tree, names);
  }

  private static void rename(JsonNode tree, Map<String, String> names) {
    if (tree instanceof ObjectNode object && object.path("$ref").isTextual()) {
      String reference = object.path("$ref").asText();
      object.put("$ref", names.getOrDefault(reference, reference));
    }
    tree.forEach(child -> rename(child, names));
  }

  /// Returns each type's name: its own, with the class around it; where that is ambiguous, also the package.
  private Map<Class<?>, String> names() {
    Map<String, Long> count =
        schemas.keySet().stream()
            .collect(Collectors.groupingBy(Schemas::simpleName, Collectors.counting()));
    return schemas.keySet().stream()
        .collect(
            Collectors.toMap(
                Function.identity(),
                type ->
                    count.getOrDefault(simpleName(type), 0L) == 1
                        ? simpleName(type)
                        : capitalized(type.getPackageName().substring(ROOT.length()))
                            + simpleName(type)));
  }

  private static String simpleName(Class<?> type) {
    Class<?> outer = type.getEnclosingClass();
    return (outer == null ? "" : simpleName(outer)) + type.getSimpleName();
  }

  private static String capitalized(String name) {
    return Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }

  private void describeEnum(Class<?> type, ObjectNode schema) {
    schema.put("type", "string");
    StringBuilder description = new StringBuilder(docs.of(type).text());
    ArrayNode values = schema.putArray("enum");
    for (Object constant : type.getEnumConstants()) {
      String value = MAPPER.convertValue(constant, String.class);
      values.add(value);
      String doc = docs.of(type, ((Enum<?>) constant).name()).text();
      description.append("\n- `").append(value).append("`: ").append(doc.replace("\n\n", " "));
    }
    schema.put("description", description.toString());
  }

  private void describeId(ObjectNode schema) {
    putText(schema, docs.of(Id.class).text());
    ArrayNode oneOf = schema.putArray("oneOf");
    oneOf.addObject().put("type", "integer").put("format", "int64");
    oneOf.addObject().put("type", "string").put("minLength", 1).put("maxLength", Id.MAX_BYTES);
  }

  private void describeRecord(Class<?> type, ObjectNode schema) {
    Optional<RecordComponent> value =
        Arrays.stream(type.getRecordComponents())
            .filter(component -> find(component, JsonValue.class) != null)
            .findFirst();
    putText(schema, docs.of(type).text());
    if (value.isPresent()) {
      describeAnyResult(schema);
      return;
    }
    schema.put("type", "object");
    ObjectNode properties = MAPPER.createObjectNode();
    ArrayNode required = MAPPER.createArrayNode();
    describeFields(type, properties, required);
    if (Request.class.isAssignableFrom(type)) {
      properties
          .putObject(Request.CORRELATION_ID)
          .put("type", "string")
          .put("description", "appears in the log lines of this request");
    }
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
    schema.set("properties", properties);
    if (read.contains(type) && delegate(type).isEmpty()) {
      schema.put("additionalProperties", false);
    }
  }

  /// The answer of a function that passes on those of others.
  private void describeAnyResult(ObjectNode schema) {
    ArrayNode anyOf = schema.putArray("anyOf");
    for (RecordComponent component : requests.get("serve").getRecordComponents()) {
      anyOf.add(reference(results.get(component.getName())));
    }
  }

  private void describeFields(Class<?> type, ObjectNode properties, ArrayNode required) {
    Map<String, String> texts = docs.of(type).params();
    for (RecordComponent component : delegate(type).orElse(type).getRecordComponents()) {
      if (find(component, JsonUnwrapped.class) != null) {
        describeFields(component.getType(), properties, required);
        continue;
      }
      ObjectNode schema = schemaOf(component, read.contains(type));
      boolean nullable = isNullable(component);
      boolean omitted = omits(type, component, nullable);
      if (nullable && !omitted && written.contains(type)) {
        schema = wrapped(schema).put("nullable", true);
      }
      String text = texts.getOrDefault(component.getName(), "");
      if (!text.isEmpty()) {
        schema = putText(wrapped(schema), text);
      }
      Limits limits = component.getAnnotation(Limits.class);
      if (limits != null) {
        putLimits(schema, component.getType(), limits);
      }
      properties.set(name(component), schema);
      if (read.contains(type) ? !nullable || (limits != null && limits.required()) : !omitted) {
        required.add(name(component));
      }
    }
  }

  private ObjectNode schemaOf(RecordComponent component, boolean read) {
    Class<?> request = requests.get(component.getName());
    return read && component.getType() == JsonNode.class && request != null
        ? reference(request)
        : schemaOf(component.getGenericType());
  }

  private ObjectNode schemaOf(Type type) {
    return switch (type) {
      case ParameterizedType parameterized -> {
        Class<?> raw = (Class<?>) parameterized.getRawType();
        Type[] arguments = parameterized.getActualTypeArguments();
        if (Collection.class.isAssignableFrom(raw)) {
          ObjectNode list = MAPPER.createObjectNode().put("type", "array");
          list.set("items", schemaOf(arguments[0]));
          yield list;
        }
        if (Map.class.isAssignableFrom(raw)) {
          ObjectNode map = MAPPER.createObjectNode().put("type", "object");
          map.set("additionalProperties", schemaOf(arguments[1]));
          yield map;
        }
        throw new IllegalStateException("no schema for " + type);
      }
      case WildcardType wildcard -> schemaOf(wildcard.getUpperBounds()[0]);
      case Class<?> plain -> schemaOf(plain);
      default -> throw new IllegalStateException("no schema for " + type);
    };
  }

  private ObjectNode schemaOf(Class<?> type) {
    if (type.isRecord() || type.isEnum() || type == Id.class) {
      return reference(type);
    }
    ObjectNode schema = MAPPER.createObjectNode();
    if (type == String.class) {
      return schema.put("type", "string");
    }
    if (type == Instant.class) {
      return schema.put("type", "string").put("format", "date-time");
    }
    if (type == int.class || type == Integer.class) {
      return schema.put("type", "integer").put("format", "int32");
    }
    if (type == long.class || type == Long.class) {
      return schema.put("type", "integer").put("format", "int64");
    }
    if (type == float.class || type == Float.class) {
      return schema.put("type", "number").put("format", "float");
    }
    if (type == double.class || type == Double.class) {
      return schema.put("type", "number").put("format", "double");
    }
    if (type == boolean.class || type == Boolean.class) {
      return schema.put("type", "boolean");
    }
    if (type == ObjectNode.class) {
      return schema.put("type", "object");
    }
    if (type == Object.class || type == JsonNode.class) {
      return schema;
    }
    throw new IllegalStateException("no schema for " + type);
  }

  private static void putLimits(ObjectNode schema, Class<?> type, Limits limits) {
    boolean whole = type == Integer.class || type == Long.class;
    putBound(schema, "minimum", limits.min(), whole);
    if (limits.bounds() != Limits.Bounds.INCLUSIVE) {
      schema.put("exclusiveMinimum", true);
    }
    putBound(schema, "maximum", limits.max(), whole);
    if (limits.bounds() == Limits.Bounds.EXCLUSIVE) {
      schema.put("exclusiveMaximum", true);
    }
    if (limits.maxLength() < Integer.MAX_VALUE) {
      schema.put("maxLength", limits.maxLength());
    }
    if (limits.minItems() > 0) {
      schema.put("minItems", limits.minItems());
    }
    if (limits.maxItems() < Integer.MAX_VALUE) {
      schema.put("maxItems", limits.maxItems());
    }
    if (limits.oneOf().length > 0) {
      ArrayNode values = schema.putArray("enum");
      Arrays.stream(limits.oneOf()).forEach(values::add);
    }
    if (!limits.byDefault().isEmpty()) {
      try {
        schema.set("default", MAPPER.readTree(limits.byDefault()));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("not JSON: " + limits.byDefault(), e);
      }
    }
  }

  private static void putBound(ObjectNode schema, String name, double bound, boolean whole) {
    if (Double.isFinite(bound)) {
      if (whole || bound == Math.rint(bound)) {
        schema.put(name, (long) bound);
      } else {
        schema.put(name, bound);
      }
    }
  }

  private static ObjectNode putText(ObjectNode schema, String text) {
    return text.isEmpty() ? schema : schema.put("description", text);
  }

  /// OpenAPI 3.0 ignores what stands beside a `$ref`.
  private static ObjectNode wrapped(ObjectNode schema) {
    if (!schema.has("$ref")) {
      return schema;
    }
    ObjectNode wrapper = MAPPER.createObjectNode();
    wrapper.putArray("allOf").add(schema);
    return wrapper;
  }

  /// Returns the record with the JSON fields of a record that is created from a tree.
  private static Optional<Class<?>> delegate(Class<?> type) {
    boolean delegates =
        Arrays.stream(type.getDeclaredMethods())
            .map(method -> method.getAnnotation(JsonCreator.class))
            .anyMatch(creator -> creator != null && creator.mode() == JsonCreator.Mode.DELEGATING);
    return delegates
        ? Arrays.stream(type.getDeclaredClasses())
            .filter(nested -> nested.getSimpleName().equals("Fields"))
            .<Class<?>>map(nested -> nested)
            .findFirst()
        : Optional.empty();
  }

  private static String name(RecordComponent component) {
    JsonProperty property = find(component, JsonProperty.class);
    return property == null || property.value().isEmpty() ? component.getName() : property.value();
  }

  private static boolean isNullable(RecordComponent component) {
    return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
  }

  private static boolean omits(Class<?> type, RecordComponent component, boolean nullable) {
    JsonInclude include = find(component, JsonInclude.class);
    if (include == null) {
      include = type.getAnnotation(JsonInclude.class);
    }
    return include != null
        && switch (include.value()) {
          case NON_NULL -> nullable;
          case ALWAYS -> false;
          default -> true;
        };
  }

  /// Finds an annotation on a component, its accessor or its field, wherever its target allows it.
  private static <A extends Annotation> @Nullable A find(
      RecordComponent component, Class<A> annotation) {
    Class<?> type = component.getDeclaringRecord();
    Field field;
    Method accessor = component.getAccessor();
    try {
      field = type.getDeclaredField(component.getName());
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException(e);
    }
    for (AnnotatedElement element : List.of(component, accessor, field)) {
      A found = element.getAnnotation(annotation);
      if (found != null) {
        return found;
      }
    }
    return null;
  }
}
