package com.craftyverse.recsys.ingest;

import com.craftyverse.recsys.columnar.ArrowFileWriter;
import com.craftyverse.recsys.columnar.Buffers;
import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.IdType;
import com.craftyverse.recsys.format.Schemas;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.StepRunner;
import com.craftyverse.recsys.step.StepSpec;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// Datasets of choices without ratings, written as `ingest` writes them.
public final class ChoiceDatasets {
  /// Number of users and items that [#planted] has.
  public static final int USERS = 400;

  public static final int ITEMS = 240;

  /// Users and items of equal index modulo this number belong together.
  public static final int GROUPS = 8;

  private static final int CHOICES_OF_A_USER = 30;
  private static final int YEAR = 365 * 86_400;
  private static final long START = 1_600_000_000;

  private ChoiceDatasets() {}

  /// A user's choice of an item.
  ///
  /// @param amount how often
  /// @param time in epoch seconds
  public record Choice(int user, int item, float amount, long time) {}

  /// Returns choices of users who mostly choose items of their own group, within a year. In every group a few
  /// items are popular. The amounts are whole numbers, mostly 1, and larger within the group.
  public static List<Choice> planted(long seed) {
    Random random = new Random(seed);
    List<Choice> choices = new ArrayList<>();
    for (int user = 0; user < USERS; user++) {
      Set<Integer> chosen = new HashSet<>();
      while (chosen.size() < CHOICES_OF_A_USER) {
        boolean isOwn = random.nextInt(10) < 8;
        int group = isOwn ? user % GROUPS : random.nextInt(GROUPS);
        double skewed = Math.pow(random.nextDouble(), 2);
        int item = ((int) (skewed * ITEMS / GROUPS)) * GROUPS + group;
        if (chosen.add(item)) {
          float amount = 1;
          while (isOwn && random.nextInt(3) == 0) {
            amount += 1 + random.nextInt(5);
          }
          choices.add(new Choice(user + 1, item + 1, amount, START + random.nextInt(YEAR)));
        }
      }
    }
    return choices;
  }

  /// Writes a dataset.
  ///
  /// @return the key of its manifest
  public static String write(ObjectStore store, String dataset, List<Choice> choices)
      throws IOException {
    int[] items = choices.stream().mapToInt(Choice::item).sorted().distinct().toArray();
    IngestFigures figures = figures(choices, items.length);
    return new StepRunner(store)
        .run(
            new StepSpec(StepName.INGEST, dataset, Map.of(), new Parameters(choices.hashCode())),
            StoreLayout.datasetDirectory(dataset, "v" + choices.hashCode()),
            Map.of(),
            IngestFigures.class,
            output -> {
              output.write(StoreLayout.RATINGS, path -> writeChoices(path, choices));
              output.write(StoreLayout.ITEMS, path -> writeItems(path, items));
              return figures;
            })
        .manifest();
  }

  private record Parameters(int choices) {}

  private static IngestFigures figures(List<Choice> choices, int items) {
    int[] users = choices.stream().mapToInt(Choice::user).toArray();
    int[] itemIds = choices.stream().mapToInt(Choice::item).toArray();
    double[] amounts = choices.stream().mapToDouble(Choice::amount).toArray();
    long[] times = choices.stream().mapToLong(Choice::time).toArray();
    return new IngestFigures(
        "table",
        null,
        Feedback.CHOICES,
        choices.size(),
        items,
        0,
        0,
        Id.of(IntStream.of(users).min().orElseThrow()),
        Id.of(IntStream.of(users).max().orElseThrow()),
        Id.of(IntStream.of(itemIds).min().orElseThrow()),
        Id.of(IntStream.of(itemIds).max().orElseThrow()),
        (float) DoubleStream.of(amounts).min().orElseThrow(),
        (float) DoubleStream.of(amounts).max().orElseThrow(),
        null,
        LongStream.of(times).min().orElseThrow(),
        LongStream.of(times).max().orElseThrow(),
        1_000,
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

  private static void writeChoices(Path path, List<Choice> choices) throws IOException {
    int rows = choices.size();
    float[] amounts = new float[rows];
    for (int i = 0; i < rows; i++) {
      amounts[i] = choices.get(i).amount;
    }
    try (ArrowFileWriter writer = ArrowFileWriter.create(path, Schemas.RATINGS, Map.of())) {
      writer.writeBatch(
          rows,
          Buffers.of(choices.stream().mapToInt(Choice::user).toArray(), rows),
          Buffers.of(choices.stream().mapToInt(Choice::item).toArray(), rows),
          Buffers.of(amounts, rows),
          Buffers.of(choices.stream().mapToLong(Choice::time).toArray(), rows));
    }
  }

  private static void writeItems(Path path, int[] items) throws IOException {
    Buffers.Text titles =
        Buffers.text(IntStream.of(items).mapToObj(item -> "Item " + item).toList());
    Buffers.Text genres = Buffers.text(List.of());
    int[] none = new int[items.length + 1];
    try (ArrowFileWriter writer =
        ArrowFileWriter.create(path, Schemas.items(IdType.INT32), Map.of())) {
      writer.writeBatch(
          items.length,
          Buffers.of(items, items.length),
          titles.offsets(),
          titles.data(),
          MemorySegment.ofArray(none),
          genres.offsets(),
          genres.data(),
          Buffers.of(new int[items.length], items.length));
    }
  }
}
