/// The third step: the split's sets in dense indices, ready to be trained on.
///
/// - [IdVocabulary][com.craftyverse.recsys.index.IdVocabulary] numbers the users and the items of the training
///   set from 0, in the order of their ids, from one pass over it
///   ([TrainingScan][com.craftyverse.recsys.index.TrainingScan]) that checks every row on the way; a
///   second pass brings the ratings into rows
///   ([CsrRatings][com.craftyverse.recsys.index.CsrRatings]), 8 bytes each.
/// - `rows` says which sets of the split the model learns from: the training set, the training and
///   the validation set, or all three. Together they are this index's training set
///   ([LearnedSets][com.craftyverse.recsys.index.LearnedSets]). The published model learns from an
///   index of all rows, which leaves none to judge it by.
/// - [RecentRatings][com.craftyverse.recsys.index.RecentRatings] counts what was chosen lately: each item's
///   ratings in the last fifth of the training ratings in time.
/// - Rows of test and validation whose user or item is not in training are dropped and counted: a
///   model knows nothing of them.
/// - The training set is written in blocks of a user × item grid
///   ([BlockGrid][com.craftyverse.recsys.format.BlockGrid]), which is what lets SGD run on several
///   threads without locks and with the same result (Gemulla et al., KDD 2011), and by rows as
///   `seen.arrow`. These and the other two sets are written side by side.
/// - [QualityReport][com.craftyverse.recsys.index.QualityReport] holds the numbers that the notebook of
///   this project's origin prints, and the checks that stop a damaged dataset.
@NullMarked
package com.craftyverse.recsys.index;

import org.jspecify.annotations.NullMarked;
