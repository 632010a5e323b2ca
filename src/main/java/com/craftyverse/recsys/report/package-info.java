/// The report on a model: one HTML file that says how good a model is and how it was made.
///
/// [Report][com.craftyverse.recsys.report.Report] reads what the steps have written, computes nothing anew, and
/// returns the bytes of `report.html`. The same documents give the same bytes: there is no clock in it, and times
/// come from the manifests. `evaluate` writes it beside `evaluation.json`, for refused models, too.
///
/// *Nothing of an upload becomes markup.* Titles, names of files and reasons pass through
/// [Html][com.craftyverse.recsys.report.Html], which escapes every text and has no way around it. The file also
/// carries a content security policy without scripts, images and connections, and with the digest of its one style
/// sheet.
///
/// *Charts* are inline SVG, whose coordinates are shares of width and height. So texts keep their size at any width,
/// and a browser, a printer and a phone show the same file.
///
/// *The package is below `evaluate`*, so it reads the figures of an evaluation as JSON: its records have the fields
/// that it shows. A template engine was tried instead of `Html`: Qute needs 0.3 s of a cold JVM and finds mistakes of
/// a template only when it renders, which here is after the evaluation.
@NullMarked
package com.craftyverse.recsys.report;

import org.jspecify.annotations.NullMarked;
