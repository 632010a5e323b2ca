package com.craftyverse.recsys.train;

import java.util.Objects;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/// The eigenvalues and eigenvectors of a Gram matrix.
///
/// @param values eigenvalues, none below 0
/// @param vectors `stride` × `stride` floats, by rows: column `j` is the vector of value `j`; zero
///     beyond the matrix
record Eigenbasis(double[] values, float[] vectors) {
  private static final double SHIFT = 1e-9;

  /// Decomposes a symmetric matrix, by Householder's tridiagonal form and implicit QL.
  ///
  /// @param gram `size` × `size`, by rows
  static Eigenbasis of(double[] gram, int size, int stride) {
    // In parts of the largest element, and away from zero: where eigenvalues are next to zero, as
    // with
    // fewer rows than columns, the iteration need not end.
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
          "no eigenvalues of a Gram matrix of " + size + " rows: it holds what is no number");
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
