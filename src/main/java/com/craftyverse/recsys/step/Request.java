package com.craftyverse.recsys.step;

import com.craftyverse.recsys.storage.InvalidKeyException;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import org.jspecify.annotations.Nullable;

/// A function's request: a record with the fields of the caller's JSON object.
///
/// Both bindings, HTTP and Lambda, decode requests with [RequestDeserializer]. So an unknown field or a wrong
/// type always gives the same one-sentence [RequestException].
@JsonDeserialize(using = RequestDeserializer.class)
public interface Request {
  /// An optional field of every request. It links the log lines of several functions about one upload.
  String CORRELATION_ID = "correlationId";

  /// Returns `value` unless it is null.
  ///
  /// @throws RequestException if the field is missing
  static <T> T require(String field, @Nullable T value) {
    if (value == null) {
      throw RequestException.invalid("field '" + field + "' is missing");
    }
    return value;
  }

  /// Returns `request` unless it is null.
  ///
  /// @throws RequestException if the body was empty
  static <T> T requireBody(@Nullable T request) {
    if (request == null) {
      throw RequestException.invalid("the request is empty; a JSON object was expected");
    }
    return request;
  }

  /// Returns `key` if it is a valid object key.
  ///
  /// @param field the field that holds the key
  /// @throws RequestException if the key is invalid
  static String requireKey(String field, String key) {
    try {
      return ObjectKeys.require(key);
    } catch (InvalidKeyException e) {
      throw RequestException.invalid("field '" + field + "': " + e.getMessage());
    }
  }
}
