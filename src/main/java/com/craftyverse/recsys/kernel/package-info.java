/// The hot float loops of training and scoring, behind the small interface
/// [Kernel][com.craftyverse.recsys.kernel.Kernel].
///
/// `ScalarKernel` is the reference implementation in plain loops. `VectorKernel` does the same with
/// vector instructions. It and its helpers, such as `VectorDots` and `VectorSteps`, are the only
/// code that needs `jdk.incubator.vector`. [Kernels][com.craftyverse.recsys.kernel.Kernels] chooses
/// between the two once and gives the reason.
///
/// *Determinism.* A model must not depend on the machine that trained it. Float sums depend
/// on their order, so the order is part of the interface: 16 parallel sums, fused multiply-add,
/// one tree at the end. 128-, 256- and 512-bit vectors and plain loops can all follow it, in the
/// interpreter and after each compiler. The tests require equal bits, not approximate equality.
///
/// *Rows.* A row is a multiple of 16 floats. Biases and their matching ones lie in its padding
/// ([RowLayout][com.craftyverse.recsys.kernel.RowLayout]), so one dot product gives the whole
/// prediction and one pass the whole update.
///
/// *Batches.* Up to eight consecutive ratings of a user use the same version of the
/// user's row. This breaks the dependency chain from dot product to update to the next dot product.
@NullMarked
package com.craftyverse.recsys.kernel;

import org.jspecify.annotations.NullMarked;
