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
    Asking asking = new Asking(PlantedRatings.index(3).write(store, "planted"));
    asking.learningRate = 1.0;
    asking.regularization = 0.0;
    asking.epochs = 20;

    TrainFigures figures = new Train(store).run(asking.request()).figures();

    assertThat(figures.learningRateCuts()).isBetween(1, 3);
    assertThat(figures.epochs()).isLessThanOrEqualTo(20);
    assertThat(figures.validationRmse()).isBetween(PlantedRatings.NOISE, 2 * PlantedRatings.NOISE);
  }

  /// The learning rate rises from epoch to epoch until the errors rise, too.
  @Test
  void divergenceInALaterEpoch_revertsToTheLastGoodEpoch() throws IOException {
    Asking asking = new Asking(PlantedRatings.index(3).write(store, "planted"));
    asking.learningRate = 0.03;
    asking.finalLearningRate = 1.0;
    asking.epochs = 12;
    asking.patience = 100;

    TrainFigures figures = new Train(store).run(asking.request()).figures();

    assertThat(figures.learningRateCuts()).isBetween(1, 3);
    assertThat(figures.epochs()).isEqualTo(12);
    assertThat(figures.trainRmse()).isLessThan(2 * PlantedRatings.NOISE);
  }

  @Test
  void divergenceAtEveryLearningRate_isReported_andLeavesNoModel() throws IOException {
    Asking asking = new Asking(PlantedRatings.index(3).write(store, "planted"));
    asking.learningRate = 1.0;
    asking.initialSpread = 10.0;

    assertThatThrownBy(() -> new Train(store).run(asking.request()))
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
