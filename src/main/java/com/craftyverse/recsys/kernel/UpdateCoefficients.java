package com.craftyverse.recsys.kernel;

/// The learning rate and the penalty of each element of a row in one epoch. Elements that must not change (the
/// constant ones beside the biases, and the padding) have a learning rate of zero.
///
/// For maintainers: the penalty's effect is kept as a factor, `(1 − step·penalty)ⁿ` for a batch of
/// n ratings, so that an update is one multiplication and one fused multiply-add an element.
public final class UpdateCoefficients {
  /// What one parameter group learns by.
  ///
  /// @param step the learning rate
  /// @param penalty the weight of the L2 penalty
  public record Rate(float step, float penalty) {
    /// Does not learn.
    public static final Rate FIXED = new Rate(0, 0);

    private float decay() {
      return Math.max(0, 1 - step * penalty);
    }
  }

  final int stride;

  /// Floats of a row before its padding.
  final int used;

  final float mean;
  final float[] userStep;
  final float[] itemStep;
  final float[] itemDecay;

  /// Row n, of `stride` floats, is the user's decay over a batch of n ratings.
  final float[] userDecay;

  /// @param mean μ, which is added to every prediction
  /// @param userFactors of the users' factors
  /// @param itemFactors of the items' factors
  /// @param userBias of the users' biases, [Rate#FIXED] for a model without
  /// @param itemBias of the items' biases, [Rate#FIXED] for a model without
  public UpdateCoefficients(
      RowLayout layout,
      float mean,
      Rate userFactors,
      Rate itemFactors,
      Rate userBias,
      Rate itemBias) {
    this.stride = layout.stride();
    this.used = layout.used();
    this.mean = mean;
    this.userStep = new float[stride];
    this.itemStep = new float[stride];
    this.itemDecay = new float[stride];
    this.userDecay = new float[(Kernel.BATCH + 1) * stride];
    for (int i = 0; i < stride; i++) {
      Rate user = rate(layout, i, layout.userBias(), userFactors, userBias);
      Rate item = rate(layout, i, layout.itemBias(), itemFactors, itemBias);
      userStep[i] = user.step;
      itemStep[i] = item.step;
      itemDecay[i] = item.decay();
      float decay = 1;
      for (int n = 0; n <= Kernel.BATCH; n++) {
        userDecay[n * stride + i] = decay;
        decay *= user.decay();
      }
    }
  }

  private static Rate rate(RowLayout layout, int place, int biasPlace, Rate factors, Rate bias) {
    if (place < layout.factors()) {
      return factors;
    }
    return place == biasPlace ? bias : Rate.FIXED;
  }
}
