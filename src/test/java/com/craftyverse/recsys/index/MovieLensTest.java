package com.craftyverse.recsys.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.Ids;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.ingest.Ingest;
import com.craftyverse.recsys.ingest.IngestRequest;
import com.craftyverse.recsys.ingest.IngestResult;
import com.craftyverse.recsys.split.Split;
import com.craftyverse.recsys.split.SplitRequest;
import com.craftyverse.recsys.split.SplitResult;
import com.craftyverse.recsys.storage.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tests with the real ml-latest-small, which the project does not contain. `MOVIELENS_ZIP` is the path of
/// its zip, or the zip lies in `../shared/data`. The expected numbers come from the notebook's own steps
/// under pandas and numpy.
class MovieLensTest {
  @TempDir Path directory;

  @Test
  void mlLatestSmall_givesTheNotebooksNumbers() throws IOException {
    Path zip =
        Path.of(
            Optional.ofNullable(System.getenv("MOVIELENS_ZIP"))
                .orElse("../shared/data/ml-latest-small.zip"));
    assumeTrue(
        Files.isRegularFile(zip), "no ml-latest-small.zip at " + zip + "; see data/README.md");
    LocalObjectStore store = new LocalObjectStore(directory);
    store.put("raw/ml-latest-small.zip", Files.readAllBytes(zip));

    IngestResult ingest = new Ingest(store).run(IngestRequest.of("raw/ml-latest-small.zip"));
    SplitResult split = new Split(store).run(SplitRequest.of(ingest.manifest()));
    IndexResult index = new Index(store).run(IndexRequest.of(split.manifest()));
    QualityReport quality =
        Json.read(store.read(index.quality()).content(), QualityReport.class, "quality.json");

    assertThat(ingest.figures().ratings()).isEqualTo(100_836);
    assertThat(ingest.figures().maxUserId()).isEqualTo(Id.of(610));
    assertThat(split.figures().trainThreshold()).isEqualTo(1435994144.5);
    assertThat(split.figures().testThreshold()).isEqualTo(1498029447.5);
    assertThat(quality.sets())
        .isEqualTo(
            Map.of(
                "train", new QualityReport.Share(75_627, 75.0),
                "test", new QualityReport.Share(15_125, 15.0),
                "validation", new QualityReport.Share(10_084, 10.0)));
    assertThat(quality.trainUsers()).isEqualTo(487);
    assertThat(quality.trainItems()).isEqualTo(7_509);
    assertThat(quality.minUserId()).isEqualTo(Id.of(1));
    assertThat(quality.maxUserId()).isEqualTo(Id.of(609));
    assertThat(quality.maxItemId()).isEqualTo(Id.of(133_115));
    assertThat(quality.emptyUserRowsAvoided()).isEqualTo(123);
    assertThat(quality.originalElements()).isEqualTo(81_200_760);
    assertThat(quality.optimizedElements()).isEqualTo(3_656_883);
    assertThat(quality.savedPercent()).isEqualTo(95.5);
    assertThat(quality.density()).isEqualTo(0.020680727275113806);
    assertThat(quality.trainMeanRating()).isEqualTo(3.5111534240416784);
    assertThat(quality.firstUserIds())
        .containsExactly(Ids.of(1, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17));
    assertThat(quality.firstItemIds())
        .containsExactly(Ids.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    assertThat(quality.train().first5())
        .containsExactly(
            row(0, 0, 4, 964982703),
            row(0, 2, 4, 964981247),
            row(0, 5, 4, 964982224),
            row(0, 43, 5, 964983815),
            row(0, 46, 5, 964982931));
    assertThat(quality.test().rows()).isEqualTo(15_125);
    assertThat(quality.test().afterUnknownUsersRemoved()).isEqualTo(1_308);
    assertThat(quality.test().afterUnknownItemsRemoved()).isEqualTo(778);
    assertThat(quality.test().first5())
        .containsExactly(
            row(17, 254, 3, 1436989949),
            row(17, 472, 3.5f, 1452052129),
            row(17, 613, 3.5f, 1452052029),
            row(17, 932, 3.5f, 1436989924),
            row(17, 1063, 0.5f, 1468113524));
    assertThat(quality.validation().rows()).isEqualTo(10_084);
    assertThat(quality.validation().afterUnknownUsersRemoved()).isEqualTo(535);
    assertThat(quality.validation().afterUnknownItemsRemoved()).isEqualTo(301);
    assertThat(quality.validation().first5())
        .containsExactly(
            row(12, 0, 2.5f, 1510577970),
            row(12, 43, 3.5f, 1510571970),
            row(12, 224, 5, 1510571946),
            row(12, 254, 3, 1510571962),
            row(12, 257, 4, 1510571877));
  }

  private static QualityReport.MappedRow row(int user, int item, float rating, long timestamp) {
    return new QualityReport.MappedRow(user, item, rating, null, timestamp);
  }
}
