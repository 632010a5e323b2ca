package com.craftyverse.recsys.storage;

import java.time.Instant;

/// An object's metadata, available without reading its content.
///
/// @param key the object's key
/// @param size its length in bytes
/// @param etag opaque; changes whenever the content may have changed
/// @param lastModified time of the last write
public record ObjectInfo(String key, long size, String etag, Instant lastModified) {}
