package com.craftyverse.recsys.kernel;

/// The learning rate and the regularization of each element of a row in one epoch. Constant elements (the
/// ones beside the biases, and the padding) have a learning rate of zero.
///
/// For maintainers: regularization is stored as a decay factor, `(1 − step·penalty)ⁿ` for a batch of
/// n ratings, so an update costs one multiplication and one fused multiply-add per element.
public final class UpdateCoefficients {
  /// The learning rate and regularization of a parameter group.
  ///
  /// @param step the learning rate
  /// @param penalty the weight of the L2 penalty
  public record Rate(float step, float penalty) {
    /// Leaves the parameters unchanged.
    public static final Rate FIXED = new Rate(0, 0);

    private float decay() {
      return Math.max(0, 1 - step * penalty);
    }
  }

  /// The last factors of a row: those of the items are constant, the users learn theirs.
  ///
  /// @param count number of factors
  /// @param user of the users' factors
  public record FixedItemFactors(int count, Rate user) {
    /// Every factor of the items is learned.
    public static final FixedItemFactors NONE = new FixedItemFactors(0, Rate.FIXED);
  }

  final int stride;

  /// Floats in a row before its padding.
  final int used;

  final float mean;
  final float[] userStep;
  final float[] itemStep;
  final float[] itemDecay;

  /// Row n, of `stride` floats, is the user's decay over a batch of n ratings.
  final float[] userDecay;

  /// Rates of a model that learns all factors.
  ///
  /// @param mean μ, which is added to every prediction
  /// @param userFactors of the user factors
  /// @param itemFactors of the item factors
  /// @param userBias of the user biases, [Rate#FIXED] for a model without biases
  /// @param itemBias of the item biases, [Rate#FIXED] for a model without biases
  public UpdateCoefficients(
      RowLayout layout,
      float mean,
      Rate userFactors,
      Rate itemFactors,
      Rate userBias,
      Rate itemBias) {
    this(layout, mean, userFactors, itemFactors, userBias, itemBias, FixedItemFactors.NONE);
  }

  /// Rates of a model.
  ///
  /// @param mean μ, which is added to every prediction
  /// @param userFactors of the user factors
  /// @param itemFactors of the item factors
  /// @param userBias of the user biases, [Rate#FIXED] for a model without biases
  /// @param itemBias of the item biases, [Rate#FIXED] for a model without biases
  /// @param fixed the factors that the items do not learn
  public UpdateCoefficients(
      RowLayout layout,
      float mean,
      Rate userFactors,
      Rate itemFactors,
      Rate userBias,
      Rate itemBias,
      FixedItemFactors fixed) {
    this.stride = layout.stride();
    this.used = layout.used();
    this.mean = mean;
    this.userStep = new float[stride];
    this.itemStep = new float[stride];
    this.itemDecay = new float[stride];
    this.userDecay = new float[(Kernel.BATCH + 1) * stride];
    int learned = layout.factors() - fixed.count;
    for (int i = 0; i < stride; i++) {
      boolean isFixed = i >= learned;
      Rate user = rate(layout, i, layout.userBias(), isFixed ? fixed.user : userFactors, userBias);
      Rate item = rate(layout, i, layout.itemBias(), isFixed ? Rate.FIXED : itemFactors, itemBias);
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

  private static Rate rate(RowLayout layout, int column, int biasColumn, Rate factors, Rate bias) {
    if (column < layout.factors()) {
      return factors;
    }
    return column == biasColumn ? bias : Rate.FIXED;
  }
}
