package com.craftyverse.recsys.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.craftyverse.recsys.columnar.ArrowFile;
import com.craftyverse.recsys.columnar.Column;
import com.craftyverse.recsys.columnar.RecordBatch;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.ingest.CodedDatasets;
import com.craftyverse.recsys.ingest.IngestResult;
import com.craftyverse.recsys.ingest.Uploads;
import com.craftyverse.recsys.split.Split;
import com.craftyverse.recsys.split.SplitRequest;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectInfo;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Reads every Arrow file of ingest, split and index with other readers: Arrow's own Java reader and, if a
/// Python with them is installed (`python3`, or the one that the environment variable `PYTHON` names),
/// pyarrow and polars. All must see the same columns, rows and sums.
class IndependentReadersTest {
  private static final String PYTHON =
      Objects.requireNonNullElse(System.getenv("PYTHON"), "python3");

  /// Prints the same as [#readWithOurReader] for each file: the path, type, values and sum of each leaf.
  private static final String PYARROW =
      """
      import sys, pyarrow as pa
      NAMES = {'float': 'float32', 'string': 'utf8'}
      def leaves(path, array, found):
          if pa.types.is_list(array.type):
              leaves(path + '.' + array.type.value_field.name, array.flatten(), found)
          elif pa.types.is_struct(array.type):
              for i, field in enumerate(array.type):
                  leaves(path + '.' + field.name, array.field(i), found)
          else:
              text = str(array.type)
              values = array.to_pylist()
              total = sum(len(v.encode()) if text == 'string' else v for v in values)
              key = path + ' ' + NAMES.get(text, text)
              count, sum_ = found.get(key, (0, 0))
              found[key] = (count + len(values), sum_ + total)
      for path in sys.argv[1:]:
          reader = pa.ipc.open_file(path)
          assert all(not field.nullable for field in reader.schema), reader.schema
          found = {}
          for i in range(reader.num_record_batches):
              batch = reader.get_batch(i)
              for name, column in zip(batch.schema.names, batch.columns):
                  leaves(name, column, found)
          for key in sorted(found):
              count, total = found[key]
              print(path.split('/')[-1], key, count, '%.1f' % total)
      """;

  private static final String POLARS =
      """
      import sys, polars as pl
      NAMES = {pl.Int32: 'int32', pl.Int64: 'int64', pl.Float32: 'float32'}
      for path in sys.argv[1:]:
          frame = pl.read_ipc(path, memory_map=False)
          for name in sorted(frame.columns):
              column = frame[name]
              if column.dtype in NAMES:
                  print(path.split('/')[-1], name, NAMES[column.dtype], len(column),
                        '%.1f' % column.cast(pl.Float64).sum())
      """;

  @TempDir Path directory;
  private final List<Path> files = new ArrayList<>();

  @BeforeEach
  void prepare() throws IOException {
    try (LocalObjectStore store = new LocalObjectStore(directory)) {
      Map<String, String> entries = new LinkedHashMap<>();
      entries.put("ml/ratings.csv", ratings());
      entries.put("ml/movies.csv", Uploads.MOVIES);
      entries.put("ml/tags.csv", "userId,movieId,tag,timestamp\n1,5,d\u00e9j\u00e0 vu,40\n");
      entries.put("ml/links.csv", "movieId,imdbId,tmdbId\n1,0114709,862\n5,0113497,\n");
      IngestResult ingest = Uploads.ingest(store, "raw/a.zip", Uploads.zip(entries));
      String split = new Split(store).run(SplitRequest.of(ingest.manifest())).manifest();
      new Index(store).run(IndexRequest.of(split));
      for (IdType type : List.of(IdType.INT64, IdType.UTF8)) {
        String twin = CodedDatasets.write(store, ingest.manifest(), "a-" + type, type);
        new Index(store)
            .run(IndexRequest.of(new Split(store).run(SplitRequest.of(twin)).manifest()));
      }
      for (ObjectInfo object : store.list("datasets/")) {
        if (object.key().endsWith(".arrow")) {
          files.add(store.fetch(object.key()).path());
        }
      }
    }
    assertThat(files).hasSize(13 + 2 * 13);
  }

  /// Returns ratings in no order of time, so that the later sets have users and items of the first.
  private static String ratings() {
    StringBuilder csv = new StringBuilder(Uploads.HEADER);
    SplittableRandom random = new SplittableRandom(3);
    for (int user = 1; user <= 90; user++) {
      for (int item = 1; item <= 60; item++) {
        csv.append(user).append(',').append(item).append(',');
        csv.append(random.nextInt(1, 11) * 0.5).append(',');
        csv.append(1_000_000_000 + random.nextInt(100_000_000)).append('\n');
      }
    }
    return csv.toString();
  }

  @Test
  void arrowsOwnReader_seesTheSame() throws IOException {
    for (Path file : files) {
      Map<String, double[]> found = new TreeMap<>();
      try (RootAllocator allocator = new RootAllocator();
          FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
          ArrowFileReader reader = new ArrowFileReader(channel, allocator)) {
        while (reader.loadNextBatch()) {
          for (FieldVector vector : reader.getVectorSchemaRoot().getFieldVectors()) {
            assertThat(vector.getField().isNullable()).isFalse();
            Field field = reader.getVectorSchemaRoot().getSchema().findField(vector.getName());
            addLeaves(vector.getName(), field, vector, vector.getValueCount(), found);
          }
        }
      }
      assertThat(lines(file, found)).isEqualTo(readWithOurReader(file, false));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pyarrow", "polars"})
  void pythonsReaders_seeTheSame(String module) throws Exception {
    assumeTrue(has(module), module + " is not installed for " + PYTHON + " (environment: PYTHON)");
    List<String> expected = new ArrayList<>();
    List<String> paths = new ArrayList<>();
    for (Path file : files) {
      expected.addAll(readWithOurReader(file, module.equals("polars")));
      paths.add(file.toString());
    }
    List<String> command = new ArrayList<>();
    command.add(PYTHON);
    command.add("-c");
    command.add(module.equals("polars") ? POLARS : PYARROW);
    command.addAll(paths);
    Process python = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(python.waitFor()).as(output).isZero();
    assertThat(output.lines().toList()).isEqualTo(expected);
  }

  private static boolean has(String module) throws InterruptedException {
    try {
      return new ProcessBuilder(PYTHON, "-c", "import " + module)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // the program is not installed
    }
  }

  /// Returns what this project's reader finds: a line for each leaf of the columns, by path.
  ///
  /// @param topLevelNumbers whether to omit text and nested columns
  private static List<String> readWithOurReader(Path path, boolean topLevelNumbers)
      throws IOException {
    Map<String, double[]> found = new TreeMap<>();
    try (ArrowFile file = ArrowFile.open(path, path.toString())) {
      for (RecordBatch batch : file.batches()) {
        for (Column column : file.columns()) {
          if (!topLevelNumbers
              || (column.children().isEmpty() && column.type() != Column.Type.UTF8)) {
            addLeaves(column.name(), column, batch, found);
          }
        }
      }
    }
    return lines(path, found);
  }

  private static List<String> lines(Path path, Map<String, double[]> found) {
    return found.entrySet().stream()
        .map(
            e ->
                String.format(
                    java.util.Locale.ROOT,
                    "%s %s %.0f %.1f",
                    path.getFileName(),
                    e.getKey(),
                    e.getValue()[0],
                    e.getValue()[1]))
        .toList();
  }

  private static void add(Map<String, double[]> found, String key, double count, double sum) {
    double[] all = found.computeIfAbsent(key, k -> new double[2]);
    all[0] += count;
    all[1] += sum;
  }

  private static void addLeaves(
      String path, Column column, RecordBatch batch, Map<String, double[]> found)
      throws IOException {
    double sum = 0;
    switch (column.type()) {
      case INT32 -> {
        int[] values = batch.ints(path).toArray();
        for (int value : values) {
          sum += value;
        }
        add(found, path + " int32", values.length, sum);
      }
      case INT64 -> {
        long[] values = batch.longs(path).toArray();
        for (long value : values) {
          sum += value;
        }
        add(found, path + " int64", values.length, sum);
      }
      case FLOAT32 -> {
        float[] values = batch.floats(path).toArray();
        for (float value : values) {
          sum += value;
        }
        add(found, path + " float32", values.length, sum);
      }
      case UTF8 -> {
        String[] texts = batch.texts(path);
        for (String text : texts) {
          sum += text.getBytes(StandardCharsets.UTF_8).length;
        }
        add(found, path + " utf8", texts.length, sum);
      }
      default -> {
        for (Column child : column.children()) {
          addLeaves(path + "." + child.name(), child, batch, found);
        }
      }
    }
  }

  private static void addLeaves(
      String path, Field field, FieldVector vector, int count, Map<String, double[]> found) {
    double sum = 0;
    switch (vector) {
      case IntVector ints -> {
        for (int i = 0; i < count; i++) {
          sum += ints.get(i);
        }
        add(found, path + " int32", count, sum);
      }
      case BigIntVector longs -> {
        for (int i = 0; i < count; i++) {
          sum += longs.get(i);
        }
        add(found, path + " int64", count, sum);
      }
      case Float4Vector floats -> {
        for (int i = 0; i < count; i++) {
          sum += floats.get(i);
        }
        add(found, path + " float32", count, sum);
      }
      case VarCharVector texts -> {
        for (int i = 0; i < count; i++) {
          sum += texts.get(i).length;
        }
        add(found, path + " utf8", count, sum);
      }
      case ListVector lists -> {
        // The vector has another name; the file's name is in the schema.
        Field element = field.getChildren().getFirst();
        addLeaves(
            path + "." + element.getName(),
            element,
            lists.getDataVector(),
            count == 0 ? 0 : lists.getElementEndIndex(count - 1),
            found);
      }
      case StructVector structs -> {
        for (Field child : field.getChildren()) {
          FieldVector values = structs.getChild(child.getName());
          addLeaves(path + "." + child.getName(), child, values, count, found);
        }
      }
      default -> throw new AssertionError(vector.getClass());
    }
  }
}
