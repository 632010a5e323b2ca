package com.craftyverse.recsys.evaluate;

/// A mean over users and its 95 % interval, see [Bootstrap].
///
/// @param value the mean
/// @param low the interval's lower end
/// @param high the interval's upper end
public record Interval(double value, double low, double high) {}
