/// Batches of recommendations: `recommendAll` writes the best n items of all users, or of some, as
/// Arrow files.
///
/// *Answers.* They are those of `recommend`, to the bit and with the same order of equal scores. A
/// matrix product of [CatalogScorer][com.craftyverse.recsys.kernel.CatalogScorer] scores the
/// catalogue for 64 users at once, but it rounds in another order. So
/// [ListMaker][com.craftyverse.recsys.batch.ListMaker] takes every item whose score comes close
/// enough to the n-th best that it could belong to the list, with a bound on the rounding errors of
/// both sums, and scores those few items again as `recommend` does.
///
/// *Files.* A batch is a directory of parts, each an Arrow file with a row for each user and rank,
/// which any reader takes as one plain table. A call that runs out of time leaves the parts that
/// are done, and a checkpoint that lists them; the same request goes on from there. The manifest
/// comes last.
///
/// *Memory.* The users' vectors and ratings are mapped. In memory are the items' factors (three
/// times), the ids, for each thread the scores of 64 users, and up to half a million rows of the
/// next record batch: at 42,000 items and 128 factors about 120 MB, whatever the number of users.
@NullMarked
package com.craftyverse.recsys.batch;

import org.jspecify.annotations.NullMarked;
