/// The environment for running the functions without a cloud: a guarded HTTP server, a watcher for
/// uploads, the chain that takes an upload through every step (also as a command), and the page (`META-INF/resources`) that shows
/// all of it. The Lambda packages exclude it.
@NullMarked
package com.craftyverse.recsys.local;

import org.jspecify.annotations.NullMarked;
