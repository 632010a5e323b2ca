/// What the objects of the store hold, said once for the step that writes them and for all that read them: their keys
/// ([StoreLayout][com.craftyverse.recsys.format.StoreLayout]), the columns of Arrow files
/// ([Schemas][com.craftyverse.recsys.format.Schemas]), the JSON documents of a model, and the version of each step's
/// files ([StepName][com.craftyverse.recsys.format.StepName]).
@NullMarked
package com.craftyverse.recsys.format;

import org.jspecify.annotations.NullMarked;
