package com.craftyverse.recsys.evaluate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.craftyverse.recsys.index.Index;
import com.craftyverse.recsys.index.IndexRequest;
import com.craftyverse.recsys.ingest.Ingest;
import com.craftyverse.recsys.ingest.IngestRequest;
import com.craftyverse.recsys.split.Split;
import com.craftyverse.recsys.split.SplitRequest;
import com.craftyverse.recsys.split.SplitRequestBuilder;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.train.Train;
import com.craftyverse.recsys.train.TrainRequests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs on the real ml-latest-small, which the project does not contain. `MOVIELENS_ZIP` gives the path of
/// its zip; the default directory is `../shared/data`. The baselines' figures were computed independently, in
/// numpy with other seeds.
class MovieLensRankingTest {
  @TempDir Path directory;
  private LocalObjectStore store;
  private String dataset = "";

  @BeforeEach
  void ingest() throws IOException {
    Path zip =
        Path.of(
            Optional.ofNullable(System.getenv("MOVIELENS_ZIP"))
                .orElse("../shared/data/ml-latest-small.zip"));
    assumeTrue(
        Files.isRegularFile(zip), "no ml-latest-small.zip at " + zip + "; see data/README.md");
    store = new LocalObjectStore(directory);
    store.put("raw/ml-latest-small.zip", Files.readAllBytes(zip));
    dataset = new Ingest(store).run(IngestRequest.of("raw/ml-latest-small.zip")).manifest();
  }

  private EvaluateFigures evaluate(SplitRequest request) throws IOException {
    String split = new Split(store).run(request).manifest();
    String index = new Index(store).run(IndexRequest.of(split)).manifest();
    String model = new Train(store).run(TrainRequests.with(index, "'seed': 42")).model();
    return new Evaluate(store).run(EvaluateRequest.of(model)).figures();
  }

  private static double ndcg(RankingFigures ranking, String ranker) {
    return requireNonNull(ranking.ndcgAt10(ranker)).value();
  }

  @Test
  void withinUsers_popularItemsAreFoundAsOftenAsInNumpy() throws IOException {
    RankingFigures ranking =
        requireNonNull(evaluate(SplitRequest.withinUsers(dataset, 0.25, 42)).test().ranking());

    assertThat(ranking.users()).isEqualTo(610);
    assertThat(ndcg(ranking, "mostPopular")).isCloseTo(0.207, within(0.012));
    RankerFigures popular = requireNonNull(ranking.rankers().get("mostPopular"));
    assertThat(requireNonNull(popular.liked()).at10().ndcg().value())
        .isCloseTo(0.168, within(0.012));
  }

  @Test
  void replay_popularItemsAreFoundAsOftenAsInNumpy() throws IOException {
    SetFigures test =
        evaluate(
                SplitRequestBuilder.builder()
                    .manifest(dataset)
                    .trainRatio(0.75)
                    .testRatio(0.2499)
                    .build())
            .test();
    RankingFigures ranking = requireNonNull(test.ranking());

    assertThat(ndcg(ranking, "mostPopular")).isCloseTo(0.135, within(0.01));
    assertThat(ndcg(ranking, "recentlyPopular")).isCloseTo(0.195, within(0.01));
    RatingFigures replayed = requireNonNull(test.replayedRatings());
    assertThat(replayed.betterThanBaseline()).isTrue();
  }
}
