package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import com.craftyverse.recsys.table.TableFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A detector for the layout of a ratings file from its first megabyte.
///
/// MovieLens' own layouts are recognised by their first line, and their types are taken for granted unless the
/// values plainly contradict. In any other table the delimiter is the first one that divides the rows evenly.
/// Columns are recognised by the names that people use, then by content, then by position: user, item, rating,
/// time. Where that leaves two readings, the file is refused with both.
final class LayoutDetector {
  private static final int MAX_LINE_IN_MESSAGE = 200;

  private final byte[] start;
  private final int length;
  private final RatingsFormat format;
  private final String file;
  private final List<String> findings = new ArrayList<>();

  private LayoutDetector(byte[] start, int length, RatingsFormat format, String file) {
    this.start = start;
    this.length = length;
    this.format = format;
    this.file = file;
  }

  /// Returns the layout of a ratings file.
  ///
  /// @param start the first lines of the file in UTF-8
  /// @param length their bytes; the file may continue
  /// @param format what the request says about the file
  /// @param file the file's name in error messages
  /// @throws RequestException if this is not a table of ratings, or can be read in two ways
  static RatingsLayout detect(byte[] start, int length, RatingsFormat format, String file) {
    return new LayoutDetector(start, length, format, file).detect();
  }

  /// Returns whether the names of the columns, or MovieLens' layouts, say that this is a ratings file.
  ///
  /// @param orChoices whether users and items without ratings will do
  static boolean isRatingsByNames(
      byte[] start, int length, RatingsFormat format, boolean orChoices) {
    LayoutDetector detector = new LayoutDetector(start, length, format, "");
    try {
      if (detector.movieLensLayout().isPresent()) {
        return true;
      }
      SampledTable table = SampledTable.of(start, length, format);
      boolean named =
          table.header()
              && (format.columns() != null
                  ? table.names().containsAll(format.columns().names())
                  : detector.byName(table, ColumnRole.USER) >= 0
                      && detector.byName(table, ColumnRole.ITEM) >= 0
                      && (detector.byName(table, ColumnRole.RATING) >= 0
                          || (orChoices && !detector.isAboutItems(table))));
      if (named) {
        RatingsLayout _ = detector.detect(); // refuses what cannot be read
      }
      return named;
    } catch (RequestException e) {
      return false;
    }
  }

  private RatingsLayout detect() {
    if (length >= RatingsText.SAMPLE_BYTES && start[length - 1] != '\n') {
      throw RequestException.unprocessable(
          file
              + ", line 1: the line is longer than "
              + RatingsText.SAMPLE_BYTES
              + " bytes; this is not a ratings file");
    }
    return movieLensLayout().map(this::withDeclared).orElseGet(this::generalLayout);
  }

  /// What the request declares about types holds in every layout.
  private RatingsLayout withDeclared(RatingsLayout layout) {
    return RatingsLayoutBuilder.builder(layout)
        .userIdType(Objects.requireNonNullElse(format.ids().user(), layout.userIdType()))
        .itemIdType(Objects.requireNonNullElse(format.ids().item(), layout.itemIdType()))
        .time(Objects.requireNonNullElse(format.time(), layout.time()))
        .scale(Objects.requireNonNullElse(format.declaredScale(), layout.scale()))
        .build();
  }

  private Optional<RatingsLayout> movieLensLayout() {
    if (format.columns() != null
        || format.feedback() == Feedback.CHOICES
        || (format.delimiter() != null && !format.delimiter().equals(","))) {
      return Optional.empty();
    }
    String line = RatingsFormat.firstLine(start, length);
    for (RatingsLayout layout : List.of(RatingsLayout.U_DATA, RatingsLayout.RATINGS_DAT)) {
      if (layout.hasRow(line)) {
        return isContradicted(layout) ? Optional.empty() : Optional.of(layout);
      }
    }
    List<String> names = RatingsFormat.header(start, length, ",");
    if (!names.containsAll(RatingsColumns.MOVIELENS.names())) {
      return Optional.empty();
    }
    for (String name : RatingsColumns.MOVIELENS.names()) {
      requireOnce(names, name);
    }
    RatingsLayout layout =
        RatingsLayoutBuilder.builder(RatingsLayout.U_DATA)
            .name(RatingsLayout.RATINGS_CSV)
            .separator(",")
            .header(true)
            .columns(names.size())
            .user(names.indexOf("userId"))
            .item(names.indexOf("movieId"))
            .rating(names.indexOf("rating"))
            .timestamp(names.indexOf("timestamp"))
            .build();
    return isContradicted(layout) ? Optional.empty() : Optional.of(layout);
  }

  /// Returns whether the values show that a file with MovieLens' names is of another kind.
  private boolean isContradicted(RatingsLayout layout) {
    ColumnStatistics[] columns =
        SampledTable.statistics(
            start, length, layout.separator(), layout.header(), layout.columns());
    if (columns[0].values() == 0) {
      return false;
    }
    boolean ownIds = format.ids().user() == null && format.ids().item() == null;
    return (ownIds
            && (columns[layout.user()].contradicts(IdType.INT32)
                || columns[layout.item()].contradicts(IdType.INT32)))
        || (format.time() == null && columns[layout.timestamp()].contradictsSeconds())
        || (format.declaredScale() == null
            && columns[layout.rating()].contradictsRange(
                RatingScale.STARS.min(), RatingScale.STARS.max()));
  }

  private void requireOnce(List<String> names, String name) {
    if (names.indexOf(name) < names.lastIndexOf(name)) {
      throw RequestException.unprocessable(
          file + ", line 1: the header has the column " + ObjectKeys.quote(name) + " twice");
    }
  }

  private RatingsLayout generalLayout() {
    SampledTable table = SampledTable.of(start, length, format);
    if (table.names().size() < SampledTable.MIN_COLUMNS) {
      throw RequestException.unprocessable(
          file
              + ", line 1: the header is "
              + firstLine()
              + ", expected a table with columns for the user, the item and the rating");
    }
    findings.add(
        "the values are separated by "
            + nameOf(table.delimiter())
            + (table.header() ? ", the first line has their names" : ", there is no header"));
    int[] positions = format.columns() != null ? named(table, format.columns()) : roles(table);
    IdType userType = idType(table, ColumnRole.USER, positions, format.ids().user());
    IdType itemType = idType(table, ColumnRole.ITEM, positions, format.ids().item());
    int timestamp = positions[ColumnRole.TIMESTAMP.ordinal()];
    TimeFormat time = time(timestamp < 0 ? null : table.columns()[timestamp]);
    boolean isRating = positions[ColumnRole.RATING.ordinal()] >= 0;
    int event = isRating ? -1 : event(table, positions);
    int rating = positions[(isRating ? ColumnRole.RATING : ColumnRole.COUNT).ordinal()];
    boolean decimalComma = rating >= 0 && hasDecimalComma(table.columns()[rating]);
    if (isRating) {
      addMissingValueHint(table.columns()[rating]);
    } else if (event < 0) {
      findings.add(
          rating >= 0
              ? "there are no ratings; column "
                  + table.quoted(rating)
                  + " counts how often users chose items"
              : "there are no ratings; each row is a choice");
    }
    return new RatingsLayout(
        format.columns() != null
            ? "named columns"
            : table.header() ? "table" : "table without header",
        table.delimiter(),
        table.header(),
        new RatingsColumns(
            table.names().get(positions[0]),
            table.names().get(positions[1]),
            isRating ? table.names().get(rating) : null,
            timestamp < 0 ? null : table.names().get(timestamp),
            isRating || rating < 0 ? null : table.names().get(rating),
            event < 0 ? null : table.names().get(event)),
        table.names().size(),
        positions[0],
        positions[1],
        rating,
        timestamp,
        event,
        userType,
        itemType,
        time,
        decimalComma,
        format.declaredScale() != null ? format.declaredScale() : RatingScale.ANY,
        isRating ? Feedback.RATINGS : Feedback.CHOICES,
        event < 0 ? Map.of() : amounts(format.events()),
        TableFormat.TEXT,
        List.copyOf(findings));
  }

  private boolean hasDecimalComma(ColumnStatistics ratings) {
    boolean comma =
        format.decimalComma() != null ? format.decimalComma() : ratings.hasDecimalCommas();
    if (comma) {
      findings.add("ratings have a decimal comma");
    }
    return comma;
  }

  /// Returns the position of the kinds of events, -1 if they have no weights.
  private int event(SampledTable table, int[] positions) {
    int event = positions[ColumnRole.EVENT.ordinal()];
    if (!format.events().isEmpty()) {
      if (event < 0) {
        throw refused("the settings weigh events, but no column has their kind");
      }
      findings.add("there are no ratings; each row is an event with the weight of its kind");
      return event;
    }
    if (event >= 0) {
      Set<String> kinds = table.columns()[event].kinds();
      findings.add(
          "each event is one choice; to weigh them"
              + (kinds.isEmpty() ? "" : " (" + String.join(", ", kinds) + ")")
              + ", set \"events\": {\""
              + kinds.stream().findFirst().orElse("…")
              + "\": 1}");
    }
    return -1;
  }

  /// Returns how many choices an event of each kind counts as, so that a single one has exactly its weight.
  private static Map<String, Float> amounts(Map<String, Double> weights) {
    Map<String, Float> amounts = new TreeMap<>();
    weights.forEach(
        (kind, weight) ->
            amounts.put(kind.strip(), weight == 0 ? 0 : (float) Math.pow(2, weight - 1)));
    return Collections.unmodifiableMap(amounts);
  }

  // Columns

  /// Returns the positions of the columns that the request names.
  private int[] named(SampledTable table, RatingsColumns names) {
    for (String name : names.names()) {
      if (!table.names().contains(name)) {
        throw RequestException.unprocessable(
            file
                + ", line 1: there is no column "
                + ObjectKeys.quote(name)
                + (table.header()
                    ? "; the header is " + firstLine()
                    : "; without a header the columns are named 1 to " + table.names().size()));
      }
      requireOnce(table.names(), name);
    }
    return new int[] {
      table.names().indexOf(names.user()),
      table.names().indexOf(names.item()),
      table.names().indexOf(names.rating()),
      table.names().indexOf(names.timestamp()),
      table.names().indexOf(names.count()),
      table.names().indexOf(names.event())
    };
  }

  /// Returns the position of each role's column, -1 for one that the file does not have.
  private int[] roles(SampledTable table) {
    int[] positions = new int[ColumnRole.values().length];
    Arrays.fill(positions, -1);
    List<Integer> free = new ArrayList<>(IntStream.range(0, table.names().size()).boxed().toList());
    for (ColumnRole role : ColumnRole.values()) {
      boolean isRated = positions[ColumnRole.RATING.ordinal()] >= 0;
      boolean isOfOtherKind =
          role == ColumnRole.RATING
              ? format.feedback() == Feedback.CHOICES
              : (role == ColumnRole.COUNT || role == ColumnRole.EVENT)
                  && (isRated || format.feedback() == Feedback.RATINGS);
      int position = isOfOtherKind ? -1 : byName(table, role);
      positions[role.ordinal()] = position;
      free.remove(Integer.valueOf(position));
      if (position >= 0) {
        findings.add(role + ": column " + table.quoted(position) + ", by its name");
      }
    }
    if (isAboutItems(table)) {
      throw refused("it has items, but neither users nor ratings");
    }
    takeTimes(table, positions, free, missing(positions));
    takeRatings(table, positions, free);
    takeIds(table, positions, free);
    return positions;
  }

  /// Returns whether the table has items, but neither users nor ratings.
  private boolean isAboutItems(SampledTable table) {
    return byName(table, ColumnRole.ITEM) >= 0
        && byName(table, ColumnRole.USER) < 0
        && byName(table, ColumnRole.RATING) < 0
        && byName(table, ColumnRole.COUNT) < 0
        && byName(table, ColumnRole.EVENT) < 0;
  }

  /// Returns the column whose name means a role, or -1.
  private int byName(SampledTable table, ColumnRole role) {
    if (!table.header()) {
      return -1;
    }
    for (int rank = 0; rank <= 1; rank++) {
      List<Integer> found = new ArrayList<>();
      for (int i = 0; i < table.names().size(); i++) {
        if (role.rank(table.names().get(i)) == rank && canBe(role, table.columns()[i])) {
          found.add(i);
        }
      }
      if (found.size() > 1) {
        throw ambiguous(table, role, found);
      }
      if (found.size() == 1) {
        return found.getFirst();
      }
    }
    return -1;
  }

  private static boolean canBe(ColumnRole role, ColumnStatistics column) {
    return column.values() == 0
        || switch (role) {
          case USER, ITEM -> true;
          case EVENT -> true;
          case RATING, COUNT -> column.isMostlyNumeric();
          case TIMESTAMP -> column.isMostlyTimes();
        };
  }

  /// Takes the only column with times if no name says which one has them.
  ///
  /// @param needed the number of free columns that others need
  private void takeTimes(SampledTable table, int[] positions, List<Integer> free, int needed) {
    if (positions[ColumnRole.TIMESTAMP.ordinal()] >= 0) {
      return;
    }
    List<Integer> times =
        free.stream().filter(column -> table.columns()[column].looksLikeTimes()).toList();
    // Large numbers in the first columns may also be ids.
    boolean needsThem = free.size() - times.size() < needed;
    if (times.size() == 1 && !needsThem) {
      take(table, ColumnRole.TIMESTAMP, times.getFirst(), positions, free, "by its values");
    } else if (times.size() > 1 && times.contains(table.names().size() - 1) && !needsThem) {
      int last = table.names().size() - 1;
      take(table, ColumnRole.TIMESTAMP, last, positions, free, "by its values and position");
    }
  }

  /// Returns how many of user, item and rating have no column yet.
  private static int missing(int[] positions) {
    return (int)
        IntStream.of(
                ColumnRole.USER.ordinal(), ColumnRole.ITEM.ordinal(), ColumnRole.RATING.ordinal())
            .filter(role -> positions[role] < 0)
            .count();
  }

  /// Takes the only column with ratings. Without one, the rows are choices.
  private void takeRatings(SampledTable table, int[] positions, List<Integer> free) {
    boolean isEvent = positions[ColumnRole.EVENT.ordinal()] >= 0;
    if (positions[ColumnRole.RATING.ordinal()] >= 0
        || positions[ColumnRole.COUNT.ordinal()] >= 0
        || isEvent) {
      return;
    }
    int third = free.size() == 3 && missing(positions) == 3 ? free.get(2) : -1;
    boolean hasNone =
        free.size() < missing(positions) || (third >= 0 && table.columns()[third].looksLikeTimes());
    List<Integer> ratings =
        free.stream()
            .filter(column -> !hasNone && table.columns()[column].looksLikeRatings())
            .toList();
    List<Integer> surely =
        ratings.stream().filter(column -> table.columns()[column].hasFractions()).toList();
    if (ratings.isEmpty() && !hasNone) {
      ratings = free.stream().filter(column -> table.columns()[column].looksLikeCounts()).toList();
    }
    boolean isUnknown = ratings.isEmpty() || format.feedback() == Feedback.CHOICES;
    if (ratings.size() == 1) {
      takeValues(table, ratings.getFirst(), positions, free, "by its values");
    } else if (surely.size() == 1) {
      takeValues(table, surely.getFirst(), positions, free, "by its fractions");
    } else if (surely.isEmpty() && ratings.contains(third)) {
      takeValues(table, third, positions, free, "by its position");
    } else if (isUnknown && format.feedback() != Feedback.RATINGS) {
      requireChoices(table, positions);
      takeTimes(table, positions, free, missing(positions) - 1);
    } else if (ratings.isEmpty()) {
      throw refused("no column looks like ratings");
    } else {
      throw ambiguous(table, ColumnRole.RATING, surely.isEmpty() ? ratings : surely);
    }
  }

  /// Checks that a table without ratings may have choices, and is not just any table.
  private void requireChoices(SampledTable table, int[] positions) {
    boolean isNamed =
        positions[ColumnRole.USER.ordinal()] >= 0 || positions[ColumnRole.ITEM.ordinal()] >= 0;
    boolean hasNumbers = false;
    for (ColumnStatistics column : table.columns()) {
      hasNumbers |= column.isNumeric();
    }
    boolean isTable =
        isNamed ? !table.names().containsAll(Tags.COLUMNS) : !table.header() && hasNumbers;
    if (format.feedback() == null && !isTable) {
      throw refused("no column looks like ratings");
    }
    for (int i = 0; i < table.names().size(); i++) {
      boolean isRating = table.header() && ColumnRole.RATING.rank(table.names().get(i)) == 0;
      if (isRating && format.feedback() == null) {
        throw refused(
            "column "
                + table.quoted(i)
                + " has no numbers; if the rows are choices, set \"feedback\": \"choices\"");
      }
    }
  }

  /// Takes a column as ratings or, if it plainly has counts, as such. The settings may say that the rows are choices;
  /// then other numbers mean nothing.
  private void takeValues(
      SampledTable table, int column, int[] positions, List<Integer> free, String reason) {
    boolean isCount = table.columns()[column].looksLikeCounts();
    if (isCount && format.feedback() != Feedback.RATINGS) {
      take(table, ColumnRole.COUNT, column, positions, free, "by its values");
    } else if (format.feedback() == Feedback.CHOICES) {
      free.remove(Integer.valueOf(column));
      findings.add("column " + table.quoted(column) + " is not used, as the settings say");
    } else {
      take(table, ColumnRole.RATING, column, positions, free, reason);
    }
  }

  private void takeIds(SampledTable table, int[] positions, List<Integer> free) {
    boolean noUser = positions[ColumnRole.USER.ordinal()] < 0;
    boolean noItem = positions[ColumnRole.ITEM.ordinal()] < 0;
    int needed = (noUser ? 1 : 0) + (noItem ? 1 : 0);
    if (needed == 0) {
      return;
    }
    if (free.size() != needed) {
      throw free.size() < needed
          ? refused("it has no column for the " + (noUser ? "user" : "item"))
          : ambiguous(table, noUser ? ColumnRole.USER : ColumnRole.ITEM, List.copyOf(free));
    }
    if (needed == 1) {
      ColumnRole role = noUser ? ColumnRole.USER : ColumnRole.ITEM;
      take(table, role, free.getFirst(), positions, free, "because no other is left");
      return;
    }
    int first = free.get(0);
    int second = free.get(1);
    boolean firstIsProduct = table.columns()[first].looksLikeProducts();
    boolean isSwapped = firstIsProduct && !table.columns()[second].looksLikeProducts();
    String reason = isSwapped ? "because the other column has product numbers" : "by its position";
    take(table, ColumnRole.USER, isSwapped ? second : first, positions, free, reason);
    take(table, ColumnRole.ITEM, isSwapped ? first : second, positions, free, reason);
  }

  private void take(
      SampledTable table,
      ColumnRole role,
      int column,
      int[] positions,
      List<Integer> free,
      String reason) {
    positions[role.ordinal()] = column;
    free.remove(Integer.valueOf(column));
    findings.add(role + ": column " + table.quoted(column) + ", " + reason);
  }

  // Values

  private IdType idType(
      SampledTable table, ColumnRole role, int[] positions, @Nullable IdType declared) {
    IdType type = declared != null ? declared : table.columns()[positions[role.ordinal()]].idType();
    if (table.columns()[positions[role.ordinal()]].values() == 0 && declared == null) {
      type = IdType.INT32;
    }
    if (type != IdType.INT32) {
      findings.add(
          role
              + " ids are "
              + (type == IdType.INT64 ? "64-bit numbers" : "texts")
              + (declared == null ? "" : ", as the settings say"));
    }
    return type;
  }

  private TimeFormat time(@Nullable ColumnStatistics column) {
    if (column == null) {
      findings.add("there are no times; the split will be within users");
      return TimeFormat.NONE;
    }
    TimeFormat time = format.time() != null ? format.time() : column.timeFormat();
    if (time == TimeFormat.DATE) {
      findings.add(
          column.lacksZones() ? "times are dates without a zone, taken as UTC" : "times are dates");
    } else if (time != TimeFormat.SECONDS) {
      findings.add(
          "times are "
              + time
              + (format.time() == null ? ", by their size" : ", as the settings say"));
    }
    return time;
  }

  private void addMissingValueHint(ColumnStatistics ratings) {
    if (format.missing().isEmpty()) {
      MissingValues.suspect(ratings.counts())
          .ifPresent(
              value ->
                  findings.add(
                      "the rating "
                          + value
                          + " may mean that there is none; if so, set \"missing\": ["
                          + value
                          + "]"));
    }
  }

  // Errors

  private RequestException ambiguous(
      SampledTable table, ColumnRole role, List<Integer> candidates) {
    String readings = candidates.stream().map(table::quoted).collect(Collectors.joining(" or "));
    return refused("the " + role + " could be column " + readings);
  }

  private RequestException refused(String problem) {
    return RequestException.unprocessable(
        file
            + ", line 1: the header is "
            + firstLine()
            + ", expected columns for the user, the item and the rating; "
            + problem
            + "; settings.json: \"columns\": {\"user\": \"…\", \"item\": \"…\", \"rating\":"
            + " \"…\", \"timestamp\": \"…\"}");
  }

  private String firstLine() {
    String line = RatingsFormat.firstLine(start, length);
    return ObjectKeys.quote(
        line.length() <= MAX_LINE_IN_MESSAGE
            ? line
            : line.substring(0, MAX_LINE_IN_MESSAGE - 1) + "…");
  }

  private static String nameOf(String delimiter) {
    return switch (delimiter) {
      case "," -> "commas";
      case ";" -> "semicolons";
      case "\t" -> "tabs";
      case "|" -> "vertical bars";
      case RatingsLayout.BLANKS -> "blanks";
      default -> ObjectKeys.quote(delimiter);
    };
  }
}
