/// The runtime environment of the functions: the store they use and the filter on their log. What only an
/// HTTP server needs is in `local`.
@NullMarked
package com.craftyverse.recsys.runtime;

import org.jspecify.annotations.NullMarked;
