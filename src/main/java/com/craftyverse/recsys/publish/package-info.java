/// The publish step, after evaluation: makes a model the current one of its dataset. Predictions come from
/// the current model.
@NullMarked
package com.craftyverse.recsys.publish;

import org.jspecify.annotations.NullMarked;
