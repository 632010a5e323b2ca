package com.craftyverse.recsys.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.tuple;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.step.Digest;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.RequestJson;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntUnaryOperator;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IngestTest {
  private static final String RATINGS = Uploads.HEADER + "1,5,4.0,30\n1,2,0.5,20\n2,1,3.5,10\n";

  @TempDir Path directory;
  private LocalObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
  }

  @Test
  void zip_becomesArrowFilesInTheOrderOfTheFile() throws IOException {
    IngestResult result =
        Uploads.ingest(store, "raw/my-set.zip", Uploads.zip(RATINGS, Uploads.MOVIES));

    assertThat(result.cached()).isFalse();
    assertThat(result.dataset()).isEqualTo("my-set");
    assertThat(result.figures().ratings()).isEqualTo(3);
    assertThat(result.figures().items()).isEqualTo(3);
    assertThat(result.figures().minTimestamp()).isEqualTo(10);
    assertThat(result.manifest())
        .isEqualTo("datasets/my-set/" + result.version() + "/manifest.json");
    try (ArrowFile ratings = file(result, "ratings.arrow")) {
      ratings.require(Schemas.RATINGS);
      RecordBatch batch = ratings.batches().getFirst();
      assertThat(batch.ints("userId").toArray()).containsExactly(1, 1, 2);
      assertThat(batch.ints("itemId").toArray()).containsExactly(5, 2, 1);
      assertThat(batch.floats("rating").toArray()).containsExactly(4f, .5f, 3.5f);
      assertThat(batch.longs("timestamp").toArray()).containsExactly(30, 20, 10);
    }
    try (ArrowFile items = file(result, "items.arrow")) {
      items.require(Schemas.items(IdType.INT32));
      RecordBatch batch = items.batches().getFirst();
      assertThat(batch.texts("title"))
          .containsExactly("Long Road (1995)", "Harbour, The (1994)", "Untitled");
      assertThat(batch.texts("genres.item")).containsExactly("Drama", "Comedy", "Romance");
      assertThat(batch.ints("year").toArray()).containsExactly(1995, 1994, 0);
    }
  }

  @Test
  void sameContentAgain_isCached_andOtherContentIsAnotherVersion() throws IOException {
    byte[] upload = Uploads.zip(RATINGS, Uploads.MOVIES);
    IngestResult first = Uploads.ingest(store, "raw/set/a.zip", upload);
    IngestResult repeated = new Ingest(store).run(IngestRequest.of("raw/set/a.zip"));
    IngestResult otherName = Uploads.ingest(store, "raw/set/b.zip", upload);
    IngestResult other =
        Uploads.ingest(store, "raw/set/a.zip", Uploads.zip(RATINGS + "9,1,1,1\n", Uploads.MOVIES));

    assertThat(repeated)
        .isEqualTo(
            new IngestResult(first.manifest(), true, "set", first.version(), first.figures())
                .with(UploadSettings.DEFAULTS.steps()));
    assertThat(otherName.cached()).isTrue();
    assertThat(otherName.version()).isEqualTo(first.version());
    assertThat(other.cached()).isFalse();
    assertThat(other.version()).isNotEqualTo(first.version());
  }

  /// The manifest's record of the input stands for the files, which have no digests of their own.
  @Test
  void sameContentInAnotherStore_givesTheSameFilesBitForBit(@TempDir Path elsewhere)
      throws IOException {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put("ml/ratings.csv", Uploads.ratings(400, 300) + "1,1,5,1\n");
    entries.put("ml/movies.csv", Uploads.MOVIES);
    entries.put("ml/tags.csv", "userId,movieId,tag,timestamp\n1,5,sad,40\n");
    entries.put("ml/links.csv", "movieId,imdbId,tmdbId\n1,0114709,862\n");
    byte[] upload = Uploads.zip(entries);
    IngestResult first = Uploads.ingest(store, "raw/set/a.zip", upload);
    try (LocalObjectStore other = new LocalObjectStore(elsewhere)) {
      IngestResult second = Uploads.ingest(other, "raw/set/b.zip", upload);
      assertThat(second.manifest()).isEqualTo(first.manifest());
      Manifest manifest = Manifest.read(store, first.manifest(), StepName.INGEST);
      assertThat(manifest.inputs()).isEqualTo(Map.of("upload", Digest.of(upload)));
      assertThat(manifest.outputs())
          .containsOnlyKeys("ratings.arrow", "items.arrow", "tags.arrow", "links.arrow");
      for (String name : manifest.outputs().keySet()) {
        String key = first.manifest().replace("manifest.json", name);
        assertThat(other.read(key).content()).as(name).isEqualTo(store.read(key).content());
      }
    }
  }

  @Test
  void uploadBeyondTheLimit_isRefusedUnread() throws IOException {
    store.put("raw/large.csv", RATINGS.getBytes(StandardCharsets.UTF_8));
    Ingest limited = new Ingest(store, 10);
    assertThatThrownBy(() -> limited.run(IngestRequest.of("raw/large.csv")))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "'raw/large.csv' has "
                + RATINGS.length()
                + " bytes, more than the limit of 10 (recsys.max-upload-bytes)");
    assertThat(store.list("datasets/")).isEmpty();
  }

  @Test
  void plainCsv_isTakenWithoutItems() throws IOException {
    IngestResult result =
        Uploads.ingest(store, "raw/plain.csv", RATINGS.getBytes(StandardCharsets.UTF_8));
    assertThat(result.dataset()).isEqualTo("plain");
    assertThat(result.figures().ratings()).isEqualTo(3);
    assertThat(result.figures().items()).isZero();
  }

  @Test
  void uploadsWithoutRatings_areRefusedAndLeaveNothing() throws IOException {
    byte[] whole = Uploads.zip(RATINGS, Uploads.MOVIES);
    refused(new byte[0], "a.zip is empty; expected a zip or ratings.csv");
    refused(
        "a text".getBytes(StandardCharsets.UTF_8),
        "a.zip, line 1: the header is 'a text', expected a table with columns for the user, the"
            + " item and the rating");
    refused(
        Uploads.zip(Map.of("x/readme.txt", "hello")),
        "a.zip contains no ratings.csv or other table of ratings; it has 'x/readme.txt'");
    refused(
        Uploads.zip(Map.of("a/ratings.csv", RATINGS, "b/ratings.csv", RATINGS)),
        "a.zip contains 2 ratings files, expected one: 'a/ratings.csv', 'b/ratings.csv';"
            + " settings.json: \"entry\": \"a/ratings.csv\"");
    refused(
        Uploads.zip(Uploads.HEADER, Uploads.MOVIES),
        "a.zip: set/ratings.csv has a header but no rows");
    refused(
        Uploads.zip(RATINGS + "1,2,3\n", Uploads.MOVIES),
        "a.zip: set/ratings.csv, line 5, column 6: the row ends after rating; timestamp is"
            + " missing; settings.json: \"onBadRow\": \"skip\"");
    store.put("raw/a.zip", Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> new Ingest(store).run(IngestRequest.of("raw/a.zip")))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "a.zip is a zip that cannot be read; it is damaged or truncated ('Archive is not a ZIP"
                + " archive')");
    assertOnlyUploadsAreThere();
  }

  @Test
  void maliciousZips_areRefused() throws IOException {
    refused(
        Uploads.zip(Map.of("../../ratings.csv", RATINGS)),
        "a.zip has an entry named '../../ratings.csv', which points outside the zip");
    refused(
        Uploads.zip(Map.of("/etc/ratings.csv", RATINGS)),
        "a.zip has an entry named '/etc/ratings.csv', which points outside the zip");
    Path zipBomb = directory.resolve("bomb.zip");
    Files.write(zipBomb, Uploads.zip(Uploads.ratings(100, 100), Uploads.MOVIES));
    try (UploadFile upload = UploadFile.open(zipBomb, "bomb.zip", RatingsFormat.ANY, 10_000)) {
      assertThatThrownBy(
              () ->
                  upload.parseRatings(
                      RatingsParser.Ids.of(upload.layout()), new BadRows(0), batch -> batch))
          .isInstanceOf(RequestException.class)
          .hasMessage("bomb.zip: set/ratings.csv has more than 10000 bytes, the limit");
    }
    Files.delete(zipBomb);
    assertOnlyUploadsAreThere();
  }

  /// A problem with a side file never affects the ratings: the figures report it, and the good part of the
  /// file is kept.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "movies.csv | movieId,title,genres~1,A,B~1,C,D~2,E,F~ | 2 | 1 | movies.csv, line 3, column"
            + " 1: movieId 1 occurs twice",
        "movies.csv | movieId,title,genres~1,Good, or bad,B~2,E,F~ | 1 | 1 | movies.csv, line 2,"
            + " column 15: the row continues after genres; expected 3 values",
        "links.csv  | movieId,imdbId,tmdbId~1,1,862.0~2,2,8.5~ | 1 | 1 | links.csv, line 3, column"
            + " 5: tmdbId is '8.5', expected a whole number from 0 to 2147483647",
        "tags.csv   | userId,movieId,tag,timestamp~1,2,a,soon~1,2,b,7~ | 1 | 1 | tags.csv, line 2,"
            + " column 7: timestamp is 'soon', expected seconds since 1970",
        "tags.csv   | userId,movieId,tag,timestamp~1,1,`the `best` film`,7~ | 0 | 1 | tags.csv,"
            + " line 2, column 5: unexpected text after the closing quote; rest of the file"
            + " skipped",
        "tags.csv   | userId,movieId~1,1~ | 0 | 1 | tags.csv, line 1: the header is"
            + " 'userId,movieId', expected userId,movieId,tag,timestamp; file skipped",
      })
  void problemsInSideFiles_areReportedAndRefuseNothing(
      String file, String text, long rows, long problems, String message) throws IOException {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put("ratings.csv", RATINGS);
    entries.put(file, text.replace('~', '\n').replace('`', '"'));
    IngestResult result = Uploads.ingest(store, "raw/a.zip", Uploads.zip(entries));
    IngestFigures figures = result.figures();
    assertThat(figures.ratings()).isEqualTo(3);
    assertThat(figures.badRows()).isZero();
    assertThat(figures.items() + figures.tags() + figures.links()).isEqualTo(rows);
    assertThat(figures.sideFileProblems()).isEqualTo(problems);
    assertThat(figures.sideFileProblemExamples()).containsExactly("a.zip: " + message);
    assertThat(new String(store.read(result.manifest()).content(), StandardCharsets.UTF_8))
        .contains("\"sideFileProblems\" : " + problems, "sideFileProblemExamples");
  }

  @ParameterizedTest
  @CsvSource({"windows-1252, Amélie’s film, windows-1252", "ISO-8859-1, Am\u0081lie, ISO-8859-1"})
  void titlesThatAreNotUtf8_areReadInTheirOwnEncoding(String written, String title, String read)
      throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("ratings.csv", RATINGS.getBytes(StandardCharsets.UTF_8));
    entries.put(
        "movies.csv",
        ("movieId,title,genres\n1,Ein Café,Drama\n2," + title + ",Drama\n")
            .getBytes(Charset.forName(written)));
    IngestResult result = Uploads.ingest(store, "raw/a.zip", Uploads.zipOfBytes(entries));
    assertThat(result.figures().sideFileProblemExamples())
        .containsExactly("a.zip: movies.csv is not UTF-8; read as " + read);
    try (ArrowFile items = file(result, "items.arrow")) {
      assertThat(items.batches().getFirst().texts("title")).containsExactly("Ein Café", title);
    }
  }

  /// As Windows writes names, in code page 437; as nobody should, flagged as UTF-8 but not encoded so; and as
  /// others do, in UTF-8 without the flag.
  @ParameterizedTest
  @CsvSource({
    "IBM437, false, Übersicht.txt, Übersicht.txt",
    "IBM437, true, Übersicht.txt, Übersicht.txt",
    "UTF-8, false, Übersicht.txt, Übersicht.txt",
    "UTF-8, true, Übersicht.txt, Übersicht.txt",
    "Shift_JIS, false, 映画.txt, ëfëµ.txt",
  })
  void namesOfEntries_inWhateverEncoding_areRead(
      String charset, boolean flagged, String name, String read) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes, Charset.forName(charset))) {
      zip.putNextEntry(new ZipEntry("ml/" + name));
      zip.write('x');
      zip.putNextEntry(new ZipEntry("ml/ratings.csv"));
      zip.write(RATINGS.getBytes(StandardCharsets.UTF_8));
    }
    byte[] upload = bytes.toByteArray();
    patchFlags(upload, 0, flags -> flagged ? flags | 0x800 : flags & ~0x800);
    IngestFigures figures = Uploads.ingest(store, "raw/a.zip", upload).figures();
    assertThat(figures.ratings()).isEqualTo(3);
    assertThat(figures.skippedFiles()).containsExactly("ml/" + read);
  }

  /// Unreadable files that nobody needs cause no refusal.
  @Test
  void unreadableForeignEntries_areIgnored() throws IOException {
    byte[] zip = zipOfFour();
    patchFlags(zip, 0, flags -> flags | 1);
    patchMethod(zip, 3, 97);
    IngestFigures figures = Uploads.ingest(store, "raw/a.zip", zip).figures();
    assertThat(figures.ratings()).isEqualTo(3);
    assertThat(figures.items()).isEqualTo(3);
    assertThat(figures.sideFileProblems()).isZero();
    assertThat(figures.skippedFiles()).containsExactly("set/readme.txt", "set/ratings.png");
  }

  @Test
  void unreadableRatings_areRefusedByNameAndMethod() {
    byte[] encrypted = zipOfFour();
    patchFlags(encrypted, 1, flags -> flags | 1);
    refused(encrypted, "a.zip: set/ratings.csv is encrypted; upload a zip without a password");
    patchMethod(encrypted, 1, 99);
    refused(encrypted, "a.zip: set/ratings.csv is encrypted; upload a zip without a password");
    byte[] zip = zipOfFour();
    patchMethod(zip, 1, 14);
    refused(
        zip,
        "a.zip: set/ratings.csv is compressed with LZMA, which is not supported; use Deflate, the"
            + " usual method");
    patchMethod(zip, 1, 97);
    refused(
        zip,
        "a.zip: set/ratings.csv is compressed with method 97, which is not supported; use"
            + " Deflate, the usual method");
  }

  /// Ratings under another name are identified by their content alone, so any unreadable file might be them.
  @Test
  void unreadableRatingsOfAnotherName_areReportedAsWell() {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("readme.txt", "hello");
    files.put("ml-1m/ratings.dat", "1::1193::5::978300760\n");
    byte[] zip = Uploads.zip(files);
    patchFlags(zip, 0, flags -> flags | 1);
    patchMethod(zip, 1, 93);
    refused(
        zip,
        "a.zip: ml-1m/ratings.dat is compressed with Zstandard, which is not supported; use"
            + " Deflate, the usual method");
    patchMethod(zip, 1, 8);
    patchFlags(zip, 1, flags -> flags | 1);
    refused(zip, "a.zip: ml-1m/ratings.dat is encrypted; upload a zip without a password");
    byte[] encrypted = Uploads.zip(Map.of("mine.csv", RATINGS));
    patchFlags(encrypted, 0, flags -> flags | 1);
    refused(encrypted, "a.zip: mine.csv is encrypted; upload a zip without a password");
  }

  @Test
  void unreadableSideFiles_areSkippedAndReported() throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("movies.csv", Uploads.MOVIES);
    files.put("ratings.csv", RATINGS);
    files.put("tags.csv", "userId,movieId,tag,timestamp\n1,5,sad,40\n");
    files.put("links.csv", "movieId,imdbId,tmdbId\n1,0114709,862\n");
    byte[] zip = Uploads.zip(files);
    patchMethod(zip, 0, 98);
    patchFlags(zip, 2, flags -> flags | 1);
    patchMethod(zip, 3, 95);
    IngestFigures figures = Uploads.ingest(store, "raw/a.zip", zip).figures();
    assertThat(figures.ratings()).isEqualTo(3);
    assertThat(figures.items() + figures.tags() + figures.links()).isZero();
    assertThat(figures.sideFileProblems()).isEqualTo(3);
    assertThat(figures.sideFileProblemExamples())
        .containsExactly(
            "a.zip: movies.csv is compressed with PPMd, which is not supported; use Deflate, the"
                + " usual method; file skipped",
            "a.zip: tags.csv is encrypted; upload a zip without a password; file skipped",
            "a.zip: links.csv is compressed with XZ, which is not supported; use Deflate, the"
                + " usual method; file skipped");
    assertThat(figures.skippedFiles()).isEmpty();
  }

  /// Without repetitions of 258 bytes, Deflate data are also valid Deflate64.
  @ParameterizedTest
  @CsvSource({"0", "8", "9", "12"})
  void otherMethods_withoutAnotherLibrary_areRead(int method) throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("set/ratings.csv", RATINGS);
    files.put("set/movies.csv", Uploads.MOVIES);
    byte[] zip = Uploads.zip64(files, method);
    IngestFigures figures = Uploads.ingest(store, "raw/a.zip", zip).figures();
    assertThat(figures.ratings()).isEqualTo(3);
    assertThat(figures.items()).isEqualTo(3);
    assertThat(figures.sideFileProblems()).isZero();
    zip[centralEntry(zip, 0) + 16] ^= 1;
    refused(zip, "a.zip: set/ratings.csv does not match its checksum; the zip is damaged");
  }

  /// If the central directory lists more or fewer entries than it states, the zip has lost files.
  @Test
  void zipWithIncompleteCentralDirectory_isRefused() {
    byte[] zip = zipOfFour();
    zip[centralEntry(zip, 2)] ^= 1;
    refused(
        zip,
        "a.zip is a zip that cannot be read; it is damaged or truncated ('its central directory"
            + " is incomplete')");
    byte[] fewer = zipOfFour();
    fewer[fewer.length - 22 + 10]--;
    refused(
        fewer,
        "a.zip is a zip that cannot be read; it is damaged or truncated ('its central directory"
            + " is incomplete')");
  }

  /// A central directory of a hundred thousand entries takes a few megabytes of the zip and a hundred of
  /// memory.
  @Test
  void zipsOfManyEntries_areRefusedWithoutListingThemAll() {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("ratings.csv", RATINGS);
    for (int i = 0; i < 1_000; i++) {
      files.put(i + ".txt", "");
    }
    refused(Uploads.zip(files), "a.zip has 1001 entries, expected at most 1000");
    for (int i = 0; i < 65_000; i++) {
      files.put("a-longer-name-" + i + ".txt", "");
    }
    refused(
        Uploads.zip(files), "a.zip has a central directory of more than 4194304 bytes, the limit");
  }

  /// The thread that stops because of bad ratings does not stop the one that reads the items.
  @Test
  void partsOfAZip_areReadAtTheSameTime() throws Exception {
    Path file = directory.resolve("parts.zip");
    String ratings = Uploads.ratings(1_000, 200);
    String more = ratings.substring(Uploads.HEADER.length());
    Files.write(file, Uploads.zip(ratings + "1,2,bad,3\n" + more, Uploads.MOVIES));
    try (ExecutorService threads = Executors.newFixedThreadPool(3);
        UploadFile upload = UploadFile.open(file, "parts.zip", RatingsFormat.ANY)) {
      List<Future<Integer>> items = new ArrayList<>();
      for (int thread = 0; thread < 2; thread++) {
        items.add(
            threads.submit(
                () -> {
                  int read = 0;
                  for (int i = 0; i < 100; i++) {
                    read += upload.items().size();
                  }
                  return read;
                }));
      }
      for (int i = 0; i < 10; i++) {
        assertThatThrownBy(
                () ->
                    upload.parseRatings(
                        RatingsParser.Ids.of(upload.layout()), new BadRows(0), batch -> batch))
            .isInstanceOf(RequestException.class)
            .hasMessageStartingWith("parts.zip: set/ratings.csv, line 200002, column ");
      }
      for (Future<Integer> read : items) {
        assertThat(read.get()).isEqualTo(300);
      }
      assertThat(upload.problems().count()).isZero();
    }
    Files.delete(file);
  }

  /// A readme, ratings, items and a picture.
  private static byte[] zipOfFour() {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("set/readme.txt", "hello");
    files.put("set/ratings.csv", RATINGS);
    files.put("set/movies.csv", Uploads.MOVIES);
    files.put("set/ratings.png", "a picture");
    return Uploads.zip(files);
  }

  /// Changes the flags of an entry, in the central directory and in its local header.
  private static void patchFlags(byte[] zip, int number, IntUnaryOperator flags) {
    patch(zip, number, 6, flags);
  }

  private static void patchMethod(byte[] zip, int number, int method) {
    patch(zip, number, 8, before -> method);
  }

  /// @param offset the offset of two bytes in the local header; in the central directory they are two bytes
  ///     further on
  private static void patch(byte[] zip, int number, int offset, IntUnaryOperator change) {
    ByteBuffer bytes = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    int central = centralEntry(zip, number);
    for (int at : new int[] {central + 2 + offset, bytes.getInt(central + 42) + offset}) {
      bytes.putShort(at, (short) change.applyAsInt(bytes.getShort(at) & 0xFFFF));
    }
  }

  /// A side file that does not match its checksum is skipped.
  @Test
  void damagedSideFile_isSkipped() throws IOException {
    byte[] zip = Uploads.zip(RATINGS, Uploads.MOVIES);
    zip[centralEntry(zip, 1) + 16] ^= 1;
    IngestFigures figures = Uploads.ingest(store, "raw/a.zip", zip).figures();
    assertThat(figures.ratings()).isEqualTo(3);
    assertThat(figures.items()).isZero();
    assertThat(figures.sideFileProblemExamples())
        .containsExactly(
            "a.zip: set/movies.csv does not match its checksum; the zip is damaged; file skipped");
    zip[centralEntry(zip, 0) + 16] ^= 1;
    refused(zip, "a.zip: set/ratings.csv does not match its checksum; the zip is damaged");
  }

  @Test
  void ratingsLargerThanTheFreeSpace_areRefusedByName() throws IOException {
    Path file = directory.resolve("large.zip");
    Files.write(file, Uploads.zip(RATINGS, Uploads.MOVIES));
    try (UploadFile upload = UploadFile.open(file, "large.zip", RatingsFormat.ANY)) {
      upload.requireSpace(RATINGS.length());
      assertThatThrownBy(() -> upload.requireSpace(RATINGS.length() - 1))
          .isInstanceOf(RequestException.class)
          .hasMessage(
              "large.zip: set/ratings.csv has "
                  + RATINGS.length()
                  + " bytes, but only "
                  + (RATINGS.length() - 1)
                  + " are free for temporary files");
    }
    Files.delete(file);
  }

  /// Returns the position of an entry in the central directory.
  private static int centralEntry(byte[] zip, int number) {
    int found = -1;
    for (int i = 0; i < zip.length - 4; i++) {
      if (zip[i] == 'P' && zip[i + 1] == 'K' && zip[i + 2] == 1 && zip[i + 3] == 2) {
        found++;
        if (found == number) {
          return i;
        }
      }
    }
    throw new IllegalArgumentException("there is no such entry");
  }

  @Test
  void olderSets_areRecognisedByTheirContent() throws IOException {
    Map<String, String> oldest = new LinkedHashMap<>();
    oldest.put("ml-100k/u1.base", "1\t1\t5\t10\n");
    oldest.put("ml-100k/u.data", "1\t1\t5\t10\n2\t1\t3\t20\n");
    oldest.put(
        "ml-100k/u.item",
        "1|Toy (1995)|01-Jan-1995||http://x|0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0\n");
    IngestResult hundredK = Uploads.ingest(store, "raw/a.zip", Uploads.zip(oldest));
    assertThat(hundredK.figures().layout()).isEqualTo("u.data");
    assertThat(hundredK.figures().ratings()).isEqualTo(2);
    try (ArrowFile items = file(hundredK, "items.arrow")) {
      RecordBatch batch = items.batches().getFirst();
      assertThat(batch.texts("title")).containsExactly("Toy (1995)");
      assertThat(batch.texts("genres.item")).containsExactly("Animation", "Children's", "Comedy");
    }

    Map<String, String> dat = new LinkedHashMap<>();
    dat.put("ml-1m/movies.dat", "1::Heat: A Story (1995)::Action|Crime\n");
    dat.put("ml-1m/users.dat", "1::F::1::10::48067\n");
    dat.put("ml-1m/any-name.dat", "1::1::5::978300760\n");
    IngestResult oneM = Uploads.ingest(store, "raw/b.zip", Uploads.zip(dat));
    assertThat(oneM.figures().layout()).isEqualTo("ratings.dat");
    assertThat(oneM.figures().items()).isEqualTo(1);

    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(RATINGS.getBytes(StandardCharsets.UTF_8));
    }
    assertThat(Uploads.ingest(store, "raw/c.csv.gz", bytes.toByteArray()).figures().ratings())
        .isEqualTo(3);
    store.put("raw/d.csv.gz", Arrays.copyOf(bytes.toByteArray(), bytes.size() - 12));
    assertThatThrownBy(() -> new Ingest(store).run(IngestRequest.of("raw/d.csv.gz")))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "d.csv.gz is a gzip that cannot be read; it is damaged or truncated ('Unexpected end of"
                + " ZLIB input stream')");
  }

  /// The first line identifies each file, under any name and among other files.
  @Test
  void partsOfAnyName_areRecognisedByTheirFirstLine() throws IOException {
    Map<String, String> csv = new LinkedHashMap<>();
    csv.put("my/notes.csv", "movieId,note\n1,x\n");
    csv.put("my/a.csv", "genres,title,movieId,extra\nDrama,Long Road (1995),1,x\n");
    csv.put("my/b.csv", "timestamp,rating,\"movieId\",userId\n7,4.5,1,3\n");
    csv.put("my/c.csv", "\uFEFFuserId,movieId,tag,timestamp\r\n1,5,sad,40\r\n");
    csv.put("my/d.csv", "movieId,imdbId,tmdbId\n1,0114709,862\n");
    IngestFigures newer = Uploads.ingest(store, "raw/a.zip", Uploads.zip(csv)).figures();
    assertThat(newer.layout()).isEqualTo("ratings.csv");
    assertThat(newer.ratings()).isEqualTo(1);
    assertThat(newer.items()).isEqualTo(1);
    assertThat(newer.tags()).isEqualTo(1);
    assertThat(newer.links()).isEqualTo(1);
    assertThat(newer.skippedFiles()).containsExactly("my/notes.csv");

    Map<String, String> dat = new LinkedHashMap<>();
    dat.put("users", "1::F::1::10::48067\n");
    dat.put("ratings", "1::1193::5::978300760\n");
    dat.put("movies", "1::Heat: A Story (1995)::Action|Crime\n");
    dat.put("tags", "15::4973::a :: b::1215184630\n");
    IngestFigures older = Uploads.ingest(store, "raw/b.zip", Uploads.zip(dat)).figures();
    assertThat(older.layout()).isEqualTo("ratings.dat");
    assertThat(older.items()).isEqualTo(1);
    assertThat(older.tags()).isEqualTo(1);
    assertThat(older.skippedFiles()).containsExactly("users");

    Map<String, String> oldest = new LinkedHashMap<>();
    oldest.put("users", "1|24|M|technician|85711\n");
    oldest.put(
        "films", "1|Toy (1995)|01-Jan-1995||http://x|0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0\n");
    oldest.put("data", "1\t1\t5\t10\n");
    IngestFigures first = Uploads.ingest(store, "raw/c.zip", Uploads.zip(oldest)).figures();
    assertThat(first.layout()).isEqualTo("u.data");
    assertThat(first.items()).isEqualTo(1);
    assertThat(first.skippedFiles()).containsExactly("users");

    csv.put("my/e.csv", "movieId,title,genres\n1,A,B\n");
    IngestFigures two = Uploads.ingest(store, "raw/e.zip", Uploads.zip(csv)).figures();
    assertThat(two.items()).isZero();
    assertThat(two.sideFileProblemExamples())
        .containsExactly(
            "e.zip contains 2 files like movies.csv, expected at most one; none was read:"
                + " 'my/a.csv',"
                + " 'my/e.csv'");
    assertThat(two.skippedFiles()).contains("my/a.csv", "my/e.csv");
    // A name takes precedence over the content.
    csv.put("my/movies.csv", "movieId,title,genres\n1,A,B\n2,C,D\n");
    IngestFigures named = Uploads.ingest(store, "raw/d.zip", Uploads.zip(csv)).figures();
    assertThat(named.items()).isEqualTo(2);
    assertThat(named.skippedFiles()).containsExactly("my/notes.csv", "my/a.csv", "my/e.csv");
  }

  @Test
  void badRows_areSkippedOnRequest() throws IOException {
    store.put("raw/a.csv", (RATINGS + "1,9,NaN,7\n").getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> new Ingest(store).run(IngestRequest.of("raw/a.csv")))
        .hasMessage(
            "a.csv, line 5, column 5: rating is 'NaN', expected a number from 0.5 to 5.0;"
                + " settings.json: \"onBadRow\": \"skip\"");
    IngestResult result =
        new Ingest(store)
            .run(
                IngestRequestBuilder.builder()
                    .key("raw/a.csv")
                    .onBadRow("skip")
                    .maxBadRows(1L)
                    .build());
    assertThat(result.figures().ratings()).isEqualTo(3);
    assertThat(result.figures().badRows()).isEqualTo(1);
    assertThat(result.figures().badRowExamples())
        .containsExactly(
            "a.csv, line 5, column 5: rating is 'NaN', expected a number from 0.5 to 5.0");
    assertThatThrownBy(
            () ->
                new Ingest(store)
                    .run(
                        IngestRequestBuilder.builder().key("raw/a.csv").onBadRow("ignore").build()))
        .hasMessage("field 'onBadRow': expected fail or skip, found 'ignore'");
    assertThatThrownBy(
            () ->
                new Ingest(store)
                    .run(
                        IngestRequestBuilder.builder()
                            .key("raw/a.csv")
                            .onBadRow("skip")
                            .maxBadRows(0L)
                            .build()))
        .hasMessage("field 'maxBadRows': expected 1 or more, found 0");
  }

  @Test
  void duplicateRatings_theLatestCounts() throws IOException {
    // The file has (1,5) three times, the latest in the middle, and (1,2) twice at the same second.
    String repeated =
        Uploads.HEADER + "1,5,1.0,30\n1,2,2.0,20\n2,1,3.5,10\n1,5,4.0,50\n1,2,2.5,20\n1,5,5.0,40\n";
    IngestResult result =
        Uploads.ingest(store, "raw/a.csv", repeated.getBytes(StandardCharsets.UTF_8));
    assertThat(result.figures().ratings()).isEqualTo(3);
    assertThat(result.figures().duplicates()).isEqualTo(3);
    assertThat(result.figures().minTimestamp()).isEqualTo(10);
    assertThat(result.figures().maxRating()).isEqualTo(4);
    try (ArrowFile ratings = file(result, "ratings.arrow")) {
      RecordBatch batch = ratings.batches().getFirst();
      assertThat(batch.ints("userId").toArray()).containsExactly(2, 1, 1);
      assertThat(batch.ints("itemId").toArray()).containsExactly(1, 5, 2);
      assertThat(batch.floats("rating").toArray()).containsExactly(3.5f, 4f, 2.5f);
      assertThat(batch.longs("timestamp").toArray()).containsExactly(10, 50, 20);
    }
    assertThat(directory.resolve(".tmp")).isEmptyDirectory();
  }

  /// Among a few hundred thousand rows in any order, over several record batches, exactly those stay that a
  /// map would keep.
  @Test
  void manyDuplicates_leaveWhatAMapWouldKeep() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    StringBuilder csv = new StringBuilder(Uploads.HEADER);
    Map<Long, Long> latest = new LinkedHashMap<>();
    int rows = 300_000;
    for (int i = 0; i < rows; i++) {
      int user = random.nextInt(10) == 0 ? 7 : random.nextInt(Integer.MAX_VALUE) >>> 15 << 15;
      int item = random.nextInt(40) == 0 ? Integer.MAX_VALUE : random.nextInt(20_000);
      long time = random.nextInt(1_000);
      csv.append(user).append(',').append(item).append(",3,").append(time).append('\n');
      latest.merge(((long) user << 32) | item, time, Math::max);
    }
    IngestResult result =
        Uploads.ingest(store, "raw/a.csv", csv.toString().getBytes(StandardCharsets.UTF_8));
    assertThat(latest.size()).isBetween(200_000, rows - 10_000);
    assertThat(result.figures().ratings()).isEqualTo(latest.size());
    assertThat(result.figures().duplicates()).isEqualTo(rows - latest.size());
    try (ArrowFile ratings = file(result, "ratings.arrow")) {
      for (RecordBatch batch : ratings.batches()) {
        int[] users = batch.ints("userId").toArray();
        int[] items = batch.ints("itemId").toArray();
        long[] times = batch.longs("timestamp").toArray();
        for (int i = 0; i < batch.rows(); i++) {
          Long expected = latest.remove(((long) users[i] << 32) | items[i]);
          if (expected == null || expected != times[i]) {
            fail(users[i] + ", " + items[i] + ": " + times[i] + ", expected " + expected);
          }
        }
      }
    }
    assertThat(latest).isEmpty();
  }

  @Test
  void tagsAndLinks_becomeArrowFiles_andSkippedFilesAreNamed() throws IOException {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put("ml/README.txt", "read me");
    entries.put("ml/ratings.csv", RATINGS);
    entries.put("ml/movies.csv", Uploads.MOVIES);
    entries.put(
        "ml/tags.csv",
        "userId,movieId,tag,timestamp\n1,5,\"sad, slow\",40\n2,1,Ghibli – \"\"best\"\",50\n"
            .replace("Ghibli – \"\"best\"\"", "\"Ghibli – \"\"best\"\"\""));
    entries.put("ml/links.csv", "movieId,imdbId,tmdbId\n1,0114709,862\n5,0113497,\n");
    entries.put("ml/genome-tags.csv", "tagId,tag\n1,007\n");
    IngestResult result = Uploads.ingest(store, "raw/a.zip", Uploads.zip(entries));
    assertThat(result.figures().tags()).isEqualTo(2);
    assertThat(result.figures().links()).isEqualTo(2);
    assertThat(result.figures().skippedFiles())
        .containsExactly("ml/README.txt", "ml/genome-tags.csv");
    try (ArrowFile tags = file(result, "tags.arrow")) {
      tags.require(Schemas.tags(IdType.INT32, IdType.INT32));
      RecordBatch batch = tags.batches().getFirst();
      assertThat(batch.ints("userId").toArray()).containsExactly(1, 2);
      assertThat(batch.ints("itemId").toArray()).containsExactly(5, 1);
      assertThat(batch.texts("tag")).containsExactly("sad, slow", "Ghibli – \"best\"");
      assertThat(batch.longs("timestamp").toArray()).containsExactly(40, 50);
    }
    try (ArrowFile links = file(result, "links.arrow")) {
      links.require(Schemas.links(IdType.INT32));
      RecordBatch batch = links.batches().getFirst();
      assertThat(batch.ints("itemId").toArray()).containsExactly(1, 5);
      assertThat(batch.texts("imdbId")).containsExactly("0114709", "0113497");
      assertThat(batch.ints("tmdbId").toArray()).containsExactly(862, 0);
    }

    Map<String, String> dat = new LinkedHashMap<>();
    dat.put("ml-10M100K/ratings.dat", "1::5::5::978300760\n");
    dat.put("ml-10M100K/tags.dat", "15::4973::a :: b::1215184630\n");
    IngestResult older = Uploads.ingest(store, "raw/b.zip", Uploads.zip(dat));
    try (ArrowFile tags = file(older, "tags.arrow")) {
      assertThat(tags.batches().getFirst().texts("tag")).containsExactly("a :: b");
    }
  }

  /// They are not bad rows of ratings, whose number a request may limit.
  @Test
  void badRowsOfTagsAndLinks_areCountedSeparately() throws IOException {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put("ratings.csv", RATINGS);
    entries.put("tags.csv", "userId,movieId,tag,timestamp\n1,+5,x,40\n1,5,y\n2,1,good,7\n");
    entries.put("links.csv", "movieId,imdbId,tmdbId\n1,0114709,x\n");
    store.put("raw/a.zip", Uploads.zip(entries));
    IngestFigures figures =
        new Ingest(store)
            .run(
                IngestRequestBuilder.builder()
                    .key("raw/a.zip")
                    .onBadRow("skip")
                    .maxBadRows(2L)
                    .build())
            .figures();
    assertThat(figures.ratings()).isEqualTo(3);
    assertThat(figures.tags()).isEqualTo(1);
    assertThat(figures.links()).isZero();
    assertThat(figures.badRows()).isZero();
    assertThat(figures.sideFileProblems()).isEqualTo(3);
    assertThat(figures.sideFileProblemExamples())
        .containsExactly(
            "a.zip: tags.csv, line 2, column 3: movieId is '+5', expected a whole number from 0 to"
                + " 2147483647",
            "a.zip: tags.csv, line 3, column 6: the row ends after tag; timestamp is missing",
            "a.zip: links.csv, line 2, column 11: tmdbId is 'x', expected a whole number from 0 to"
                + " 2147483647");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "'onBadRow': 'fail'    | 0.5,4.0     | 0.5    | 5       |",
        "'delimiter': ','      | 0.5,4.0     | 0.5    | 5       |",
        "NAMES                 | -3,1000000  | -3     | 1000000 | 1",
        "NAMES                 | -3,1.5      | -3     | 1.5     | 0.5",
        "NAMES                 | 0.1,1.1     | 0.1    | 1.1     |",
        "NAMES                 | 1,1         | 1      | 1       |",
        "NAMES, 'scale': {'min': 1, 'max': 10} | 2,3 | 1 | 10 |",
        "'scale': {'min': -1, 'max': 1000000} | 2,3 | -1 | 1000000 |",
      })
  void scale_isTheDeclaredOne_orMovieLens_orTheRangeOfNamedColumns(
      String fields, String ratings, double min, double max, Double step) throws IOException {
    StringBuilder csv = new StringBuilder("userId,movieId,rating,timestamp\n");
    for (String rating : ratings.split(",")) {
      csv.append("1,").append(csv.length()).append(',').append(rating).append(",9\n");
    }
    store.put("raw/scale.csv", csv.toString().getBytes(StandardCharsets.UTF_8));
    String names =
        "'columns': {'user': 'userId', 'item': 'movieId', 'rating': 'rating', 'timestamp':"
            + " 'timestamp'}";
    String request = "{'key': 'raw/scale.csv', " + fields.replace("NAMES", names) + "}";
    IngestResult result = new Ingest(store).run(request(request.replace('\'', '"')));
    assertThat(result.figures().scale()).isEqualTo(new RatingScale(min, max, step));
  }

  @Test
  void ratingBeyondAMillion_isRefused_whereNoScaleIsDeclared() throws IOException {
    store.put(
        "raw/scale.csv",
        "userId,itemId,rating,timestamp\n1,2,1000001,9\n".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> new Ingest(store).run(IngestRequest.of("raw/scale.csv")))
        .hasMessageContaining("expected a number from -1000000.0 to 1000000.0");
  }

  @Test
  void otherRatingsFile_isTakenByTheNamesOfItsColumns() throws IOException {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put("export/prices.csv", "sku;price\n1;2\n");
    entries.put("export/reviews.csv", "customer;sku;text;stars;when\n7;9;\"so; so\";10;50\n");
    store.put("raw/shop.zip", Uploads.zip(entries));
    String request =
        """
        {"key": "raw/shop.zip", "delimiter": ";", "scale": {"min": 1, "max": 10, "step": 1},
         "columns": {"user": "customer", "item": "sku", "rating": "stars", "timestamp": "when"}}
        """;
    IngestResult result = new Ingest(store).run(request(request));
    assertThat(result.figures().layout()).isEqualTo("named columns");
    assertThat(result.figures().maxRating()).isEqualTo(10);
    assertThat(result.figures().skippedFiles()).containsExactly("export/prices.csv");
    assertThat(new String(store.read(result.manifest()).content(), StandardCharsets.UTF_8))
        .contains("\"delimiter\" : \";\"", "\"max\" : 10.0", "\"item\" : \"sku\"");

    assertThatThrownBy(() -> new Ingest(store).run(request(request.replace("stars", "points"))))
        .hasMessage(
            "shop.zip contains no file with the columns customer, sku, points, when; it has"
                + " 'export/prices.csv', 'export/reviews.csv'");
    assertThatThrownBy(() -> request(request.replace("\"item\": \"sku\", ", "")))
        .hasMessage("field 'columns.item' is missing; expected the name of a column");
    assertThatThrownBy(() -> request(request.replace("\"sku\"", "\"stars\"")))
        .hasMessage(
            "field 'columns': expected different names, found customer, stars, stars, when");
    assertThatThrownBy(() -> request(request.replace("\"max\": 10", "\"max\": 0")))
        .hasMessage(
            "field 'scale': expected min below max, both from -1000000 to 1000000, found min 1.0"
                + " and max 0.0");
    assertThatThrownBy(() -> request(request.replace("\"step\": 1", "\"step\": 0")))
        .hasMessage("field 'scale.step': expected a number above 0, at most max - min, found 0.0");
    assertThatThrownBy(() -> new Ingest(store).run(request(request.replace("\";\"", "\";;\""))))
        .hasMessage(
            "field 'delimiter': expected one character that cannot occur in a number, such as ;"
                + " or a tab, or ::, found ';;'");
  }

  @Test
  void dryRun_reportsAndWritesNothing() throws IOException {
    byte[] upload = Uploads.zip(Uploads.ratings(30, 40), Uploads.MOVIES);
    store.put("raw/a.zip", upload);
    IngestResult result =
        new Ingest(store).run(request("{\"key\": \"raw/a.zip\", \"dryRun\": true}"));
    assertThat(result.manifest()).isEmpty();
    assertThat(result.dataset()).isEqualTo("a");
    assertThat(result.figures().ratings()).isEqualTo(1200);
    IngestPreview preview = Objects.requireNonNull(result.preview());
    // One rating a second from 1,000,031 on: numpy.quantile(arange(1000031, 1001231), [.75, .9]).
    assertThat(preview.users()).isEqualTo(30);
    assertThat(preview.items()).isEqualTo(40);
    assertThat(preview.trainThreshold()).isEqualTo(1_000_930.25);
    assertThat(preview.testThreshold()).isEqualTo(1_001_110.1);
    assertThat(preview.train()).isEqualTo(new IngestPreview.SetSize(900, 900));
    // All users rate an item within 30 seconds; the training set ends with the 30th item.
    assertThat(preview.trainItems()).isEqualTo(30);
    assertThat(preview.test()).isEqualTo(new IngestPreview.SetSize(180, 0));
    assertThat(preview.validation()).isEqualTo(new IngestPreview.SetSize(120, 0));
    assertThat(preview.problems())
        .containsExactly(
            "no rating in the test set has a user and an item of the training set",
            "no rating in the validation set has a user and an item of the training set");
    assertThat(preview.steps())
        .extracting(IngestPreview.Needs::step)
        .containsExactly(
            "ingest",
            "split",
            "index",
            "train",
            "evaluate",
            "index (all rows)",
            "train (all rows)",
            "publish");
    assertThat(preview.steps().get(1).tempBytes()).isEqualTo(1200 * 40);
    assertThat(preview.steps().get(5).tempBytes()).isEqualTo(1200 * (20 + 12 + 16));
    assertThat(preview.steps().get(6).memoryBytes())
        .isGreaterThan(preview.steps().get(3).memoryBytes());
    assertOnlyUploadsAreThere();

    store.put(
        "raw/b.csv", RATINGS.replaceAll(",[1-3]0\n", ",5\n").getBytes(StandardCharsets.UTF_8));
    assertThat(
            Objects.requireNonNull(
                    new Ingest(store)
                        .run(request("{\"key\": \"raw/b.csv\", \"dryRun\": true}"))
                        .preview())
                .problems())
        .containsExactly(
            "the test set would be empty; the upload has too few ratings or too many equal"
                + " timestamps to split by time",
            "the validation set would be empty; the upload has too few ratings or too many equal"
                + " timestamps to split by time");
  }

  @Test
  void dryRun_showsTheColumnsOfTheRatings() throws IOException {
    store.put("raw/a.zip", Uploads.zip(RATINGS, Uploads.MOVIES));
    UploadSample sample = sample("{\"key\": \"raw/a.zip\", \"dryRun\": true}");
    assertThat(sample.file()).endsWith("ratings.csv");
    assertThat(sample.delimiter()).isEqualTo(",");
    assertThat(sample.header()).isTrue();
    assertThat(sample.columns())
        .extracting(UploadSample.SampledColumn::name, UploadSample.SampledColumn::role)
        .containsExactly(
            tuple("userId", "user"),
            tuple("movieId", "item"),
            tuple("rating", "rating"),
            tuple("timestamp", "timestamp"));
    store.put("raw/u.data", "1\t2\t3\t4\n5\t6\t4\t8\n".getBytes(StandardCharsets.UTF_8));
    assertThat(sample("{\"key\": \"raw/u.data\", \"dryRun\": true}"))
        .isEqualTo(
            new UploadSample(
                "u.data",
                "\t",
                false,
                List.of(
                    new UploadSample.SampledColumn("1", "user", List.of("1", "5")),
                    new UploadSample.SampledColumn("2", "item", List.of("2", "6")),
                    new UploadSample.SampledColumn("3", "rating", List.of("3", "4")),
                    new UploadSample.SampledColumn("4", "timestamp", List.of("4", "8"))),
                List.of()));
  }

  @Test
  void dryRunOfAnUnknownHeader_showsItsColumns_andWhatIngestWouldSay() throws IOException {
    String file = "who;what;again;\"how much\";when\n1;10;7;4;100\n2;11;8;\"5\";200\n";
    store.put("raw/b.csv", file.getBytes(StandardCharsets.UTF_8));
    IngestResult result =
        new Ingest(store).run(request("{\"key\": \"raw/b.csv\", \"dryRun\": true}"));
    assertThat(result.problem())
        .isEqualTo(
            "b.csv, line 1: the header is 'who;what;again;\"how much\";when', expected columns for"
                + " the user, the item and the rating; the rating could be column 'who' or 'what' or"
                + " 'again' or 'how much'; settings.json: \"columns\": {\"user\":"
                + " \"…\", \"item\": \"…\", \"rating\": \"…\", \"timestamp\": \"…\"}");
    assertThat(result.dataset()).isEqualTo("b");
    assertThat(result.preview()).isNull();
    assertThat(result.sample())
        .isEqualTo(
            new UploadSample(
                "b.csv",
                ";",
                true,
                List.of(
                    new UploadSample.SampledColumn("who", null, List.of("1", "2")),
                    new UploadSample.SampledColumn("what", null, List.of("10", "11")),
                    new UploadSample.SampledColumn("again", null, List.of("7", "8")),
                    new UploadSample.SampledColumn("how much", null, List.of("4", "5")),
                    new UploadSample.SampledColumn("when", "timestamp", List.of("100", "200"))),
                List.of()));
    String corrected =
        "{\"key\": \"raw/b.csv\", \"dryRun\": true, \"delimiter\": \";\", \"columns\": {"
            + "\"user\": \"who\", \"item\": \"what\", \"rating\": \"how much\", \"timestamp\": \"when\"}}";
    IngestResult usable = new Ingest(store).run(request(corrected));
    assertThat(usable.problem()).isNull();
    assertThat(usable.figures().ratings()).isEqualTo(2);
    assertThat(sample(corrected).columns())
        .extracting(UploadSample.SampledColumn::role)
        .containsExactly("user", "item", null, "rating", "timestamp");
    assertOnlyUploadsAreThere();
  }

  @Test
  void dryRunOfAFileWithoutColumns_isRefused() throws IOException {
    store.put("raw/c.csv", "nothing here\n".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(
            () -> new Ingest(store).run(request("{\"key\": \"raw/c.csv\", \"dryRun\": true}")))
        .hasMessage(
            "c.csv, line 1: the header is 'nothing here', expected a table with columns for the"
                + " user, the item and the rating");
  }

  private UploadSample sample(String request) throws IOException {
    return Objects.requireNonNull(new Ingest(store).run(request(request)).sample());
  }

  private static IngestRequest request(String json) throws IOException {
    return RequestJson.decode(json.getBytes(StandardCharsets.UTF_8), IngestRequest.class);
  }

  @Test
  void requestsThatNameNoUpload_areRefused() {
    assertThatThrownBy(() -> new Ingest(store).run(IngestRequestBuilder.builder().build()))
        .hasMessage("field 'key' is missing");
    assertThatThrownBy(() -> new Ingest(store).run(IngestRequest.of("raw/none.zip")))
        .hasMessage("field 'key': there is no object 'raw/none.zip' in the store");
    assertThatThrownBy(() -> new Ingest(store).run(IngestRequest.of("models/x/current.json")))
        .hasMessage(
            "field 'key': the key 'models/x/current.json' is not an upload; uploads are raw/FILE or"
                + " raw/DATASET/FILE");
    assertThatThrownBy(() -> new Ingest(store).run(IngestRequest.of("raw/../../etc/passwd")))
        .hasMessage(
            "field 'key': the key 'raw/../../etc/passwd' has a segment '..'; a key cannot leave the"
                + " store");
    assertThatThrownBy(() -> new Ingest(store).run(IngestRequest.of("raw/.set.zip")))
        .hasMessage("field 'key': the key 'raw/.set.zip' is not an upload: '.set.zip' is hidden");
  }

  @Test
  void secondDownload_isADatasetNamedAfterIt() throws IOException {
    IngestResult result =
        Uploads.ingest(store, "raw/ratings (1).csv", RATINGS.getBytes(StandardCharsets.UTF_8));
    assertThat(result.dataset()).isEqualTo("ratings-1");
    assertThat(result.manifest()).startsWith("datasets/ratings-1/");
  }

  @Test
  void nameOnly_answersTheDatasetOfAKey_andTheSizeOfAFolder() throws IOException {
    String request = "{\"key\": \"raw/my set/jan (2).csv\", \"nameOnly\": true}";
    long before = Instant.now().getEpochSecond();
    IngestResult named = new Ingest(store).run(request(request));
    long now = Objects.requireNonNull(named.now());
    assertThat(now).isBetween(before, Instant.now().getEpochSecond());
    assertThat(named).isEqualTo(IngestResult.named("my-set", now, null));
    store.put("raw/my set/jan/part-0.csv", new byte[12]);
    store.put("raw/my set/jan/more/part-1.csv", new byte[30]);
    store.put("raw/my set/jan/_SUCCESS", new byte[0]);
    assertThat(
            new Ingest(store).run(request(request.replace("jan (2).csv", "jan/_SUCCESS"))).bytes())
        .isEqualTo(42);
    IngestResult folder = new Ingest(store).run(request(request.replace("jan (2).csv", "")));
    assertThat(folder.dataset()).isEmpty();
    assertThat(folder.ignored()).containsExactly("the key 'raw/my set/' has an empty segment");
  }

  /// Step Functions accepts at most 256 KiB per result; a larger one ends the execution with an error that
  /// nothing catches.
  @Test
  void foreignEntries_howeverMany_makeABoundedList() throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    for (int i = 0; i < 990; i++) {
      files.put("set/" + "n".repeat(400) + i + ".txt", "");
    }
    files.put("set/ratings.csv", RATINGS);
    files.put("set/movies.csv", Uploads.MOVIES);
    IngestResult result = Uploads.ingest(store, "raw/many.zip", Uploads.zip(files));
    assertThat(result.figures().skippedFiles())
        .hasSize(20)
        .startsWith("set/" + "n".repeat(295) + "…")
        .last()
        .isEqualTo("and 971 more");
    assertThat(Json.write(result).length).isLessThan(16_384);
    assertThat(result.figures())
        .isEqualTo(
            Manifest.read(store, result.manifest(), StepName.INGEST).figures(IngestFigures.class));
  }

  /// The files expired, or were deleted, a day before their manifest.
  @Test
  void repeatedEvent_ofADatasetWhoseFilesAreGone_recreatesThem() throws IOException {
    byte[] upload = RATINGS.getBytes(StandardCharsets.UTF_8);
    IngestResult first = Uploads.ingest(store, "raw/a.csv", upload);
    store.delete(first.manifest().replace("manifest.json", "ratings.arrow"));
    IngestResult repeated = new Ingest(store).run(request("{\"key\": \"raw/a.csv\"}"));
    assertThat(repeated.cached()).isFalse();
    assertThat(repeated.manifest()).isEqualTo(first.manifest());
    assertThat(store.find(first.manifest().replace("manifest.json", "ratings.arrow"))).isPresent();
    assertThat(new Ingest(store).run(request("{\"key\": \"raw/a.csv\"}")).cached()).isTrue();
  }

  private void refused(byte[] upload, String message) {
    assertThatThrownBy(() -> Uploads.ingest(store, "raw/a.zip", upload))
        .isInstanceOf(RequestException.class)
        .hasMessage(message);
  }

  private void assertOnlyUploadsAreThere() throws IOException {
    assertThat(store.list("")).extracting(ObjectInfo::key).allMatch(key -> key.startsWith("raw/"));
    assertThat(directory.resolve(".tmp")).isEmptyDirectory();
  }

  private ArrowFile file(IngestResult result, String name) throws IOException {
    String key = result.manifest().replace("manifest.json", name);
    return ArrowFile.open(store.fetch(key).path(), key);
  }
}
