package com.craftyverse.recsys.serve;

import com.fasterxml.jackson.annotation.JsonValue;

/// The answer of whichever function was asked, as that function gives it.
///
/// @param answer its result
public record ServeResult(@JsonValue Object answer) {}
