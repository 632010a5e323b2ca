package com.craftyverse.recsys.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.craftyverse.recsys.evaluate.Evaluate;
import com.craftyverse.recsys.evaluate.EvaluateRequest;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.Rows;
import com.craftyverse.recsys.format.StepName;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.LocalObjectStore;
import com.craftyverse.recsys.storage.ObjectKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Tests runs with the parameters of a scored model.
class RefitTest {
  private static final int SIDE = 3;

  @TempDir Path directory;
  private LocalObjectStore store;
  private Train train;
  private String index;

  @BeforeEach
  void open() throws IOException {
    store = new LocalObjectStore(directory);
    train = new Train(store);
    index = PlantedRatings.index(SIDE).write(store, "planted");
  }

  /// Writes the index of all rows of the same split.
  private String allRows() throws IOException {
    IndexFixture all = PlantedRatings.index(SIDE).withRows(Rows.ALL);
    for (RatingList set : new RatingList[] {all.test, all.validation}) {
      for (int i = 0; i < set.size(); i++) {
        all.train.add(set.user(i), set.item(i), set.rating(i));
      }
      set.clear();
    }
    return all.write(store, "planted");
  }

  private TrainResult refit(String index, String pattern) throws IOException {
    return train.run(TrainRequest.refit(index, pattern));
  }

  private ModelCard card(TrainResult result) throws IOException {
    return ModelCard.read(store, ObjectKeys.directoryOf(result.model()));
  }

  /// The epochs up to the one that the pattern kept are the same, whether it was the last or an earlier one.
  @ParameterizedTest
  @CsvSource({"4, 0.05, 4", "30, 0, 0"})
  void refitOnTheSameRows_givesTheSameModel(int epochs, double regularization, int kept)
      throws IOException {
    TrainRequestBuilder request = SmallRequest.of(index);
    request.epochs(epochs);
    request.regularization(regularization);
    request.learningRate(0.05);
    request.factors(12);
    request.patience(3);
    request.seed(7L);
    TrainResult scored = train.run(request.build());
    int best = scored.figures().bestEpoch();
    if (kept > 0) {
      assertThat(best).isEqualTo(kept).isEqualTo(scored.figures().epochs());
    } else {
      assertThat(best).isGreaterThan(1).isLessThan(scored.figures().epochs());
    }

    TrainResult again = refit(index, scored.model());
    assertThat(again.cached()).isFalse();
    assertThat(again.figures().digest()).isEqualTo(scored.figures().digest());
    assertThat(again.figures().epochs()).isEqualTo(best);
    assertThat(again.figures().bestEpoch()).isEqualTo(best);
    assertThat(again.figures().validationRmse()).isEqualTo(scored.figures().validationRmse());
    assertThat(again.figures().earlyStopping()).isFalse();
    assertThat(again.figures().scoredModel()).isEqualTo(scored.figures().modelId());
    assertThat(again.figures().ending())
        .isEqualTo("ran all " + best + " epochs, the number that the scored model kept");
    assertThat(refit(index, scored.model()).cached()).isTrue();
  }

  @Test
  void warmStartedPattern_isRefittedFromTheSameStart() throws IOException {
    TrainRequestBuilder request = SmallRequest.of(index);
    request.epochs(3);
    String earlier = train.run(request.build()).model();
    request.warmStart(earlier);
    request.epochs(2);
    TrainResult scored = train.run(request.build());
    TrainResult again = refit(index, scored.model());
    assertThat(again.figures().digest()).isEqualTo(scored.figures().digest());
    assertThat(Manifest.read(store, again.model(), StepName.TRAIN).sources())
        .isEqualTo(Map.of("index", index, "pattern", scored.model(), "warmStart", earlier));
  }

  @Test
  void modelOfAllRows_namesTheScoredModel_andCarriesItsEvaluation() throws IOException {
    String all = allRows();
    TrainRequestBuilder request = SmallRequest.of(index);
    request.epochs(5);
    TrainResult scored = train.run(request.build());
    assertThat(card(scored).rows()).isEqualTo(Rows.TRAIN);
    assertThat(card(scored).scoredModel()).isNull();
    assertThatThrownBy(() -> refit(all, scored.model()))
        .hasMessage(
            "field 'pattern': the model "
                + scored.figures().modelId()
                + " has no evaluation; evaluate it first, because a model of all rows cannot be");
    String evaluation = new Evaluate(store).run(EvaluateRequest.of(scored.model())).manifest();

    TrainResult served = refit(all, scored.model());
    assertThat(served.figures().trainRatings()).isEqualTo(30_000);
    assertThat(served.figures().rows()).isEqualTo(Rows.ALL);
    assertThat(card(served).rows()).isEqualTo(Rows.ALL);
    assertThat(card(served).trainRatings()).isEqualTo(30_000);
    assertThat(card(served).scoredModel()).isEqualTo(scored.figures().modelId());
    assertThat(
            store.read(ObjectKeys.directoryOf(served.model()) + StoreLayout.EVALUATION).content())
        .isEqualTo(store.read(evaluation).content());
    assertThat(store.read(ObjectKeys.directoryOf(served.model()) + StoreLayout.REPORT).content())
        .isEqualTo(
            store.read(ObjectKeys.directoryOf(scored.model()) + StoreLayout.REPORT).content());
    Manifest manifest = Manifest.read(store, served.model(), StepName.TRAIN);
    assertThat(manifest.inputs()).containsEntry("pattern", scored.figures().modelId());
    assertThat(manifest.outputs()).containsKey(StoreLayout.EVALUATION);
    Manifest pattern = Manifest.read(store, scored.model(), StepName.TRAIN);
    assertThat(manifest.parameters(TrainParameters.class))
        .isEqualTo(
            pattern
                .parameters(TrainParameters.class)
                .upToEpoch(scored.figures().bestEpoch(), null, 0));
  }

  @Test
  void refitOverSeveralCalls_givesTheSameBytes() throws IOException {
    String all = allRows();
    TrainRequestBuilder request = SmallRequest.of(index);
    request.epochs(3);
    String scored = train.run(request.build()).model();
    new Evaluate(store).run(EvaluateRequest.of(scored));
    TrainResult expected = refit(all, scored);
    store.delete(expected.model());

    TrainRequest shortCall =
        TrainRequests.with(all, "'pattern': '" + scored + "', 'maxSeconds': 1e-9");
    assertThat(train.run(shortCall).resumable()).isTrue();
    assertThat(train.run(shortCall).resumable()).isTrue();
    assertThat(refit(all, scored).figures().digest()).isEqualTo(expected.figures().digest());
  }

  @Test
  void invalidPatterns_areRefused() throws IOException {
    TrainRequestBuilder request = SmallRequest.of(index);
    request.epochs(1);
    TrainResult scored = train.run(request.build());
    request.ranking(null);
    request.pattern(scored.model());
    assertThatThrownBy(() -> train.run(request.build()))
        .isInstanceOf(RequestException.class)
        .hasMessage(
            "field 'pattern': the parameters come from the pattern; besides 'manifest', the"
                + " request may only have 'maxSeconds', 'threads' and 'kernel'");
    String refitted = refit(index, scored.model()).model();
    assertThatThrownBy(() -> refit(index, refitted))
        .hasMessage(
            "field 'pattern': the model "
                + Manifest.read(store, refitted, StepName.TRAIN).id()
                + " is itself a refit of another model; use that model, '"
                + scored.model()
                + "'");
    String other = PlantedRatings.index(SIDE).write(store, "other");
    assertThatThrownBy(() -> refit(other, scored.model()))
        .hasMessage(
            "field 'pattern': the model "
                + scored.figures().modelId()
                + " was trained on the split datasets/planted/v10/splits/s/, but the index belongs to"
                + " datasets/other/v10/splits/s/; use an index of the same split");
    assertThatThrownBy(() -> refit(index, index))
        .hasMessage("field 'pattern': '" + index + "' is not below models/, where train writes");
  }

  /// It may have seen the rows that would score the new model.
  @Test
  void modelOfAllRows_cannotWarmStartAScoredModel() throws IOException {
    String all = allRows();
    TrainRequestBuilder request = SmallRequest.of(index);
    request.epochs(1);
    TrainResult scored = train.run(request.build());
    new Evaluate(store).run(EvaluateRequest.of(scored.model()));
    TrainResult served = refit(all, scored.model());
    request.warmStart(served.model());
    assertThatThrownBy(() -> train.run(request.build()))
        .hasMessage(
            "field 'warmStart': the model "
                + served.figures().modelId()
                + " was trained on all rows of its upload, which may include the test rows of this"
                + " run; start from the scored model, "
                + scored.figures().modelId());
    request.manifest(all);
    assertThat(train.run(request.build()).resumable()).isFalse();
  }
}
