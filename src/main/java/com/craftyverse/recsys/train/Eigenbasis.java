package com.craftyverse.recsys.train;

import java.util.Objects;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/// The eigenvalues and eigenvectors of a Gram matrix.
///
/// @param values eigenvalues, at least 0
/// @param vectors `stride` × `stride` floats in row-major order: column `j` is the eigenvector of value `j`;
///     zero beyond the matrix
record Eigenbasis(double[] values, float[] vectors) {
  private static final double SHIFT = 1e-9;

  /// Decomposes a symmetric matrix, by Householder's tridiagonal form and implicit QL.
  ///
  /// @param gram `size` × `size`, in row-major order
  static Eigenbasis of(double[] gram, int size, int stride) {
    // Scale by the largest element and shift away from zero. With eigenvalues near zero, as for
    // fewer rows than columns, the iteration may not terminate.
    double largest = 0;
    for (double value : gram) {
      largest = Math.max(largest, Math.abs(value));
    }
    double unit = largest > 0 ? largest : 1;
    double[] scaled = new double[gram.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = gram[i] / unit;
    }
    for (int i = 0; i < size; i++) {
      scaled[i * size + i] += SHIFT;
    }
    EigenDecomposition_F64<DMatrixRMaj> decomposition =
        DecompositionFactory_DDRM.eig(size, true, true);
    if (!decomposition.decompose(DMatrixRMaj.wrap(size, size, scaled))) {
      throw new IllegalStateException(
          "cannot decompose a Gram matrix of "
              + size
              + " rows: it has elements that are not finite");
    }
    double[] values = new double[size];
    float[] vectors = new float[stride * stride];
    for (int j = 0; j < size; j++) {
      values[j] = unit * Math.max(0, decomposition.getEigenvalue(j).getReal() - SHIFT);
      DMatrixRMaj vector = Objects.requireNonNull(decomposition.getEigenVector(j));
      for (int i = 0; i < size; i++) {
        vectors[i * stride + j] = (float) vector.get(i);
      }
    }
    return new Eigenbasis(values, vectors);
  }
}
