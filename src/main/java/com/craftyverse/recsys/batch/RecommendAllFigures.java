package com.craftyverse.recsys.batch;

import com.craftyverse.recsys.serve.RankBy;

/// The figures of a batch.
///
/// @param model the id of the model that recommends
/// @param rankedBy the order of the items
/// @param candidates number of items that pass the filters
/// @param users number of users in the parts that are written, those without any recommendation
///     included
/// @param ofUsers number of users that the batch has when it is finished
/// @param unknownUsers number of user ids of the request that the model does not know; they get no
///     rows, and what `popular` answers is what `recommend` would
/// @param rows number of rows: recommendations of all users
/// @param parts number of files that are written
/// @param ofParts number of files that the batch has when it is finished
public record RecommendAllFigures(
    String model,
    RankBy rankedBy,
    int candidates,
    int users,
    int ofUsers,
    int unknownUsers,
    long rows,
    int parts,
    int ofParts) {}
