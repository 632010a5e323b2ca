package com.craftyverse.recsys.format;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.MalformedFileException;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// How far predicted ratings are off, by how many ratings are known of the user and of the item. The evaluation
/// measures it, and `lookup.arrow` has it for serving.
///
/// @param bands those with enough evidence
public record StandardErrors(List<Band> bands) {
  /// Half the width of an interval that contains 80 % of a normal distribution, in standard deviations.
  public static final double HALF_WIDTH = 1.2816;

  /// No band has enough evidence.
  public static final StandardErrors NONE = new StandardErrors(List.of());

  private static final int FIELDS = 5;

  /// Ratings whose user and item are known equally well.
  ///
  /// @param knownFrom lowest number of known ratings of the user
  /// @param knownTo highest number, included; 2,147,483,647 for no limit
  /// @param popularFrom lowest number of training ratings of the item
  /// @param popularTo highest number, included
  /// @param standardError in units of the scale
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Band(
      int knownFrom, int knownTo, int popularFrom, int popularTo, float standardError) {
    boolean contains(int known, int popularity) {
      return known >= knownFrom
          && known <= knownTo
          && popularity >= popularFrom
          && popularity <= popularTo;
    }
  }

  /// Returns the standard error of a prediction; 0 without enough evidence.
  ///
  /// @param known number of known ratings of the user
  /// @param popularity number of training ratings of the item
  public float of(int known, int popularity) {
    for (int i = 0; i < bands.size(); i++) { // an iterator would be garbage of every prediction
      Band band = bands.get(i);
      if (band.contains(known, popularity)) {
        return band.standardError;
      }
    }
    return 0;
  }

  /// Returns the bands as numbers separated by spaces.
  String text() {
    StringBuilder text = new StringBuilder();
    for (Band band : bands) {
      text.append(band.knownFrom).append(' ').append(band.knownTo).append(' ');
      text.append(band.popularFrom).append(' ').append(band.popularTo).append(' ');
      text.append(band.standardError).append(' ');
    }
    return text.toString();
  }

  /// Parses the text of a file's metadata.
  ///
  /// @throws MalformedFileException if it is missing or not such a text
  static StandardErrors parse(ArrowFile file, String key) throws MalformedFileException {
    String[] numbers =
        Arrays.stream(file.requireMetadata(key).split(" "))
            .filter(number -> !number.isEmpty())
            .toArray(String[]::new);
    List<Band> bands = new ArrayList<>();
    try {
      for (int i = 0; i + FIELDS <= numbers.length; i += FIELDS) {
        bands.add(
            new Band(
                Integer.parseInt(numbers[i]),
                Integer.parseInt(numbers[i + 1]),
                Integer.parseInt(numbers[i + 2]),
                Integer.parseInt(numbers[i + 3]),
                Float.parseFloat(numbers[i + 4])));
      }
    } catch (NumberFormatException _) {
      throw file.malformed("metadata '" + key + "': a value is not a number");
    }
    for (Band band : bands) {
      if (!(band.standardError > 0 && band.standardError < Float.POSITIVE_INFINITY)) {
        throw file.malformed("metadata '" + key + "': a standard error is not above 0");
      }
    }
    if (numbers.length % FIELDS != 0) {
      throw file.malformed("metadata '" + key + "': the last band is incomplete");
    }
    return new StandardErrors(List.copyOf(bands));
  }
}
