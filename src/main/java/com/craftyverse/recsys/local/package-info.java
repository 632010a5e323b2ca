/// What the functions need to run without a cloud: a guarded HTTP server, a watcher that notices
/// uploads, and the chain that takes an upload through every step. None of it is in the Lambda
/// packages.
@NullMarked
package com.craftyverse.recsys.local;

import org.jspecify.annotations.NullMarked;
