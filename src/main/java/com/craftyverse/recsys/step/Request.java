package com.craftyverse.recsys.step;

import com.craftyverse.recsys.storage.InvalidKeyException;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import org.jspecify.annotations.Nullable;

/// A function's request: a record whose fields are those of the JSON object that callers send.
///
/// Whatever reads it, the binding over HTTP or Lambda's, [RequestDeserializer] decodes it, so that an
/// unknown field or one of the wrong type is always the same one-sentence [RequestException].
@JsonDeserialize(using = RequestDeserializer.class)
public interface Request {
  /// A field that every request may have beside its own: what ties together the lines that several
  /// functions log about one upload.
  String CORRELATION_ID = "correlationId";

  /// Returns `value` if the request has it.
  ///
  /// @throws RequestException when it is missing
  static <T> T require(String field, @Nullable T value) {
    if (value == null) {
      throw RequestException.invalid("field '" + field + "' is missing");
    }
    return value;
  }

  /// Returns `request` if there is one.
  ///
  /// @throws RequestException when the body was empty
  static <T> T requireBody(@Nullable T request) {
    if (request == null) {
      throw RequestException.invalid("the request is empty; a JSON object was expected");
    }
    return request;
  }

  /// Returns `key` if it names an object within the store.
  ///
  /// @param field the field that holds it
  /// @throws RequestException when the key is invalid
  static String requireKey(String field, String key) {
    try {
      return ObjectKeys.require(key);
    } catch (InvalidKeyException e) {
      throw RequestException.invalid("field '" + field + "': " + e.getMessage());
    }
  }
}
