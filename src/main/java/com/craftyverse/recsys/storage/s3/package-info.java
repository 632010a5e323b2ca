/// The store in a bucket of S3, or of another server that speaks its protocol.
///
/// The client is the AWS SDK's. Creating it is a large part of a cold start, so a serving process does that while the
/// application boots.
@NullMarked
package com.craftyverse.recsys.storage.s3;

import org.jspecify.annotations.NullMarked;
