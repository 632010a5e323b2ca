package com.craftyverse.recsys.serve;

import com.fasterxml.jackson.annotation.JsonValue;

/// The answer of the function that was called, serialized as that function's own result.
///
/// @param answer the function's result
public record ServeResult(@JsonValue Object answer) {}
