package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.RatingScale;
import java.util.ArrayList;
import java.util.List;

/// What an upload holds.
///
/// @param layout the file layout that was recognised
/// @param ratings rows of ratings
/// @param items items that the upload describes
/// @param tags rows of tags
/// @param links rows of links
/// @param minUserId the smallest user id
/// @param maxUserId the largest user id
/// @param minItemId the smallest item id among the ratings
/// @param maxItemId the largest item id among the ratings
/// @param minRating the lowest rating
/// @param maxRating the highest rating
/// @param scale the scale of the ratings: the declared one, MovieLens', or the range of the upload
/// @param minTimestamp the earliest rating, in epoch seconds
/// @param maxTimestamp the latest rating, in epoch seconds
/// @param uploadBytes the upload's size
/// @param duplicates ratings that were left out because the same user rated the same item again later
/// @param badRows rows of ratings that were skipped
/// @param badRowExamples what was wrong with the first of them, 20 at most
/// @param sideFileProblems what is wrong with items, tags and links: rows that are left out, files that are, an
///     encoding that had to be guessed
/// @param sideFileProblemExamples the first of these problems, 20 at most
/// @param skippedFiles files of the zip that were not read, 20 at most
public record IngestFigures(
    String layout,
    long ratings,
    int items,
    long tags,
    long links,
    int minUserId,
    int maxUserId,
    int minItemId,
    int maxItemId,
    float minRating,
    float maxRating,
    RatingScale scale,
    long minTimestamp,
    long maxTimestamp,
    long uploadBytes,
    long duplicates,
    long badRows,
    List<String> badRowExamples,
    long sideFileProblems,
    List<String> sideFileProblemExamples,
    List<String> skippedFiles) {
  private static final int MOST_LISTED = 20;
  private static final int LONGEST_LISTED = 300;

  /// Bounds the lists, whose lengths are the upload's choice: Step Functions takes 256 KiB of a result.
  public IngestFigures {
    badRowExamples = bounded(badRowExamples);
    sideFileProblemExamples = bounded(sideFileProblemExamples);
    skippedFiles = bounded(skippedFiles);
  }

  /// At most 20 texts of at most 300 characters, the last of which counts those that were left out.
  static List<String> bounded(List<String> texts) {
    List<String> bounded = new ArrayList<>();
    for (String text : texts.subList(0, Math.min(texts.size(), MOST_LISTED))) {
      bounded.add(
          text.length() <= LONGEST_LISTED ? text : text.substring(0, LONGEST_LISTED - 1) + "…");
    }
    if (texts.size() > MOST_LISTED) {
      bounded.set(MOST_LISTED - 1, "and " + (texts.size() - MOST_LISTED + 1) + " more");
    }
    return List.copyOf(bounded);
  }

  /// Of no upload at all.
  static final IngestFigures NONE =
      new IngestFigures(
          "",
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          RatingScale.STARS,
          0,
          0,
          0,
          0,
          0,
          List.of(),
          0,
          List.of(),
          List.of());
}
