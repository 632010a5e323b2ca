/// What only the Lambda packages have: the handler that AWS calls. It is left out of the default build,
/// which has no Lambda classes on its class path.
@NullMarked
package com.craftyverse.recsys.lambda;

import org.jspecify.annotations.NullMarked;
