/// The few float loops that training and scoring spend their time in, behind the small interface
/// [Kernel][com.craftyverse.recsys.kernel.Kernel].
///
/// `ScalarKernel` is the reference: plain loops. `VectorKernel` does the same in vector
/// instructions; with its dot products, `VectorDots`, and its updates, `VectorSteps`, it is all that
/// needs `jdk.incubator.vector`.
/// [Kernels][com.craftyverse.recsys.kernel.Kernels] chooses once between the two, and can say why.
///
/// *The same bits.* A model must not depend on the machine that trained it. Sums of floats depend
/// on their order, so the order is part of the interface: 16 sums side by side, fused multiply-add,
/// one tree at the end. 128-, 256- and 512-bit vectors and plain loops all can follow it, in the
/// interpreter and after each compiler. The tests ask for equal bits, not for closeness.
///
/// *Rows.* A row is a multiple of 16 floats; biases and the ones that they meet lie in its padding
/// ([RowLayout][com.craftyverse.recsys.kernel.RowLayout]), so one dot product gives the whole
/// prediction and one pass the whole update.
///
/// *Batches.* Up to eight consecutive ratings of a user are taken against the same version of the
/// user's row, which breaks the chain from dot product to update to the next dot product.
@NullMarked
package com.craftyverse.recsys.kernel;

import org.jspecify.annotations.NullMarked;
