/// The evaluate step: how good a model is on the validation and the test set, beside simple baselines.
///
/// [Evaluate][com.craftyverse.recsys.evaluate.Evaluate] reads the model's directory and, through the
/// manifests, the index and the split that it was trained on. It adds one object to the model's directory,
/// `evaluation.json`, which is a manifest of its own. An evaluation with parameters of its own becomes
/// `evaluation-{id}.json`.
///
/// *Predicted ratings* ([RatingFigures][com.craftyverse.recsys.evaluate.RatingFigures]): RMSE and MAE over
/// the ratings of users and items that training knows, beside the mean of the training ratings and the damped
/// biases of Koren ("Factor in the Neighbors", TKDD 2010).
///
/// *Ranking* ([RankingEvaluation][com.craftyverse.recsys.evaluate.RankingEvaluation]): NDCG, recall,
/// precision, hit rate, MRR and MAP at 10 and 20 ([RankingMetrics][com.craftyverse.recsys.evaluate.RankingMetrics]
/// has the formulas), over the full catalogue of the training set without what is known of the user, for two notions
/// of relevance: every held-out item, and those rated at least `likedFrom`. All orders are judged on the same users: the
/// model's `preference` and `rating`, `mostPopular`, and `recentlyPopular` (ratings later than the 0.8 quantile of
/// the training times). Intervals of 95 % come from a bootstrap over users
/// ([Bootstrap][com.craftyverse.recsys.evaluate.Bootstrap]).
/// Coverage, Gini index and median popularity say what the lists consist of
/// ([ListFigures][com.craftyverse.recsys.evaluate.ListFigures]).
///
/// *Two protocols.* The split decides.
///
/// - *Within users*, for `random`, `kfold`, `given` and `leaveLastOut` splits: a user is known by their training
///   ratings, and all their held-out items are to be found.
/// - *Replay*, for splits by time, where most users of a later window are new: a user is known by their training
///   ratings and the earlier half of their ratings in the window, folded in as the served model does it; the later
///   half is to be found. Ratings are replayed as well: each is predicted from all that was known of the user before
///   it ([ReplayedRatings][com.craftyverse.recsys.evaluate.ReplayedRatings]). Nothing of the test window is used
///   for the validation window's figures.
///
/// Published protocols of the random kinds count what was held out for validation as known. Index with
/// `"rows": "trainAndValidation"`, train with the model found by validation as `pattern`, and evaluate that
/// model: its test figures then follow the published protocol.
@NullMarked
package com.craftyverse.recsys.evaluate;

import org.jspecify.annotations.NullMarked;
