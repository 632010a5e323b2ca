/// The third step: maps the split's sets to dense indices, ready for training.
///
/// - [IdVocabulary][com.craftyverse.recsys.index.IdVocabulary] numbers the users and the items of the
///   training set from 0, in the order of their ids. A first pass collects the ids and checks every row
///   ([TrainingScan][com.craftyverse.recsys.index.TrainingScan]). A second pass sorts the ratings into rows
///   of 8 bytes per rating ([CsrRatings][com.craftyverse.recsys.index.CsrRatings]).
/// - `rows` selects the sets of the split that the model learns from: the training set, the training and
///   validation sets, or all three. Together they are this index's training set
///   ([TrainingSources][com.craftyverse.recsys.index.TrainingSources]). The published model learns from an index of
///   all rows, which leaves none to evaluate it on.
/// - [RecentRatings][com.craftyverse.recsys.index.RecentRatings] counts recent popularity: each item's
///   ratings in the last fifth of the training ratings by time.
/// - Test and validation rows whose user or item is not in training are dropped and counted, because a model
///   knows nothing about them.
/// - The training set is written in blocks of a user × item grid
///   ([BlockGrid][com.craftyverse.recsys.format.BlockGrid]). The blocks let SGD run on several threads
///   without locks and with the same result (Gemulla et al., KDD 2011). The set is also written by rows as
///   `seen.arrow`, with the time of each rating, which another pass over the files collects. All
///   sets are written in parallel.
/// - [QualityReport][com.craftyverse.recsys.index.QualityReport] holds the numbers that the original notebook
///   prints, and the checks that stop a damaged dataset.
@NullMarked
package com.craftyverse.recsys.index;

import org.jspecify.annotations.NullMarked;
