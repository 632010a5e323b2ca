package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.RatingScale;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The figures on an upload's content.
///
/// @param layout the recognised file layout
/// @param format how the ratings file was read; null in the figures of no upload
/// @param feedback whether the rows are ratings or choices
/// @param ratings rows of ratings, or of pairs of a user and a chosen item
/// @param items items that the upload describes
/// @param tags rows of tags
/// @param links rows of links
/// @param minUserId the smallest user id
/// @param maxUserId the largest user id
/// @param minItemId the smallest item id among the ratings
/// @param maxItemId the largest item id among the ratings
/// @param minRating the lowest rating, or the smallest amount of choices
/// @param maxRating the highest rating, or the largest amount
/// @param scale the rating scale: the declared one, MovieLens', or the range and
///     step of the upload; null for choices
/// @param minTimestamp the time of the earliest rating, in epoch seconds; 0 without times
/// @param maxTimestamp the time of the latest rating, in epoch seconds
/// @param uploadBytes the upload's size in bytes
/// @param duplicates ratings dropped because the same user rated the same item again later
/// @param missingRatings rows without a rating, by the request's field `missing`
/// @param badRows skipped rows of ratings
/// @param badRowExamples the problems of the first skipped rows, at most 20
/// @param sideFileProblems problems with items, tags and links: skipped rows, skipped files, guessed
///     encodings
/// @param sideFileProblemExamples the first of these problems, at most 20
/// @param skippedFiles files of the zip that were not read, at most 20
/// @param attributes the other columns of the table of items, which requests can filter by
/// @param leftOutAttributes which columns and values of that table are not kept and why, at most 20
public record IngestFigures(
    String layout,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable DetectedFormat format,
    Feedback feedback,
    long ratings,
    int items,
    long tags,
    long links,
    Id minUserId,
    Id maxUserId,
    Id minItemId,
    Id maxItemId,
    float minRating,
    float maxRating,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable RatingScale scale,
    long minTimestamp,
    long maxTimestamp,
    long uploadBytes,
    long duplicates,
    long missingRatings,
    long badRows,
    List<String> badRowExamples,
    long sideFileProblems,
    List<String> sideFileProblemExamples,
    List<String> skippedFiles,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> attributes,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> leftOutAttributes) {
  private static final int MAX_LISTED = 20;
  private static final int MAX_LISTED_LENGTH = 300;

  /// Bounds the lists, whose lengths depend on the upload: Step Functions accepts at most 256 KiB per result.
  /// The manifest of an earlier version has no feedback, and means ratings.
  public IngestFigures {
    feedback = feedback == null ? Feedback.RATINGS : feedback;
    badRowExamples = bounded(badRowExamples);
    sideFileProblemExamples = bounded(sideFileProblemExamples);
    skippedFiles = bounded(skippedFiles);
    attributes = attributes == null ? List.of() : List.copyOf(attributes);
    leftOutAttributes = leftOutAttributes == null ? List.of() : bounded(leftOutAttributes);
  }

  /// Returns at most 20 texts of at most 300 characters. The last one counts the omitted texts.
  static List<String> bounded(List<String> texts) {
    List<String> bounded = new ArrayList<>();
    for (String text : texts.subList(0, Math.min(texts.size(), MAX_LISTED))) {
      bounded.add(
          text.length() <= MAX_LISTED_LENGTH
              ? text
              : text.substring(0, MAX_LISTED_LENGTH - 1) + "…");
    }
    if (texts.size() > MAX_LISTED) {
      bounded.set(MAX_LISTED - 1, "and " + (texts.size() - MAX_LISTED + 1) + " more");
    }
    return List.copyOf(bounded);
  }

  /// The figures of no upload.
  static final IngestFigures NONE =
      new IngestFigures(
          "",
          null,
          Feedback.RATINGS,
          0,
          0,
          0,
          0,
          Id.of(0),
          Id.of(0),
          Id.of(0),
          Id.of(0),
          0,
          0,
          RatingScale.STARS,
          0,
          0,
          0,
          0,
          0,
          0,
          List.of(),
          0,
          List.of(),
          List.of(),
          List.of(),
          List.of());
}
