package com.craftyverse.recsys.format;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The id of a user or an item: a number or a text, as in the upload. A request may also send the number as a
/// text or the text as a number; the answer has it as in the upload.
@JsonSerialize(using = Id.Serializer.class)
@JsonDeserialize(using = Id.Deserializer.class)
public final class Id {
  /// The longest text, in bytes of UTF-8.
  public static final int MAX_BYTES = 256;

  private final long number;
  private final @Nullable String text;

  private Id(long number, @Nullable String text) {
    this.number = number;
    this.text = text;
  }

  /// Returns a numeric id.
  public static Id of(long number) {
    return new Id(number, null);
  }

  /// Returns a textual id.
  ///
  /// @throws IllegalArgumentException if the text is not 1 to [#MAX_BYTES] bytes of UTF-8
  public static Id of(String text) {
    if (!isValid(text)) {
      throw new IllegalArgumentException(
          "an id is 1 to " + MAX_BYTES + " bytes of UTF-8; this text is not");
    }
    return new Id(0, text);
  }

  private static boolean isValid(String text) {
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
      } else if (i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1))) {
        bytes += 4;
        i++;
      } else {
        return false;
      }
      if (bytes > MAX_BYTES) {
        return false;
      }
    }
    return bytes > 0;
  }

  /// Returns whether the id is a JSON string.
  boolean isText() {
    return text != null;
  }

  /// Returns the number that the id is or spells, null if it is another text.
  @Nullable Long number() {
    if (text == null) {
      return number;
    }
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /// Returns the text in UTF-8, or the digits of a number.
  byte[] utf8() {
    return toString().getBytes(StandardCharsets.UTF_8);
  }

  /// Returns the JSON number or string.
  public String json() {
    return new String(Json.writeLine(this), StandardCharsets.UTF_8);
  }

  /// Returns whether both have the same text: `42` equals `"42"`, of which an [IdTable] has one.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Id id && toString().equals(id.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  /// Returns the text, or the digits of a number.
  @Override
  public String toString() {
    return text == null ? Long.toString(number) : text;
  }

  /// Writes a number or a string.
  public static final class Serializer extends JsonSerializer<Id> {
    /// For Jackson.
    public Serializer() {}

    @Override
    public void serialize(Id id, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      if (id.text == null) {
        json.writeNumber(id.number);
      } else {
        json.writeString(id.text);
      }
    }
  }

  /// Reads a whole number of 64 bits or a string that [Id#of(String)] takes.
  public static final class Deserializer extends JsonDeserializer<Id> {
    /// For Jackson.
    public Deserializer() {}

    @Override
    public Id deserialize(JsonParser parser, DeserializationContext context) throws IOException {
      if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
          && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
        return of(parser.getLongValue());
      }
      if (parser.currentToken() == JsonToken.VALUE_STRING && isValid(parser.getText())) {
        return of(parser.getText());
      }
      throw MismatchedInputException.from(parser, Id.class, "no id");
    }
  }
}
