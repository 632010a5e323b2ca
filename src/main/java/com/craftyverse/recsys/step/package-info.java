/// What all steps and functions share: decoding requests, reporting errors, and running each piece of work
/// once.
///
/// A step passes its work to [StepRunner][com.craftyverse.recsys.step.StepRunner], under an id that is the
/// digest of its inputs and parameters. The runner first looks for the manifest of that id and for the
/// objects that it lists. If they exist, it returns the recorded result. Otherwise it takes a lease, does the
/// work and writes the manifest last. So a repeated event costs nothing, a crashed step leaves no valid
/// result, and a result whose objects have expired is computed again.
@NullMarked
package com.craftyverse.recsys.step;

import org.jspecify.annotations.NullMarked;
