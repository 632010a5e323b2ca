/// What ties the functions to their surroundings, whatever these are: which store they work on, and
/// what of their doings may reach the log. Everything that only an HTTP server needs is in `local`.
@NullMarked
package com.craftyverse.recsys.runtime;

import org.jspecify.annotations.NullMarked;
