/// The start of a serving process: [Preload][com.craftyverse.recsys.serve.startup.Preload] loads the model while the
/// application boots, [Priming][com.craftyverse.recsys.serve.startup.Priming] runs the code of a first answer, and
/// [SnapStartHooks][com.craftyverse.recsys.serve.startup.SnapStartHooks] prepare the process for a snapshot and bring a
/// restored one up to date.
@NullMarked
package com.craftyverse.recsys.serve.startup;

import org.jspecify.annotations.NullMarked;
