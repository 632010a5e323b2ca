package com.craftyverse.recsys.batch;

import com.craftyverse.recsys.serve.ItemFilter;
import com.craftyverse.recsys.serve.RankBy;

/// What determines a batch, besides the model and the users.
///
/// @param n number of items for each user
/// @param filter which items to choose from
/// @param excludeSeen whether to exclude items that the user rated
/// @param rankBy the order of the items
record RecommendAllParameters(int n, ItemFilter filter, boolean excludeSeen, RankBy rankBy) {}
