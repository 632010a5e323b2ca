/// Object storage: [ObjectStore][com.craftyverse.recsys.storage.ObjectStore] is the port, implemented for a
/// local directory and for S3. [ObjectKeys][com.craftyverse.recsys.storage.ObjectKeys] names every object.
///
/// Writes are atomic: a reader never sees a partial object. Only `current.json`, checkpoints and leases are
/// ever overwritten, by compare-and-set.
///
/// Creating the AWS SDK's S3 client is a large part of a cold start, so the package creates a minimal one.
/// It reads Lambda's variables directly, skips TLS set-up for plain HTTP endpoints, resolves common bucket
/// addresses without the SDK's partition table, and creates the temporary directory on first use.
/// `software.amazon.awssdk.regions` replaces the SDK's table of services with one that knows only S3.
@NullMarked
package com.craftyverse.recsys.storage;

import org.jspecify.annotations.NullMarked;
