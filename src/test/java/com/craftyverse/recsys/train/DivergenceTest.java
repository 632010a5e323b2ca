package com.craftyverse.recsys.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tests runs that diverge.
class DivergenceTest {
  @TempDir Path directory;
  private LocalObjectStore store;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
  }

  @Test
  void tooHighLearningRate_isCut() throws IOException {
    TrainRequestBuilder request = SmallRequest.of(PlantedRatings.index(3).write(store, "planted"));
    request.learningRate(1.0);
    request.regularization(0.0);
    request.epochs(20);

    TrainFigures figures = new Train(store).run(request.build()).figures();

    assertThat(figures.learningRateCuts()).isBetween(1, 3);
    assertThat(figures.epochs()).isLessThanOrEqualTo(20);
    assertThat(figures.validationRmse()).isBetween(PlantedRatings.NOISE, 2 * PlantedRatings.NOISE);
  }

  /// The learning rate rises from epoch to epoch until the errors rise, too.
  @Test
  void divergenceInALaterEpoch_revertsToTheLastGoodEpoch() throws IOException {
    TrainRequestBuilder request = SmallRequest.of(PlantedRatings.index(3).write(store, "planted"));
    request.learningRate(0.03);
    request.finalLearningRate(1.0);
    request.epochs(12);
    request.patience(100);

    TrainFigures figures = new Train(store).run(request.build()).figures();

    assertThat(figures.learningRateCuts()).isBetween(1, 3);
    assertThat(figures.epochs()).isEqualTo(12);
    assertThat(figures.trainRmse()).isLessThan(2 * PlantedRatings.NOISE);
  }

  @Test
  void divergenceAtEveryLearningRate_isReported_andLeavesNoModel() throws IOException {
    TrainRequestBuilder request = SmallRequest.of(PlantedRatings.index(3).write(store, "planted"));
    request.learningRate(1.0);
    request.initialSpread(10.0);

    assertThatThrownBy(() -> new Train(store).run(request.build()))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "train planted diverged in epoch 1: the errors are not finite, even after 3 cuts of the"
                + " learning rate to 0.125; lower 'learningRate' (currently 1.0) or raise"
                + " 'regularization'");
    assertThat(store.list("models/")).isEmpty();
    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("train-")))
        .isEmpty();
  }
}
