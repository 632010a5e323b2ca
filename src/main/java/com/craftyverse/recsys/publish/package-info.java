/// The publish step, after evaluation: makes a model the current one of its dataset if the gate's verdict allows
/// it. Predictions come from the current model. It also deletes what nobody needs any more
/// ([Cleaner][com.craftyverse.recsys.publish.Cleaner]).
@NullMarked
package com.craftyverse.recsys.publish;

import org.jspecify.annotations.NullMarked;
