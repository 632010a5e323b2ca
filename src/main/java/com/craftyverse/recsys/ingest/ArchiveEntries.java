package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.ingest.Archive.Entry;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.zip.ZipException;

/// Finds an upload's ratings, items, tags and links among the files of a zip. It looks at each file's first
/// line, so files may have any name and lie at any depth. A file with one of MovieLens' names is always taken
/// for what the name says. A problem with it is then reported, and the file is not skipped silently.
final class ArchiveEntries {
  private static final String RATINGS_CSV = "ratings.csv";
  private static final String U_DATA = "u.data";

  /// Names that win over longer ones, as `ratings.csv` over `ratings_small.csv`.
  private static final Set<String> BEST_NAMES =
      Set.of("ratings", "reviews", "interactions", "events", "plays", "purchases", "clicks");

  private static final int MAX_NAMES_IN_MESSAGE = 8;
  private static final int MAX_ENTRIES = 1_000;
  private static final int START_BYTES = 4_096;

  /// A side file and its layout.
  enum Part {
    MOVIES_CSV("movies.csv"),
    MOVIES_DAT("movies.dat"),
    U_ITEM("u.item"),
    TAGS_CSV("tags.csv"),
    TAGS_DAT("tags.dat"),
    LINKS_CSV("links.csv");

    private final String file;

    Part(String file) {
      this.file = file;
    }

    /// Returns whether a file that begins with `start` has this layout.
    private boolean matches(byte[] start) {
      String line = RatingsFormat.firstLine(start, start.length);
      return switch (this) {
        case MOVIES_CSV ->
            SampledTable.DELIMITERS.stream()
                .anyMatch(
                    delimiter ->
                        Movies.isHeader(RatingsFormat.header(start, start.length, delimiter)));
        case MOVIES_DAT -> {
          String[] values = line.split("::", -1);
          yield values.length == 3 && values[0].matches("\\d+") && !values[1].matches("\\d*");
        }
        case U_ITEM -> line.matches("\\d+(\\|[^|]*){4}(\\|[01]){19}");
        case TAGS_CSV -> header(start).containsAll(Tags.COLUMNS);
        case TAGS_DAT ->
            line.matches("\\d+::\\d+::.*::\\d+") && !RatingsLayout.RATINGS_DAT.hasRow(line);
        case LINKS_CSV -> header(start).containsAll(Links.COLUMNS);
      };
    }

    private static List<String> header(byte[] start) {
      return RatingsFormat.header(start, start.length, ",");
    }
  }

  /// The layouts by kind of file. Only one layout of each group is read: the first one found, by name and
  /// then by content.
  private static final List<List<Part>> GROUPS =
      List.of(
          List.of(Part.MOVIES_CSV, Part.MOVIES_DAT, Part.U_ITEM),
          List.of(Part.TAGS_CSV, Part.TAGS_DAT),
          List.of(Part.LINKS_CSV));

  private final Archive zip;
  private final ArchiveTables tables;
  private final String name;
  private final RatingsFormat format;
  private final List<Entry> files = new ArrayList<>();
  private final Map<Entry, byte[]> starts = new HashMap<>();
  private final BadRows problems;
  private final Map<Entry, RequestException> unreadable = new LinkedHashMap<>();
  private final List<Entry> ratings;
  private final Map<Part, Entry> parts = new EnumMap<>(Part.class);

  /// @param tables the tables in the zip
  /// @param name the zip's name in error messages
  /// @param format the expected format of the ratings
  /// @param problems collects the reasons why side files are not read
  /// @throws RequestException if the zip has no ratings, several candidates for them, or entry names that
  ///     point outside the zip
  ArchiveEntries(
      Archive zip, ArchiveTables tables, String name, RatingsFormat format, BadRows problems)
      throws IOException {
    this.zip = zip;
    this.tables = tables;
    this.problems = problems;
    this.name = name;
    this.format = format;
    requireNames(zip.entries());
    for (Entry entry : zip.entries()) {
      if (!entry.isDirectory()) {
        files.add(entry);
        starts.put(entry, readStart(entry));
      }
    }
    ratings = findRatings();
    for (List<Part> group : GROUPS) {
      findPart(group);
    }
  }

  /// Returns the ratings: of a zip one file, of a folder all parts.
  List<Entry> ratings() {
    return ratings;
  }

  /// Returns the entry of a side file, if there is one.
  Optional<Entry> part(Part part) {
    return Optional.ofNullable(parts.get(part));
  }

  /// Returns the names of the files that are not read, in the zip's order.
  List<String> skipped() {
    return files.stream()
        .filter(file -> !ratings.contains(file) && !parts.containsValue(file))
        .map(Entry::name)
        .toList();
  }

  private void findPart(List<Part> group) {
    for (Part part : group) {
      if (assign(part, files.stream().filter(file -> isNamed(file, part.file)).toList())) {
        return;
      }
    }
    for (Part part : group) {
      if (assign(part, files.stream().filter(file -> part.matches(startOf(file))).toList())) {
        return;
      }
    }
  }

  /// @return whether any candidates exist; one candidate is taken, several are reported as a problem
  private boolean assign(Part part, List<Entry> candidates) {
    if (candidates.size() == 1) {
      parts.put(part, candidates.getFirst());
    } else if (candidates.size() > 1) {
      problems.add(
          RequestException.unprocessable(
              name
                  + " contains "
                  + candidates.size()
                  + " files like "
                  + part.file
                  + ", expected at most one; none was read: "
                  + firstTwo(candidates)));
    }
    return !candidates.isEmpty();
  }

  private List<Entry> findRatings() throws IOException {
    if (format.entry() != null) {
      return List.of(named(format.entry()));
    }
    List<Entry> candidates = new ArrayList<>();
    for (Entry file : files) {
      if ((isNamed(file, RATINGS_CSV) && format.columns() == null)
          || isRatingsByNames(file, false)) {
        candidates.add(file);
      }
    }
    if (candidates.isEmpty() && unreadable.isEmpty()) {
      for (Entry file : files) {
        if (isRatingsByNames(file, true) && !isSideFile(file)) {
          candidates.add(file);
        }
      }
    }
    if (candidates.isEmpty() && unreadable.isEmpty()) {
      for (Entry file : files) {
        if (isRatingsByContent(file)) {
          candidates.add(file);
        }
      }
    }
    if (zip instanceof FileArchive && !candidates.isEmpty()) {
      return parts(candidates);
    }
    // ml-100k also contains five ready-made splits of u.data.
    preferOnly(candidates, file -> isNamed(file, U_DATA));
    preferOnly(candidates, file -> fileName(file).contains("rating"));
    preferOnly(candidates, file -> BEST_NAMES.contains(stem(file)));
    if (candidates.isEmpty() && !unreadable.isEmpty()) {
      throw unreadableRatings(unreadable.keySet());
    }
    if (candidates.isEmpty()) {
      throw RequestException.unprocessable(
          name
              + " contains no "
              + (format.columns() == null
                  ? RATINGS_CSV + " or other table of ratings"
                  : "file with the columns " + String.join(", ", format.columns().names()))
              + "; it has "
              + (zip.entries().isEmpty() ? "no files at all" : names()));
    }
    if (candidates.size() > 1) {
      throw RequestException.unprocessable(
          name
              + " contains "
              + candidates.size()
              + " ratings files, expected one: "
              + firstTwo(candidates)
              + "; settings.json: \"entry\": \""
              + candidates.stream().map(Entry::name).sorted().findFirst().orElseThrow()
              + "\"");
    }
    if (unreadable.containsKey(candidates.getFirst())) {
      throw unreadableRatings(candidates);
    }
    return candidates;
  }

  /// Returns the parts of the ratings in a folder, in the order of their names.
  private List<Entry> parts(List<Entry> candidates) {
    for (Entry part : candidates) {
      if (unreadable.containsKey(part)) {
        throw unreadableRatings(List.of(part));
      }
    }
    return candidates.stream().sorted(Comparator.comparing(Entry::name)).toList();
  }

  /// Keeps only the candidate that the preference holds for if there is exactly one.
  private static void preferOnly(List<Entry> candidates, Predicate<Entry> preference) {
    if (candidates.size() > 1 && candidates.stream().filter(preference).count() == 1) {
      candidates.removeIf(preference.negate());
    }
  }

  /// Returns whether a path is `entryName` or ends in it.
  static boolean isNamed(String path, String entryName) {
    return ("/" + path.replace('\\', '/')).endsWith("/" + entryName);
  }

  /// Returns the file that the settings name.
  private Entry named(String entryName) {
    List<Entry> found = files.stream().filter(file -> isNamed(file.name(), entryName)).toList();
    if (found.size() != 1) {
      throw RequestException.unprocessable(
          name
              + " contains "
              + (found.isEmpty() ? "no file" : found.size() + " files")
              + " named "
              + ObjectKeys.quote(entryName)
              + " (\"entry\" of settings.json); it has "
              + names());
    }
    if (unreadable.containsKey(found.getFirst())) {
      throw unreadableRatings(found);
    }
    return found.getFirst();
  }

  private boolean isRatingsByNames(Entry file, boolean orChoices) throws IOException {
    byte[] text = textOf(file);
    return LayoutDetector.isRatingsByNames(text, text.length, format, orChoices);
  }

  private boolean isSideFile(Entry file) {
    for (Part part : Part.values()) {
      if (isNamed(file, part.file) || part.matches(startOf(file))) {
        return true;
      }
    }
    return false;
  }

  private boolean isRatingsByContent(Entry file) throws IOException {
    byte[] text = textOf(file);
    if (isSideFile(file)) {
      return false;
    }
    try {
      RatingsLayout layout = LayoutDetector.detect(text, text.length, format, file.name());
      return layout.feedback() == Feedback.RATINGS
          || format.feedback() == Feedback.CHOICES
          || files.size() == 1;
    } catch (RequestException e) {
      return false;
    }
  }

  /// Returns the first whole lines of a file in UTF-8.
  private byte[] textOf(Entry file) throws IOException {
    byte[] start = startOf(file);
    byte[] text = RatingsText.open(new ByteArrayInputStream(start), format.encoding()).sample();
    if (start.length < START_BYTES) {
      return text;
    }
    int end = text.length - 1;
    while (end > 0 && text[end - 1] != '\n') {
      end--;
    }
    return Arrays.copyOf(text, end == 0 ? text.length : end);
  }

  /// Returns why a file cannot be read. Prefers a file that is named like ratings; otherwise reports the
  /// first one.
  private RequestException unreadableRatings(Collection<Entry> among) {
    Entry first =
        among.stream()
            .filter(file -> isNamed(file, U_DATA) || fileName(file).startsWith("ratings"))
            .findFirst()
            .orElseGet(() -> among.iterator().next());
    return Objects.requireNonNull(unreadable.get(first));
  }

  private byte[] startOf(Entry file) {
    return starts.getOrDefault(file, new byte[0]);
  }

  /// Returns the first bytes of a file's text, or none if it is unreadable. Then only the name identifies the file.
  private byte[] readStart(Entry entry) throws IOException {
    String unreadableReason = entry.unreadableReason();
    if (unreadableReason != null) {
      unreadable.put(
          entry,
          RequestException.unprocessable(name + ": " + entry.name() + " " + unreadableReason));
      return new byte[0];
    }
    try (InputStream input = tables.openText(entry, name + ": " + entry.name())) {
      return input.readNBytes(START_BYTES);
    } catch (ZipException | EOFException e) {
      unreadable.put(entry, UploadFile.unreadable(name, "zip", e));
      return new byte[0];
    } catch (RequestException e) {
      unreadable.put(entry, e);
      return new byte[0];
    }
  }

  /// Refuses names that point outside the zip. Nothing is unpacked under an entry's name, but such a zip is
  /// malicious.
  private void requireNames(List<? extends Entry> entries) {
    if (entries.size() > MAX_ENTRIES) {
      throw RequestException.unprocessable(
          name + " has " + entries.size() + " entries, expected at most " + MAX_ENTRIES);
    }
    for (Entry entry : entries) {
      String path = entry.name().replace('\\', '/');
      if (path.startsWith("/")
          || path.matches("[A-Za-z]:.*")
          || List.of(path.split("/", -1)).contains("..")) {
        throw RequestException.unprocessable(
            name
                + " has an entry named "
                + ObjectKeys.quote(entry.name())
                + ", which points outside the zip");
      }
    }
  }

  private static String firstTwo(List<Entry> entries) {
    return entries.stream()
        .map(e -> ObjectKeys.quote(e.name()))
        .sorted()
        .limit(2)
        .collect(Collectors.joining(", "));
  }

  private String names() {
    List<? extends Entry> entries = zip.entries();
    String first =
        entries.stream()
            .limit(MAX_NAMES_IN_MESSAGE)
            .map(e -> ObjectKeys.quote(e.name()))
            .collect(Collectors.joining(", "));
    return entries.size() > MAX_NAMES_IN_MESSAGE
        ? first + " and " + (entries.size() - MAX_NAMES_IN_MESSAGE) + " more"
        : first;
  }

  private static String stem(Entry entry) {
    String file = fileName(entry);
    return file.substring(0, file.indexOf('.') < 0 ? file.length() : file.indexOf('.'));
  }

  private static boolean isNamed(Entry entry, String name) {
    return fileName(entry).equals(name);
  }

  private static String fileName(Entry entry) {
    String path = entry.name().replace('\\', '/').toLowerCase(Locale.ROOT);
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
