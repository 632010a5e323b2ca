/// Object storage: [ObjectStore][com.craftyverse.recsys.storage.ObjectStore] is the port, implemented for a
/// local directory and for S3.
///
/// Writes are atomic: a reader never sees a partial object. Only `current.json`, checkpoints and leases are
/// ever overwritten, by compare-and-set.
@NullMarked
package com.craftyverse.recsys.storage;

import org.jspecify.annotations.NullMarked;
