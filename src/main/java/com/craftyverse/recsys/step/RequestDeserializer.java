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

/// A deserializer that reads a [Request] by the rules of [Json], whatever the settings of the calling mapper.
/// The mapper of the Lambda binding ignores unknown fields, which would hide a misspelled field from the
/// caller.
public final class RequestDeserializer extends JsonDeserializer<Request>
    implements ContextualDeserializer {
  private final @Nullable JavaType type;

  /// For Jackson, which then calls [#createContextual] to get a deserializer for the concrete type.
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
      throw new RejectedRequest(e);
    }
  }

  /// Carries a [RequestException] through Jackson, which would wrap any other exception in its own message.
  static final class RejectedRequest extends JsonProcessingException {
    RejectedRequest(RequestException cause) {
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
