/// The handlers that AWS Lambda calls. Only the Lambda packages contain them; the default build has no
/// Lambda classes on its class path.
@NullMarked
package com.craftyverse.recsys.lambda;

import org.jspecify.annotations.NullMarked;
