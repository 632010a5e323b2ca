package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.step.FunctionException;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.storage.ObjectStore;
import io.quarkus.funqy.Funq;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// The functions `predict`, `recommend`, `similar`, `foldIn`, `popular`, `items`, `history`, `models` and
/// `modelInfo`, and `serve`, which takes the requests of all of them. A singleton, because it caches the
/// models.
@Singleton
public final class ServeFunction {
  private static final System.Logger LOG = System.getLogger(ServeFunction.class.getName());

  private final ModelCache modelCache;
  private final RecommendationService service;
  private final Router router;

  @Inject
  ServeFunction(
      ObjectStore store,
      @ConfigProperty(name = "recsys.dataset") Optional<String> dataset,
      @ConfigProperty(name = "recsys.refresh") Duration refresh) {
    this.modelCache = new ModelCache(store, dataset, refresh);
    this.service = new RecommendationService(store, modelCache);
    this.router = new Router(service);
  }

  /// Loads the default dataset's model ahead of the first request. Logs a warning if there is none
  /// yet.
  public void preloadDefault() {
    try {
      service.ensureLoaded(null);
    } catch (FunctionException e) {
      LOG.log(Level.WARNING, "no model at start: {0}", e.getMessage());
    }
  }

  /// Returns the cached models, for code that runs at process start.
  public ModelCache modelCache() {
    return modelCache;
  }

  /// Returns the service behind the functions, for code that runs at process start.
  public RecommendationService service() {
    return service;
  }

  /// Predicts ratings.
  @Funq("predict")
  public PredictResult predict(PredictRequest request) {
    return service.predict(Request.requireBody(request));
  }

  /// Recommends items to a user.
  @Funq("recommend")
  public RecommendResult recommend(RecommendRequest request) {
    return service.recommend(Request.requireBody(request));
  }

  /// Finds the items nearest to an item.
  @Funq("similar")
  public SimilarResult similar(SimilarRequest request) {
    return service.similar(Request.requireBody(request));
  }

  /// Predicts and recommends for a user whom the model does not know.
  @Funq("foldIn")
  public FoldInResult foldIn(FoldInRequest request) {
    return service.foldIn(Request.requireBody(request));
  }

  /// Returns the items that most users chose.
  @Funq("popular")
  public PopularResult popular(PopularRequest request) {
    return service.popular(Request.requireBody(request));
  }

  /// Searches the items by title and id.
  @Funq("items")
  public ItemsResult items(ItemsRequest request) {
    return service.items(Request.requireBody(request));
  }

  /// Lists what a user rated, newest first.
  @Funq("history")
  public HistoryResult history(HistoryRequest request) {
    return service.history(Request.requireBody(request));
  }

  /// Lists the versions of models.
  @Funq("models")
  public ModelsResult models(ModelsRequest request) {
    return service.models(Request.requireBody(request));
  }

  /// Describes the model that answers.
  @Funq("modelInfo")
  public ModelInfoResult modelInfo(ModelInfoRequest request) {
    return service.modelInfo(Request.requireBody(request));
  }

  /// Answers a request to any of the other functions.
  @Funq("serve")
  public ServeResult serve(ServeRequest request) {
    return router.route(Request.requireBody(request));
  }
}
