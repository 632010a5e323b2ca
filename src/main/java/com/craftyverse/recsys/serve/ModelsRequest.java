package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.step.Limits;
import com.craftyverse.recsys.step.Request;
import org.jspecify.annotations.Nullable;

/// A request for the versions of models.
///
/// @param dataset the dataset; defaults to all
/// @param n number of versions of each dataset, 1 to 100, by default 20
public record ModelsRequest(
    @Nullable String dataset,
    @Limits(min = 1, max = RequestLimits.MAX_VERSIONS, byDefault = "" + RequestLimits.DEFAULT_PAGE)
        @Nullable Integer n)
    implements Request {}
