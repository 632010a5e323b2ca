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
  /// Decomposes a symmetric matrix, by Householder's tridiagonal form and implicit QL.
  ///
  /// @param gram `size` × `size`, by rows
  static Eigenbasis of(double[] gram, int size, int stride) {
    EigenDecomposition_F64<DMatrixRMaj> decomposition =
        DecompositionFactory_DDRM.eig(size, true, true);
    if (!decomposition.decompose(DMatrixRMaj.wrap(size, size, gram))) {
      throw new IllegalStateException(
          "no eigenvalues of a Gram matrix of " + size + " rows: it holds what is no number");
    }
    double[] values = new double[size];
    float[] vectors = new float[stride * stride];
    for (int j = 0; j < size; j++) {
      values[j] = Math.max(0, decomposition.getEigenvalue(j).getReal());
      DMatrixRMaj vector = Objects.requireNonNull(decomposition.getEigenVector(j));
      for (int i = 0; i < size; i++) {
        vectors[i * stride + j] = (float) vector.get(i);
      }
    }
    return new Eigenbasis(values, vectors);
  }
}
