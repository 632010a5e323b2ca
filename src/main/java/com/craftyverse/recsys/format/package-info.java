/// The formats of the store's objects, in one place for the step that writes them and all that read them:
/// keys ([StoreLayout][com.craftyverse.recsys.format.StoreLayout]), columns of Arrow files
/// ([Schemas][com.craftyverse.recsys.format.Schemas]), the JSON documents of a model, and the format version
/// of each step ([StepName][com.craftyverse.recsys.format.StepName]).
@NullMarked
package com.craftyverse.recsys.format;

import org.jspecify.annotations.NullMarked;
