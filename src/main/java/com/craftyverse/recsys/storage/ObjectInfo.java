package com.craftyverse.recsys.storage;

import java.time.Instant;

/// What a store knows of an object without reading it.
///
/// @param key the object's name
/// @param size its length in bytes
/// @param etag changes whenever the content may have changed; opaque
/// @param lastModified when it was written
public record ObjectInfo(String key, long size, String etag, Instant lastModified) {}
