/// What every step and function shares: how a request is read, how an error is told, how a step's work
/// is identified, done once and recorded.
///
/// A step asks [StepRunner][com.craftyverse.recsys.step.StepRunner] to do its work under an id, the
/// digest of its inputs and parameters. The runner looks for the manifest of that id and for the objects that it
/// names first, keeps others away with a lease while the work is done, and writes the manifest last. So a
/// repeated event finds the result there, a crashed step leaves nothing that counts, and a result whose objects
/// expired is made again.
@NullMarked
package com.craftyverse.recsys.step;

import org.jspecify.annotations.NullMarked;
