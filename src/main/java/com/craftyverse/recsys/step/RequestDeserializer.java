package com.craftyverse.recsys.step;

import com.craftyverse.recsys.format.Json;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads a [Request] by the rules of [Json], however the mapper that calls it is set up: the Lambda
/// binding's ignores unknown fields, and a caller who misspells one would never know.
public final class RequestDeserializer extends JsonDeserializer<Request>
    implements ContextualDeserializer {
  private final @Nullable JavaType type;

  /// For Jackson, which then asks [#createContextual] for one that knows its type.
  public RequestDeserializer() {
    this(null);
  }

  private RequestDeserializer(@Nullable JavaType type) {
    this.type = type;
  }

  @Override
  public JsonDeserializer<?> createContextual(
      DeserializationContext context, @Nullable BeanProperty property) {
    return new RequestDeserializer(context.getContextualType());
  }

  @Override
  public Request deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    Class<?> target = Objects.requireNonNull(type).getRawClass();
    try {
      return (Request) RequestJson.decode(parser, target);
    } catch (RequestException e) {
      throw new Refused(e);
    }
  }

  /// Takes a refusal through Jackson, which would wrap any other exception in words of its own.
  static final class Refused extends JsonProcessingException {
    Refused(RequestException cause) {
      super(cause.getMessage(), cause);
    }

    @Override
    public String getMessage() {
      return String.valueOf(getOriginalMessage());
    }

    @Override
    public String toString() {
      return getMessage();
    }
  }
}
