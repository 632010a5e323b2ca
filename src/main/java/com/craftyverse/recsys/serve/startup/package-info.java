/// Startup of a serving process: [Preload][com.craftyverse.recsys.serve.startup.Preload] loads the model
/// while the application boots, [Priming][com.craftyverse.recsys.serve.startup.Priming] runs the first
/// answer's code ahead of time, and [SnapStartHooks][com.craftyverse.recsys.serve.startup.SnapStartHooks]
/// prepares the process for a snapshot and updates a restored one.
@NullMarked
package com.craftyverse.recsys.serve.startup;

import org.jspecify.annotations.NullMarked;
