/// The evaluate step: measures a model on the validation and test sets and compares it with simple baselines.
///
/// [Evaluate][com.craftyverse.recsys.evaluate.Evaluate] reads the model's directory and, through the
/// manifests, the index and the split that the model was trained on. It adds two objects to the model's
/// directory: `evaluation.json`, which is also its manifest, and `report.html`
/// ([Report][com.craftyverse.recsys.report.Report]). An evaluation with non-default parameters becomes
/// `evaluation-{id}.json` and `report-{id}.html`.
///
/// *Predicted ratings* ([RatingFigures][com.craftyverse.recsys.evaluate.RatingFigures]): RMSE and
/// MAE over the ratings of users and items in training, compared with the mean of the training
/// ratings and the damped biases of Koren ("Factor in the Neighbors", TKDD 2010). If the index
/// keeps rows of unknown users or items (`"coldStart": "keep"`), it also counts what the model
/// predicts from the known side alone, the mean at worst. Libraries that never drop a row report
/// such errors.
///
/// *Ranking* ([RankingEvaluation][com.craftyverse.recsys.evaluate.RankingEvaluation]): NDCG, recall,
/// precision, hit rate, MRR and MAP at 10 and 20
/// ([RankingMetrics][com.craftyverse.recsys.evaluate.RankingMetrics] has the formulas), over the full
/// catalogue of the training set minus the user's known items. Relevance has two definitions: every held-out
/// item, or only those rated at least `likedFrom`. All rankers are measured on the same users: the model's
/// `preference` and `rating`, `mostPopular`, and `recentlyPopular` (ratings later than the 0.8 quantile of
/// the training times). Intervals of 95 % come from a bootstrap over users
/// ([Bootstrap][com.craftyverse.recsys.evaluate.Bootstrap]). Coverage, Gini index and median popularity
/// describe the lists ([ListFigures][com.craftyverse.recsys.evaluate.ListFigures]).
///
/// *Where a model errs.* The figures of the judged ratings ([RatingDetail][com.craftyverse.recsys.evaluate.RatingDetail])
/// and of the lists also come by activity of the user, popularity of the item, and month. Paired differences to
/// each baseline have bootstrap intervals over users.
///
/// *Uncertainty* ([Uncertainty][com.craftyverse.recsys.evaluate.Uncertainty]): the judged ratings also give the
/// standard errors that `predict` answers with, by how many ratings are known of the user and of the item. On
/// ml-latest-small, the 80 % intervals contain 81.1 % of the replayed test ratings (77.6 to 84.8), and 80.0 % of a
/// random fifth (78.7 to 81.3).
///
/// *The gate* ([Gate][com.craftyverse.recsys.evaluate.Gate]) decides whether `publish` takes the model, by the test
/// set: against the baselines, and against the scored twin of the model that is published then, which gets the
/// same ratings of each user ([PublishedTwin][com.craftyverse.recsys.evaluate.PublishedTwin]). The published model
/// is an input of the evaluation: if it changes, the evaluation runs again, unless the model was published
/// itself.
///
/// *Two protocols.* The kind of split selects one.
///
/// - *Within users*, for `random`, `kfold`, `given` and `leaveLastOut` splits: a user's training ratings are
///   known, and the ranker must find all their held-out items.
/// - *Replay*, for splits by time, where most users of a later window are new: a user's training ratings and
///   the earlier half of their ratings in the window are known, and folded in as in serving; the ranker must
///   find the later half. Ratings are replayed as well: each is predicted from all earlier ratings of the
///   user ([ReplayedRatings][com.craftyverse.recsys.evaluate.ReplayedRatings]). The figures of the validation
///   window use nothing from the test window.
///
/// Published protocols with random splits treat the validation ratings as known. To follow them, index with
/// `"rows": "trainAndValidation"`, train with the model selected by validation as `pattern`, and evaluate the
/// result on the test set.
@NullMarked
package com.craftyverse.recsys.evaluate;

import org.jspecify.annotations.NullMarked;
