/// The store in a bucket of S3, or of another server that speaks its protocol.
///
/// Creating the AWS SDK's S3 client is a large part of a cold start, so the package creates a minimal one.
/// It reads Lambda's variables directly, skips TLS set-up for plain HTTP endpoints, and creates the temporary
/// directory on first use.
@NullMarked
package com.craftyverse.recsys.storage.s3;

import org.jspecify.annotations.NullMarked;
