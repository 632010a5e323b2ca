/// What every step and function shares: how a request is read, how an error is told, how a step's work
/// is identified, done once and recorded.
///
/// A step asks [StepRunner][com.craftyverse.recsys.step.StepRunner] to do its work under an id, the
/// digest of its inputs and parameters. The runner looks for the manifest of that id first, keeps
/// others away with a lease while the work is done, and writes the manifest last. So a repeated event
/// finds the result there, and a crashed step leaves nothing that counts.
@NullMarked
package com.craftyverse.recsys.step;

import org.jspecify.annotations.NullMarked;
