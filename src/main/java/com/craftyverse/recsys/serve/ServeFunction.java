package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.storage.ObjectStore;
import io.quarkus.funqy.Funq;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import org.crac.Core;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// The functions `predict`, `recommend`, `similar`, `foldIn`, `popular` and `modelInfo`, and `serve`, which
/// takes the requests of all of them. One instance, since it keeps the models.
@Singleton
public final class ServeFunction {
  private static final System.Logger LOG = System.getLogger(ServeFunction.class.getName());

  private final ModelCache models;
  private final RecommendationService serving;
  private final Router router;
  private final SnapStartHooks snapshot;

  @Inject
  ServeFunction(
      ObjectStore store,
      Instance<ObjectStore> stores,
      @ConfigProperty(name = "recsys.dataset") Optional<String> dataset,
      @ConfigProperty(name = "recsys.refresh") Duration refresh) {
    this.models = new ModelCache(store, dataset, refresh);
    this.serving = new RecommendationService(store, models);
    this.router = new Router(serving);
    this.snapshot = new SnapStartHooks(serving, models, () -> reconnect(store, stores));
  }

  /// Closes the store and opens it anew; nothing is sent until something is read.
  private static void reconnect(ObjectStore store, Instance<ObjectStore> stores) {
    stores.getHandle().destroy();
    LOG.log(Level.INFO, "connections to {0} are made anew", store.location());
  }

  /// Sees to it that the default dataset's model is there when the process has started, where that is
  /// wanted, so that the first request finds it. Where it is loaded beside the start, whoever began that
  /// calls [#ready] in the end.
  void start(@Observes StartupEvent event, @ConfigProperty(name = "recsys.preload") boolean preload)
      throws InterruptedException {
    if (preload) {
      // The context keeps no more than a weak reference, hence the field.
      Core.getGlobalContext().register(snapshot);
      if (!Preload.isUnderWay()) {
        ready();
      }
    }
  }

  /// Waits for the model that was begun to be loaded, or loads it.
  public void ready() throws InterruptedException {
    Preload.take().ifPresent(models::adopt);
    try {
      serving.load(null);
    } catch (RequestException e) {
      LOG.log(Level.WARNING, "no model at start: " + e.getMessage());
    }
  }

  /// Predicts ratings.
  @Funq("predict")
  public PredictResult predict(PredictRequest request) {
    return serving.predict(Request.requireBody(request));
  }

  /// Recommends items to a user.
  @Funq("recommend")
  public RecommendResult recommend(RecommendRequest request) {
    return serving.recommend(Request.requireBody(request));
  }

  /// Finds the items nearest to an item.
  @Funq("similar")
  public SimilarResult similar(SimilarRequest request) {
    return serving.similar(Request.requireBody(request));
  }

  /// Predicts and recommends for somebody whom the model has never seen.
  @Funq("foldIn")
  public FoldInResult foldIn(FoldInRequest request) {
    return serving.foldIn(Request.requireBody(request));
  }

  /// Finds the items that most users chose.
  @Funq("popular")
  public PopularResult popular(PopularRequest request) {
    return serving.popular(Request.requireBody(request));
  }

  /// Tells which model answers.
  @Funq("modelInfo")
  public ModelInfoResult modelInfo(ModelInfoRequest request) {
    return serving.modelInfo(Request.requireBody(request));
  }

  /// Answers a request for any of the others.
  @Funq("serve")
  public ServeResult serve(ServeRequest request) {
    return router.route(Request.requireBody(request));
  }
}
