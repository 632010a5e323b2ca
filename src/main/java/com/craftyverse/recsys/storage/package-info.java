/// Where the objects live: [ObjectStore][com.craftyverse.recsys.storage.ObjectStore] is the port, a
/// directory and an S3 bucket its two implementations, and
/// [ObjectKeys][com.craftyverse.recsys.storage.ObjectKeys] names every object there is.
///
/// Objects are whole or absent: a reader never sees one half written. Nothing is overwritten but
/// `current.json`, checkpoints and leases, and those by compare-and-set.
///
/// The S3 client is the AWS SDK's, made with as little as it can be, since to make it is a good part of a
/// cold start: what Lambda's variables say is not searched for, a server without TLS gets no TLS set up,
/// a bucket in a usual place is found without the SDK's table of partitions, temporary files get a directory
/// when there is one, and `software.amazon.awssdk.regions` has a table of services that knows S3 alone.
@NullMarked
package com.craftyverse.recsys.storage;

import org.jspecify.annotations.NullMarked;
