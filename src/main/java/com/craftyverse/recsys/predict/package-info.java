/// What a model is for: the rating that a user would give a movie.
///
/// [Predict][com.craftyverse.recsys.predict.Predict] loads a dataset's current model once and answers
/// from memory. It needs nothing but the model's own directory, and no training code.
@NullMarked
package com.craftyverse.recsys.predict;

import org.jspecify.annotations.NullMarked;
