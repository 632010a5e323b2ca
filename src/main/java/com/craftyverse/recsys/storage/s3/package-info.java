/// The store in a bucket of S3, or of another server that speaks its protocol.
///
/// The S3 client is the AWS SDK's. Making it is a good part of a cold start, so it is configured with as little as
/// possible: values that Lambda's variables give are not searched for, a server without TLS gets no TLS set up, a
/// bucket in a usual place is found without the SDK's table of partitions, the directory for temporary files is only
/// created for the first one, and `software.amazon.awssdk.regions` has a table of services that knows S3 alone.
@NullMarked
package com.craftyverse.recsys.storage.s3;

import org.jspecify.annotations.NullMarked;
