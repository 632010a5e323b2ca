package com.craftyverse.recsys.evaluate;

/// The standard error of predicted ratings in one band.
///
/// @param knownFrom lowest number of known ratings of the user
/// @param knownTo highest number, included; 2,147,483,647 for no limit
/// @param popularFrom lowest number of training ratings of the item
/// @param popularTo highest number, included; 2,147,483,647 for no limit
/// @param ratings number of ratings that it comes from
/// @param users number of their users
/// @param standardError in units of the scale
public record UncertaintyBand(
    int knownFrom,
    int knownTo,
    int popularFrom,
    int popularTo,
    long ratings,
    int users,
    double standardError) {}
