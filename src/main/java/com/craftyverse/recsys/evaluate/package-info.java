/// The evaluate step: how good a model is on the test set, beside what one gets without factors.
///
/// [Evaluate][com.craftyverse.recsys.evaluate.Evaluate] reads the model's directory and, through
/// the manifest's sources, the index that it was trained on. It adds one object to the model's
/// directory, `evaluation.json`, which is a manifest of its own: written last, and once for each
/// model.
///
/// The yardsticks are the mean of the training ratings, and the damped biases of Koren ("Factor in
/// the Neighbors", TKDD 2010): a model that does not beat these has learned nothing about taste.
///
/// Test ratings of users or items that are not in the training set have been left out by the index
/// step; this is the error on those that the model can know something about.
@NullMarked
package com.craftyverse.recsys.evaluate;

import org.jspecify.annotations.NullMarked;
