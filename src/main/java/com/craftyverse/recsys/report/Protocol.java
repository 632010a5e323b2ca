package com.craftyverse.recsys.report;

import static com.craftyverse.recsys.report.Html.el;

import com.craftyverse.recsys.report.Documents.SplitFigures;
import java.util.Map;

/// What the figures mean, so that they can be held against others.
///
/// @param parameters those of the evaluation
record Protocol(Documents documents, Evaluation evaluation, Map<String, Object> parameters) {
  private static final String REPLAY = "replay";

  Html.Element html() {
    return Words.section(
            "protocol",
            "Protocol and definitions",
            "What the figures mean, so that they can be held against others.")
        .add(
            details("How the model was judged", judged()),
            details("What the sets are", sets()),
            details("What the measures are", measures()),
            details("What it is compared with", baselines()),
            details("How the gate decides", gate()));
  }

  private static Html details(String summary, Html content) {
    return el("details", el("summary", summary), content);
  }

  private Html judged() {
    SplitFigures split = documents.splitFigures();
    Html.Element text = el("div").of("defs");
    boolean isReplay = evaluation.protocol().equals(REPLAY);
    if (documents.isByTime() && split.trainThreshold() != null && split.testThreshold() != null) {
      text.add(
          el(
              "p",
              documents.say(
                  "Ratings are divided by time: those until "
                      + Numbers.day(split.trainThreshold())
                      + " are learned from, those until "
                      + Numbers.day(split.testThreshold())
                      + " are the test set, and later ones choose "
                      + chosen()
                      + ". No test rating has any part in training or in choosing.")));
    } else {
      text.add(
          el(
              "p",
              documents.say(
                  "How ratings are divided: "
                      + documents.kind()
                      + ". The validation set chooses "
                      + chosen()
                      + ". No test rating has any part in training or in choosing.")));
    }
    text.add(
        el(
            "p",
            documents.say(
                isReplay
                    ? "Most users of a later window are new. So the window is replayed, as a service would see"
                        + " it: of each user the training ratings and the earlier half of their ratings in the"
                        + " window are known, and the later half is what a list must find."
                        + (documents.hasRatings()
                            ? " Each rating is predicted from all that its user gave before."
                            : "")
                    : "Of each user the training ratings are known, and their ratings in the test set are what a"
                        + " list must find.")));
    text.add(
        el(
            "p",
            "Lists are chosen from all items that the model learned from, less those known of the user;"
                + " no items are sampled."));
    text.add(
        el(
            "p",
            documents.say(
                "The judged model does not know the newest ratings. The pipeline therefore trains once"
                    + " more on all ratings, with the same parameters and number of epochs, and publishes"
                    + " that model. It cannot be judged, for nothing later is left.")));
    text.add(
        el(
            "p",
            documents.say(
                "Intervals hold 95 % of the results for 1,000 samples of the test users, drawn with replacement"
                    + " (seed "
                    + parameters.get("seed")
                    + "). Differences are paired: both sides have the same users and ratings in each sample."
                    + " Users are drawn instead of ratings, because one person’s ratings resemble each"
                    + " other.")));
    return text;
  }

  /// Returns what the validation set chooses. The ranking model has a fixed number of epochs.
  private String chosen() {
    return documents.hasRatings() ? "the number of epochs and the penalties" : "the penalties";
  }

  private Html sets() {
    Html.Element list = el("dl").of("defs");
    if (documents.hasRatings()) {
      Words.pair(
          list,
          "Known users and items",
          Html.text(
              "Test ratings whose user and item both occur in training, predicted from training"
                  + " alone."));
    }
    if (documents.hasRatings() && evaluation.protocol().equals(REPLAY)) {
      Words.pair(
          list,
          "All users, replayed",
          Html.text(
              "Test ratings of items that occur in training, each predicted from its user’s training ratings"
                  + " and all test ratings that the user gave before it. A user’s first rating is predicted"
                  + " from the item alone."));
    }
    Words.pair(
        list,
        "New user, new item",
        Html.text(
            documents.say("A user or an item of a test rating that does not occur in training.")));
    return list;
  }

  private Html measures() {
    Html.Element list = el("dl").of("defs");
    Double likedFrom = evaluation.likedFrom();
    if (likedFrom != null) {
      Words.pair(
          list,
          "RMSE, MAE",
          Html.text(
              "Root of the mean squared, and mean absolute difference between predicted and actual"
                  + " rating, in units of the scale. Predictions are clipped to the scale."));
    }
    Words.pair(
        list,
        "NDCG@10, @20",
        Html.text(
            "How many of the first 10 or 20 items of a list the user went on to "
                + (likedFrom == null ? "choose" : "rate")
                + ", early places counting more (1 / log₂(place + 1)), divided by the best possible order."));
    if (likedFrom != null) {
      Words.pair(
          list,
          "NDCG@10, liked",
          Html.text(
              "The same with only the items to find that the user rated "
                  + Numbers.decimal(likedFrom, 2)
                  + " or more."));
    }
    Words.pair(
        list,
        "Recall@10",
        Html.text("The share of the items to find that are among the first 10."));
    Words.pair(
        list,
        "Hit rate@10",
        Html.text("The share of users with at least one item to find among the first 10."));
    Words.pair(
        list,
        "MRR@10",
        Html.text(
            "One over the place of the first item to find, 0 if it is not among the first 10; the mean over"
                + " users."));
    Words.pair(
        list,
        "Coverage",
        Html.text("The share of all items that anybody gets among the first 10."));
    Words.pair(
        list,
        "Popularity",
        Html.text(
            documents.say(
                "The number of training ratings of a recommended item, median of all first tens.")));
    if (likedFrom != null) {
      Words.pair(
          list,
          "Calibration",
          Html.text(
              "Predictions are divided by tenths of the scale; of each tenth, the mean prediction stands"
                  + " beside the mean actual rating."));
    }
    return list;
  }

  private Html baselines() {
    Html.Element list = el("dl").of("defs");
    if (documents.hasRatings()) {
      Words.pair(
          list,
          "Biases",
          Html.text(
              "The mean, plus how far the item and the user are usually from it, both damped: ratings less"
                  + " the mean, divided by 25 + their number for an item and 10 + their number for a user."));
      Words.pair(
          list,
          "Item’s mean, mean of all",
          Html.text("The mean of the item’s training ratings, and of all training ratings."));
    }
    Words.pair(
        list,
        "Most popular, popular lately",
        Html.text(
            documents.say(
                "The items with the most training ratings, ever or in the last fifth of training by time;"
                    + " the same for everybody, less what they had rated.")));
    if (documents.hasRatings()) {
      Words.pair(
          list,
          "Predicted rating",
          Html.text("Items in the order of their predicted rating, without a ranking model."));
    }
    return list;
  }

  private Html gate() {
    return el(
            "div",
            el(
                "p",
                "A comparison refuses a model if the whole 95 % interval of the difference is worse than"
                    + " the margin: "
                    + (documents.hasRatings()
                        ? percent("rmseMargin") + " of the other’s RMSE, or "
                        : "")
                    + parameters.get("ndcgMargin")
                    + " of NDCG@10. A verdict takes "
                    + (documents.hasRatings() ? "2,000 judged ratings of 100 users, and " : "")
                    + "the lists of 100 users; below that, a dataset’s first model may be published, and a later one"
                    + " only by force."),
            el(
                "p",
                "The published model may have learned the test set. So its scored twin, trained like it on"
                    + " older "
                    + documents.say("ratings")
                    + ", is compared instead, on test "
                    + documents.say("ratings")
                    + " later than those it learned"
                    + " from; both know the same of each user."))
        .of("defs");
  }

  private String percent(String parameter) {
    return parameters.get(parameter) instanceof Number margin
        ? Numbers.percent(margin.doubleValue())
        : "a share";
  }
}
