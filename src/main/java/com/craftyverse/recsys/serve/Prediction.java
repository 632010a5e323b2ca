package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.format.Id;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// A predicted rating.
///
/// @param userId the user, if the request asks for several
/// @param itemId the item
/// @param title its title, null if the model does not know it
/// @param rating within the scale of the dataset
/// @param standardError how far it may be off: the true rating lies within 1.2816 standard errors of it in
///     80 of 100 cases. Null if the evaluation had too few ratings by users and of items that are known as well
/// @param source where the rating comes from
/// @param reason why it is a fallback, null if it is not
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Prediction(
    @Nullable Id userId,
    Id itemId,
    @Nullable String title,
    float rating,
    @Nullable Float standardError,
    Source source,
    @Nullable String reason) {}
