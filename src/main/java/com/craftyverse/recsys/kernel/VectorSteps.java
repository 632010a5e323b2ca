package com.craftyverse.recsys.kernel;

import static com.craftyverse.recsys.kernel.Kernel.BATCH;
import static com.craftyverse.recsys.kernel.VectorKernel.LANES;
import static com.craftyverse.recsys.kernel.VectorKernel.SPECIES;

import jdk.incubator.vector.FloatVector;

/// The updates of [VectorKernel]: applies a batch of ratings with known errors to its item rows
/// and its user row. The outer loop is over slices and the inner one over ratings, so a slice of the user's
/// row is loaded and stored once per batch. The user's gradient is summed in the order of the ratings.
final class VectorSteps {
  private VectorSteps() {}

  /// Learns from a batch of ratings, with the offsets of the item rows in `scratch.at` and the errors in
  /// `scratch.errors`.
  static void learn(
      UpdateCoefficients rates,
      Scratch scratch,
      float[] users,
      int userAt,
      float[] items,
      int batch) {
    if (batch == BATCH) {
      learn8(rates, scratch, users, userAt, items);
    } else {
      learnFewer(rates, scratch, users, userAt, items, batch);
    }
  }

  private static void learnFewer(
      UpdateCoefficients rates,
      Scratch scratch,
      float[] users,
      int userAt,
      float[] items,
      int batch) {
    if ((batch & 4) != 0) {
      learn4(rates, scratch, users, userAt, items);
    }
    if ((batch & 2) != 0) {
      learn2(rates, scratch, users, userAt, items, batch & 4);
    }
    if ((batch & 1) != 0) {
      learn1(rates, scratch, users, userAt, items, batch - 1);
    }
    learnUser(rates, scratch, users, userAt, batch);
  }

  private static void learn8(
      UpdateCoefficients rates, Scratch scratch, float[] users, int userAt, float[] items) {
    int[] at = scratch.at;
    float[] errors = scratch.errors;
    float[] itemStep = rates.itemStep;
    float[] itemDecay = rates.itemDecay;
    int used = rates.used;
    float[] userStep = rates.userStep;
    float[] userDecay = rates.userDecay;
    int decayAt = BATCH * rates.stride;
    int at0 = at[0];
    int at1 = at[1];
    int at2 = at[2];
    int at3 = at[3];
    int at4 = at[4];
    int at5 = at[5];
    int at6 = at[6];
    int at7 = at[7];
    FloatVector error0 = FloatVector.broadcast(SPECIES, errors[0]);
    FloatVector error1 = FloatVector.broadcast(SPECIES, errors[1]);
    FloatVector error2 = FloatVector.broadcast(SPECIES, errors[2]);
    FloatVector error3 = FloatVector.broadcast(SPECIES, errors[3]);
    FloatVector error4 = FloatVector.broadcast(SPECIES, errors[4]);
    FloatVector error5 = FloatVector.broadcast(SPECIES, errors[5]);
    FloatVector error6 = FloatVector.broadcast(SPECIES, errors[6]);
    FloatVector error7 = FloatVector.broadcast(SPECIES, errors[7]);
    for (int i = 0; i < used; i += LANES) {
      FloatVector user = FloatVector.fromArray(SPECIES, users, userAt + i);
      FloatVector step = FloatVector.fromArray(SPECIES, itemStep, i).mul(user);
      FloatVector decay = FloatVector.fromArray(SPECIES, itemDecay, i);
      FloatVector gradient = FloatVector.zero(SPECIES);
      FloatVector item = FloatVector.fromArray(SPECIES, items, at0 + i);
      error0.fma(step, item.mul(decay)).intoArray(items, at0 + i);
      gradient = error0.fma(item, gradient);
      item = FloatVector.fromArray(SPECIES, items, at1 + i);
      error1.fma(step, item.mul(decay)).intoArray(items, at1 + i);
      gradient = error1.fma(item, gradient);
      item = FloatVector.fromArray(SPECIES, items, at2 + i);
      error2.fma(step, item.mul(decay)).intoArray(items, at2 + i);
      gradient = error2.fma(item, gradient);
      item = FloatVector.fromArray(SPECIES, items, at3 + i);
      error3.fma(step, item.mul(decay)).intoArray(items, at3 + i);
      gradient = error3.fma(item, gradient);
      item = FloatVector.fromArray(SPECIES, items, at4 + i);
      error4.fma(step, item.mul(decay)).intoArray(items, at4 + i);
      gradient = error4.fma(item, gradient);
      item = FloatVector.fromArray(SPECIES, items, at5 + i);
      error5.fma(step, item.mul(decay)).intoArray(items, at5 + i);
      gradient = error5.fma(item, gradient);
      item = FloatVector.fromArray(SPECIES, items, at6 + i);
      error6.fma(step, item.mul(decay)).intoArray(items, at6 + i);
      gradient = error6.fma(item, gradient);
      item = FloatVector.fromArray(SPECIES, items, at7 + i);
      error7.fma(step, item.mul(decay)).intoArray(items, at7 + i);
      gradient = error7.fma(item, gradient);
      FloatVector decayed = user.mul(FloatVector.fromArray(SPECIES, userDecay, decayAt + i));
      FloatVector.fromArray(SPECIES, userStep, i)
          .fma(gradient, decayed)
          .intoArray(users, userAt + i);
    }
  }

  private static void learn4(
      UpdateCoefficients rates, Scratch scratch, float[] users, int userAt, float[] items) {
    int[] at = scratch.at;
    float[] errors = scratch.errors;
    float[] itemStep = rates.itemStep;
    float[] itemDecay = rates.itemDecay;
    int used = rates.used;
    float[] gradients = scratch.gradient;
    int at0 = at[0];
    int at1 = at[1];
    int at2 = at[2];
    int at3 = at[3];
    FloatVector error0 = FloatVector.broadcast(SPECIES, errors[0]);
    FloatVector error1 = FloatVector.broadcast(SPECIES, errors[1]);
    FloatVector error2 = FloatVector.broadcast(SPECIES, errors[2]);
    FloatVector error3 = FloatVector.broadcast(SPECIES, errors[3]);
    for (int i = 0; i < used; i += LANES) {
      FloatVector user = FloatVector.fromArray(SPECIES, users, userAt + i);
      FloatVector step = FloatVector.fromArray(SPECIES, itemStep, i).mul(user);
      FloatVector decay = FloatVector.fromArray(SPECIES, itemDecay, i);
      FloatVector gradient = FloatVector.fromArray(SPECIES, gradients, i);
      FloatVector item = FloatVector.fromArray(SPECIES, items, at0 + i);
      error0.fma(step, item.mul(decay)).intoArray(items, at0 + i);
      gradient = error0.fma(item, gradient);
      item = FloatVector.fromArray(SPECIES, items, at1 + i);
      error1.fma(step, item.mul(decay)).intoArray(items, at1 + i);
      gradient = error1.fma(item, gradient);
      item = FloatVector.fromArray(SPECIES, items, at2 + i);
      error2.fma(step, item.mul(decay)).intoArray(items, at2 + i);
      gradient = error2.fma(item, gradient);
      item = FloatVector.fromArray(SPECIES, items, at3 + i);
      error3.fma(step, item.mul(decay)).intoArray(items, at3 + i);
      gradient = error3.fma(item, gradient);
      gradient.intoArray(gradients, i);
    }
  }

  private static void learn2(
      UpdateCoefficients rates, Scratch scratch, float[] users, int userAt, float[] items, int b) {
    int[] at = scratch.at;
    float[] errors = scratch.errors;
    float[] itemStep = rates.itemStep;
    float[] itemDecay = rates.itemDecay;
    int used = rates.used;
    float[] gradients = scratch.gradient;
    int at0 = at[b];
    int at1 = at[b + 1];
    FloatVector error0 = FloatVector.broadcast(SPECIES, errors[b]);
    FloatVector error1 = FloatVector.broadcast(SPECIES, errors[b + 1]);
    for (int i = 0; i < used; i += LANES) {
      FloatVector user = FloatVector.fromArray(SPECIES, users, userAt + i);
      FloatVector step = FloatVector.fromArray(SPECIES, itemStep, i).mul(user);
      FloatVector decay = FloatVector.fromArray(SPECIES, itemDecay, i);
      FloatVector gradient = FloatVector.fromArray(SPECIES, gradients, i);
      FloatVector item = FloatVector.fromArray(SPECIES, items, at0 + i);
      error0.fma(step, item.mul(decay)).intoArray(items, at0 + i);
      gradient = error0.fma(item, gradient);
      item = FloatVector.fromArray(SPECIES, items, at1 + i);
      error1.fma(step, item.mul(decay)).intoArray(items, at1 + i);
      gradient = error1.fma(item, gradient);
      gradient.intoArray(gradients, i);
    }
  }

  private static void learn1(
      UpdateCoefficients rates, Scratch scratch, float[] users, int userAt, float[] items, int b) {
    int[] at = scratch.at;
    float[] errors = scratch.errors;
    float[] itemStep = rates.itemStep;
    float[] itemDecay = rates.itemDecay;
    int used = rates.used;
    float[] gradients = scratch.gradient;
    int at0 = at[b];
    FloatVector error0 = FloatVector.broadcast(SPECIES, errors[b]);
    for (int i = 0; i < used; i += LANES) {
      FloatVector user = FloatVector.fromArray(SPECIES, users, userAt + i);
      FloatVector step = FloatVector.fromArray(SPECIES, itemStep, i).mul(user);
      FloatVector decay = FloatVector.fromArray(SPECIES, itemDecay, i);
      FloatVector gradient = FloatVector.fromArray(SPECIES, gradients, i);
      FloatVector item = FloatVector.fromArray(SPECIES, items, at0 + i);
      error0.fma(step, item.mul(decay)).intoArray(items, at0 + i);
      gradient = error0.fma(item, gradient);
      gradient.intoArray(gradients, i);
    }
  }

  /// Updates the user's row by the gradient of a batch, and clears the gradient for the next batch.
  private static void learnUser(
      UpdateCoefficients rates, Scratch scratch, float[] users, int userAt, int batch) {
    float[] gradients = scratch.gradient;
    float[] userStep = rates.userStep;
    float[] userDecay = rates.userDecay;
    int decayAt = batch * rates.stride;
    for (int i = 0; i < rates.used; i += LANES) {
      FloatVector user = FloatVector.fromArray(SPECIES, users, userAt + i);
      FloatVector decayed = user.mul(FloatVector.fromArray(SPECIES, userDecay, decayAt + i));
      FloatVector gradient = FloatVector.fromArray(SPECIES, gradients, i);
      FloatVector.fromArray(SPECIES, userStep, i)
          .fma(gradient, decayed)
          .intoArray(users, userAt + i);
      FloatVector.zero(SPECIES).intoArray(gradients, i);
    }
  }
}
