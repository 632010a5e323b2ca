package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/// Which files of a zip are an upload's ratings, movies, tags and links: those whose first line says so,
/// at any depth and under any name. One that has the name of MovieLens' own is taken for what the name
/// says, so that what is wrong with it is told, and it is not left out in silence.
final class UploadEntries {
  private static final String RATINGS_CSV = "ratings.csv";
  private static final String U_DATA = "u.data";
  private static final int ENTRIES_NAMED = 8;
  private static final int MOST_ENTRIES = 1_000;
  private static final int START = 4_096;

  /// A file beside the ratings, in one of its layouts.
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

    /// Whether a file that begins with `start` is one of these.
    private boolean begins(byte[] start) {
      String line = RatingsFormat.firstLine(start, start.length);
      return switch (this) {
        case MOVIES_CSV -> header(start).containsAll(Movies.REQUIRED);
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

  /// Of each of these groups one layout is read: the first that is there, by name before by content.
  private static final List<List<Part>> GROUPS =
      List.of(
          List.of(Part.MOVIES_CSV, Part.MOVIES_DAT, Part.U_ITEM),
          List.of(Part.TAGS_CSV, Part.TAGS_DAT),
          List.of(Part.LINKS_CSV));

  private final ZipFile zip;
  private final String name;
  private final RatingsFormat format;
  private final List<ZipEntry> files = new ArrayList<>();
  private final Map<ZipEntry, byte[]> starts = new HashMap<>();
  private final BadRows problems;
  private @Nullable RequestException unreadable;
  private final ZipEntry ratings;
  private final Map<Part, ZipEntry> parts = new EnumMap<>(Part.class);

  /// @param name what errors call the zip
  /// @param format what its ratings look like
  /// @param problems takes what keeps files beside the ratings from being read
  /// @throws RequestException when it has no ratings, several files that could be them, or names that
  ///     lead out of it
  UploadEntries(ZipFile zip, String name, RatingsFormat format, BadRows problems)
      throws IOException {
    this.zip = zip;
    this.problems = problems;
    this.name = name;
    this.format = format;
    requireNames();
    for (ZipEntry entry : Collections.list(zip.entries())) {
      if (!entry.isDirectory()) {
        files.add(entry);
        starts.put(entry, readStart(entry));
      }
    }
    for (List<Part> group : GROUPS) {
      findOne(group);
    }
    ratings = findRatings();
  }

  /// The file of the ratings.
  ZipEntry ratings() {
    return ratings;
  }

  /// The file of a part, if there is one.
  Optional<ZipEntry> part(Part part) {
    return Optional.ofNullable(parts.get(part));
  }

  /// The names of the files that are not read, in the zip's order.
  List<String> skipped() {
    return files.stream()
        .filter(file -> !file.equals(ratings) && !parts.containsValue(file))
        .map(ZipEntry::getName)
        .toList();
  }

  private void findOne(List<Part> group) {
    for (Part part : group) {
      if (take(part, files.stream().filter(file -> isNamed(file, part.file)).toList())) {
        return;
      }
    }
    for (Part part : group) {
      if (take(part, files.stream().filter(file -> part.begins(start(file))).toList())) {
        return;
      }
    }
  }

  /// @return whether there are such files, of which one is read and several are not
  private boolean take(Part part, List<ZipEntry> found) {
    if (found.size() == 1) {
      parts.put(part, found.getFirst());
    } else if (found.size() > 1) {
      problems.add(
          RequestException.unprocessable(
              name
                  + " holds "
                  + found.size()
                  + " files like "
                  + part.file
                  + ", and none of them is read: "
                  + firstTwo(found)));
    }
    return !found.isEmpty();
  }

  private ZipEntry findRatings() {
    List<ZipEntry> found = new ArrayList<>();
    for (ZipEntry file : files) {
      if ((isNamed(file, RATINGS_CSV) && format.columns() == null)
          || format.recognise(start(file), start(file).length).isPresent()) {
        found.add(file);
      }
    }
    // Beside u.data, ml-100k has five ready-made splits of it.
    if (found.size() > 1 && found.stream().filter(file -> isNamed(file, U_DATA)).count() == 1) {
      found.removeIf(file -> !isNamed(file, U_DATA));
    }
    if (found.isEmpty() && unreadable != null) {
      throw unreadable;
    }
    if (found.isEmpty()) {
      throw RequestException.unprocessable(
          name
              + " holds no "
              + (format.columns() == null
                  ? RATINGS_CSV
                  : "file of ratings that begins with " + format.header())
              + "; it has "
              + (zip.size() == 0 ? "no files at all" : names()));
    }
    if (found.size() > 1) {
      throw RequestException.unprocessable(
          name + " holds " + found.size() + " files of ratings, expected one: " + firstTwo(found));
    }
    return found.getFirst();
  }

  private byte[] start(ZipEntry file) {
    return starts.getOrDefault(file, new byte[0]);
  }

  /// The first bytes of a file, none where they cannot be read: then only its name tells what it is.
  private byte[] readStart(ZipEntry entry) throws IOException {
    try (InputStream input = zip.getInputStream(entry)) {
      return input.readNBytes(START);
    } catch (ZipException | EOFException e) {
      unreadable = Upload.unreadable(name, "zip", e);
      return new byte[0];
    }
  }

  /// Nothing is unpacked under an entry's name, but a zip with such names is up to no good.
  private void requireNames() {
    if (zip.size() > MOST_ENTRIES) {
      throw RequestException.unprocessable(
          name + " has " + zip.size() + " entries, expected " + MOST_ENTRIES + " at most");
    }
    for (ZipEntry entry : Collections.list(zip.entries())) {
      String path = entry.getName().replace('\\', '/');
      if (path.startsWith("/")
          || path.matches("[A-Za-z]:.*")
          || List.of(path.split("/", -1)).contains("..")) {
        throw RequestException.unprocessable(
            name
                + " has an entry named "
                + ObjectKeys.quote(entry.getName())
                + ", which leads out of the zip");
      }
    }
  }

  private static String firstTwo(List<ZipEntry> entries) {
    return entries.stream()
        .map(e -> ObjectKeys.quote(e.getName()))
        .sorted()
        .limit(2)
        .collect(Collectors.joining(", "));
  }

  private String names() {
    String first =
        zip.stream()
            .limit(ENTRIES_NAMED)
            .map(e -> ObjectKeys.quote(e.getName()))
            .collect(Collectors.joining(", "));
    return zip.size() > ENTRIES_NAMED
        ? first + " and " + (zip.size() - ENTRIES_NAMED) + " more"
        : first;
  }

  private static boolean isNamed(ZipEntry entry, String wanted) {
    String path = entry.getName().replace('\\', '/').toLowerCase(Locale.ROOT);
    return path.substring(path.lastIndexOf('/') + 1).equals(wanted);
  }
}
