/// Where the objects live: [ObjectStore][com.craftyverse.recsys.storage.ObjectStore] is the port, a
/// directory and an S3 bucket its two implementations.
///
/// Objects are whole or absent: a reader never sees one half written. Nothing is overwritten but
/// `current.json`, checkpoints and leases, and those by compare-and-set.
@NullMarked
package com.craftyverse.recsys.storage;

import org.jspecify.annotations.NullMarked;
