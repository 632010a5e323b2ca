/// The step after evaluation: a model becomes its dataset's current one, which is what predictions
/// come from.
@NullMarked
package com.craftyverse.recsys.publish;

import org.jspecify.annotations.NullMarked;
