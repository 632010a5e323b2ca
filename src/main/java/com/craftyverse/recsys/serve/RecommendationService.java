package com.craftyverse.recsys.serve;

import com.craftyverse.recsys.columnar.MalformedFileException;
import com.craftyverse.recsys.format.Feedback;
import com.craftyverse.recsys.format.Id;
import com.craftyverse.recsys.format.Json;
import com.craftyverse.recsys.format.ModelCard;
import com.craftyverse.recsys.format.RatingScale;
import com.craftyverse.recsys.format.StoreLayout;
import com.craftyverse.recsys.step.Manifest;
import com.craftyverse.recsys.step.Request;
import com.craftyverse.recsys.step.RequestException;
import com.craftyverse.recsys.step.ServiceException;
import com.craftyverse.recsys.storage.NoSuchObjectException;
import com.craftyverse.recsys.storage.ObjectStore;
import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Answers requests from the current models. Thread-safe.
///
/// Every answer comes from a single model. Callers' mistakes and damaged models are reported as a
/// [RequestException] with one sentence. It never contains a user's id, because it is also logged.
public final class RecommendationService {
  private static final System.Logger LOG = System.getLogger(RecommendationService.class.getName());

  private static final int SAMPLE_USERS = 10;

  /// Keeps an answer below the 6 MB that Lambda passes on, with room for escapes and titles.
  private static final int MAX_ATTRIBUTE_CHARACTERS = 2_000_000;

  private final ObjectStore store;
  private final ModelCache modelCache;

  /// @param store the store that holds the models
  /// @param modelCache the cached models
  public RecommendationService(ObjectStore store, ModelCache modelCache) {
    this.store = store;
    this.modelCache = modelCache;
  }

  /// Predicts ratings.
  ///
  /// @throws RequestException if a field is missing or contradicts another, there are no or too
  ///     many items, or the dataset has no model that can be served
  public PredictResult predict(PredictRequest request) {
    List<PredictRequest.Pair> pairs = request.pairs();
    if (pairs == null) {
      List<Id> itemIds = checkItemIds(Request.require("itemIds", request.itemIds()));
      RequestUser requestUser = requestUser(request.userId(), request.ratings());
      return answer(request.dataset(), model -> predict(model, requestUser, itemIds));
    }
    if (request.userId() != null || request.itemIds() != null || request.ratings() != null) {
      throw RequestException.invalid(
          "field 'pairs' takes the place of 'userId', 'itemIds' and 'ratings'; send one or the"
              + " other");
    }
    RequestLimits.list("pairs", pairs, RequestLimits.MAX_PREDICTIONS, "pairs");
    return answer(
        request.dataset(),
        model ->
            new PredictResult(
                model.card().dataset(),
                model.card().modelId(),
                null,
                null,
                predictPairs(model, pairs)));
  }

  /// The user that a request is about.
  private record RequestUser(@Nullable Id userId, @Nullable List<Rating> ratings) {
    UserProfile profile(ServedModel model) throws IOException {
      Id id = userId(model);
      return ratings == null
          ? UserProfile.of(model, Request.require("userId", id))
          : UserProfile.of(model, id, ratings);
    }

    /// Returns the user's id as the model writes it.
    @Nullable Id userId(ServedModel model) {
      return userId == null ? null : model.users().convert("userId", userId);
    }
  }

  private static RequestUser requestUser(@Nullable Id userId, @Nullable List<Rating> ratings) {
    if (ratings != null) {
      RequestLimits.ratings(ratings);
    } else if (userId == null) {
      throw RequestException.invalid("field 'userId' is missing; name a user, or send 'ratings'");
    }
    return new RequestUser(userId, ratings);
  }

  private static List<Id> checkItemIds(List<Id> itemIds) {
    RequestLimits.list("itemIds", itemIds, RequestLimits.MAX_PREDICTIONS, "items");
    return itemIds;
  }

  private static PredictResult predict(ServedModel model, RequestUser requestUser, List<Id> itemIds)
      throws IOException {
    UserProfile user = requestUser.profile(model);
    return new PredictResult(
        model.card().dataset(),
        model.card().modelId(),
        requestUser.userId(model),
        requestUser.ratings() == null ? null : user.ignoredRatings(),
        predictions(model, user, itemIds));
  }

  private static List<Prediction> predictions(ServedModel model, UserProfile user, List<Id> itemIds)
      throws IOException {
    List<Prediction> predictions = new ArrayList<>();
    for (Id itemId : itemIds) {
      predictions.add(user.predict(null, model.catalog().convert("itemIds", itemId)));
    }
    return predictions;
  }

  private static List<Prediction> predictPairs(ServedModel model, List<PredictRequest.Pair> pairs)
      throws IOException {
    Map<Id, UserProfile> profiles = new HashMap<>();
    List<Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      PredictRequest.Pair pair = pairs.get(i);
      Id userId =
          model.users().convert("pairs", Request.require("pairs[" + i + "].userId", pair.userId()));
      Id itemId =
          model
              .catalog()
              .convert("pairs", Request.require("pairs[" + i + "].itemId", pair.itemId()));
      UserProfile user = profiles.get(userId);
      if (user == null) {
        if (profiles.size() == RequestLimits.MAX_USERS) {
          throw RequestException.invalid(
              "field 'pairs' is of more than "
                  + RequestLimits.MAX_USERS
                  + " users, the most that are taken in one request");
        }
        user = UserProfile.of(model, userId);
        profiles.put(userId, user);
      }
      predictions.add(user.predict(userId, itemId));
    }
    return predictions;
  }

  /// Recommends items. An unknown user without ratings gets what was recently popular.
  ///
  /// @throws RequestException if there is neither a user nor ratings, a field is out of range or
  ///     contradicts another, or the dataset has no model that can be served
  public RecommendResult recommend(RecommendRequest request) {
    RequestUser requestUser = requestUser(request.userId(), request.ratings());
    Recommender.Options options =
        options(
            request.n(),
            request.filter(),
            request.excludeSeen(),
            request.explain(),
            request.rankBy());
    return answer(
        request.dataset(),
        model -> {
          UserProfile user = requestUser.profile(model);
          Recommender.Ranking ranking = new Recommender(model).recommend(user, options);
          return new RecommendResult(
              model.card().dataset(),
              model.card().modelId(),
              requestUser.userId(model),
              ranking.source(),
              ranking.reason(),
              ranking.rankedBy(),
              requestUser.ratings() == null ? null : user.ignoredRatings(),
              ranking.candidates(),
              ranking.list());
        });
  }

  private static Recommender.Options options(
      @Nullable Integer n,
      ItemFilter filter,
      @Nullable Boolean excludeSeen,
      @Nullable Boolean explain,
      @Nullable RankBy rankBy) {
    return new Recommender.Options(
        RequestLimits.recommendations(n),
        filter,
        !Boolean.FALSE.equals(excludeSeen),
        Boolean.TRUE.equals(explain),
        rankBy);
  }

  /// Returns the items that most users chose.
  ///
  /// @throws RequestException if a field is out of range or contradicts another, or the dataset has
  ///     no model that can be served
  public PopularResult popular(PopularRequest request) {
    int n = RequestLimits.recommendations(request.n());
    ItemFilter filter = request.filter();
    Period period = Objects.requireNonNullElse(request.period(), Period.recent);
    return answer(request.dataset(), model -> new Recommender(model).popular(n, period, filter));
  }

  /// Finds the items nearest to an item.
  ///
  /// @throws RequestException if the model does not know the item, a field is out of range or
  ///     contradicts another, or the dataset has no model that can be served
  public SimilarResult similar(SimilarRequest request) {
    Id itemId = Request.require("itemId", request.itemId());
    int n = RequestLimits.recommendations(request.n());
    ItemFilter filter = request.filter();
    return answer(request.dataset(), model -> similar(model, itemId, n, filter));
  }

  private static SimilarResult similar(ServedModel model, Id requested, int n, ItemFilter filter)
      throws IOException {
    Id itemId = model.catalog().convert("itemId", requested);
    int item = model.catalog().itemOf(itemId);
    if (item < 0) {
      throw RequestException.notFound("field 'itemId': the model does not know the item " + itemId);
    }
    Recommender.Neighbors neighbors = new Recommender(model).similar(item, n, filter);
    return new SimilarResult(
        model.card().dataset(),
        model.card().modelId(),
        itemId,
        model.catalog().title(item),
        neighbors.candidates(),
        neighbors.list());
  }

  /// Predicts and recommends for a user whom the model does not know.
  ///
  /// @throws RequestException if there are no ratings, one is off the scale, an item is rated
  ///     twice, a field is out of range or contradicts another, or the dataset has no model that
  ///     can be served
  public FoldInResult foldIn(FoldInRequest request) {
    RequestUser requestUser = requestUser(null, Request.require("ratings", request.ratings()));
    List<Id> itemIds = request.itemIds() == null ? null : checkItemIds(request.itemIds());
    Recommender.Options options =
        options(
            request.n(),
            request.filter(),
            request.excludeSeen(),
            request.explain(),
            request.rankBy());
    return answer(
        request.dataset(),
        model -> {
          UserProfile user = requestUser.profile(model);
          Recommender.Ranking ranking = new Recommender(model).recommend(user, options);
          return new FoldInResult(
              model.card().dataset(),
              model.card().modelId(),
              ranking.source(),
              ranking.reason(),
              ranking.rankedBy(),
              user.ignoredRatings(),
              itemIds == null ? null : predictions(model, user, itemIds),
              ranking.candidates(),
              ranking.list());
        });
  }

  /// Searches the items by title and id.
  ///
  /// @throws RequestException if a field is out of range or contradicts another, or the dataset has
  ///     no model that can be served
  public ItemsResult items(ItemsRequest request) {
    Set<String> words = ItemSearch.words(RequestLimits.query(request.query()));
    int n = RequestLimits.page(request.n());
    int offset = RequestLimits.offset(request.offset());
    ItemFilter filter = request.filter();
    return answer(
        request.dataset(),
        model ->
            items(model, words, filter.candidates(model.catalog(), model.attributes()), n, offset));
  }

  private static ItemsResult items(
      ServedModel model, Set<String> words, @Nullable BitSet candidates, int n, int offset)
      throws IOException {
    ItemCatalog catalog = model.catalog();
    BitSet matches = candidates == null ? ItemFilter.all(catalog) : candidates;
    if (!words.isEmpty()) {
      matches.and(catalog.search().find(words));
    }
    int total = matches.cardinality();
    List<ItemsResult.Item> page = new ArrayList<>();
    long attributeCharacters = 0;
    int skip = offset;
    for (int item : offset < total ? catalog.byRatings() : new int[0]) {
      if (!matches.get(item) || skip-- > 0) {
        continue;
      }
      Map<String, String> attributes = model.attributes().of(item);
      if (attributes != null) {
        attributeCharacters += attributes.values().stream().mapToInt(String::length).sum();
        if (attributeCharacters > MAX_ATTRIBUTE_CHARACTERS) {
          throw RequestException.invalid(
              "field 'n': the attributes of the first "
                  + (page.size() + 1)
                  + " items have more than "
                  + MAX_ATTRIBUTE_CHARACTERS
                  + " characters; ask for fewer items");
        }
      }
      page.add(
          new ItemsResult.Item(
              catalog.itemId(item),
              catalog.title(item),
              catalog.year(item),
              catalog.genres(item),
              catalog.ratings(item),
              catalog.ratings(item, Period.recent),
              attributes));
      if (page.size() == n) {
        break;
      }
    }
    return new ItemsResult(model.card().dataset(), model.card().modelId(), total, offset, page);
  }

  /// Lists what a user rated, newest first.
  ///
  /// @throws RequestException if the model does not know the user, a field is out of range, or the dataset
  ///     has no model that can be served
  public HistoryResult history(HistoryRequest request) {
    Id userId = Request.require("userId", request.userId());
    int n = RequestLimits.page(request.n());
    int offset = RequestLimits.offset(request.offset());
    return answer(request.dataset(), model -> history(model, userId, n, offset));
  }

  private static HistoryResult history(ServedModel model, Id requested, int n, int offset)
      throws IOException {
    Id userId = model.users().convert("userId", requested);
    int row = model.users().rowOf(userId);
    if (row < 0) {
      throw RequestException.notFound("field 'userId': the model does not know this user");
    }
    UserStore.TimedHistory timed = model.users().timedHistory(row);
    int[] items = timed.history().items();
    long[] times = timed.times();
    // Items are in the order of their ids, which a stable sort keeps among equal times.
    List<HistoryResult.RatedItem> page =
        IntStream.range(0, items.length)
            .boxed()
            .sorted(Comparator.comparingLong((Integer rating) -> -times[rating]))
            .skip(offset)
            .limit(n)
            .map(
                rating ->
                    ratedItem(
                        model, items[rating], timed.history().ratings()[rating], times[rating]))
            .toList();
    return new HistoryResult(
        model.card().dataset(), model.card().modelId(), userId, items.length, offset, page);
  }

  private static HistoryResult.RatedItem ratedItem(
      ServedModel model, int item, float value, long time) {
    ItemCatalog catalog = model.catalog();
    boolean isRating = model.card().hasRatings();
    return new HistoryResult.RatedItem(
        catalog.itemId(item),
        catalog.title(item),
        catalog.year(item),
        catalog.genres(item),
        isRating ? value : null,
        isRating ? null : value,
        time == 0 ? null : Instant.ofEpochSecond(time).toString());
  }

  /// Describes the model that answers.
  ///
  /// @throws RequestException if the dataset has no model that can be served
  public ModelInfoResult modelInfo(ModelInfoRequest request) {
    return answer(request.dataset(), this::modelInfo);
  }

  private ModelInfoResult modelInfo(ServedModel model) throws IOException {
    ModelCard card = model.card();
    RatingScale scale = card.scale();
    String directory = StoreLayout.modelDirectory(card.dataset(), card.modelId());
    Manifest training = manifest(directory + StoreLayout.MANIFEST);
    Manifest evaluation = manifest(directory + StoreLayout.EVALUATION);
    String trainedAt = training == null ? model.published() : training.finished();
    return new ModelInfoResult(
        card.dataset(),
        card.modelId(),
        Objects.requireNonNullElse(card.scoredModel(), card.modelId()),
        card.rows(),
        card.model(),
        card.hasRatings() ? Feedback.RATINGS : Feedback.CHOICES,
        model.published(),
        training == null ? null : training.finished(),
        Math.max(0, Duration.between(Instant.parse(trainedAt), Instant.now()).toSeconds()),
        card.factors(),
        card.users(),
        card.items(),
        card.trainRatings(),
        scale == null ? null : scale.min(),
        scale == null ? null : scale.max(),
        scale == null ? null : scale.step(),
        genres(model.catalog()),
        card.attributes(),
        sampleUsers(model.users()),
        card.ranking(),
        training == null ? null : training.parameters(),
        training == null ? null : training.figures(),
        evaluation == null ? null : evaluation.figures());
  }

  private static List<ModelInfoResult.GenreItems> genres(ItemCatalog catalog) {
    List<ModelInfoResult.GenreItems> genres = new ArrayList<>();
    catalog
        .genres()
        .forEach(
            (name, items) -> genres.add(new ModelInfoResult.GenreItems(name, items.cardinality())));
    genres.sort(Comparator.comparingInt((ModelInfoResult.GenreItems genre) -> -genre.items()));
    return genres;
  }

  /// Returns the first user, the last and as many in between as fit, in equal distances.
  private static List<Id> sampleUsers(UserStore users) {
    int count = Math.min(SAMPLE_USERS, users.size());
    List<Id> sample = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int row = count == 1 ? 0 : (int) ((long) i * (users.size() - 1) / (count - 1));
      sample.add(users.userId(row));
    }
    return sample;
  }

  private @Nullable Manifest manifest(String key) throws IOException {
    try {
      return Json.read(store.read(key).content(), Manifest.class, key);
    } catch (NoSuchObjectException e) {
      return null; // the model can answer without it
    }
  }

  /// Lists the versions of models, of one dataset or of all. Loads none.
  ///
  /// @throws RequestException if a field is out of range
  public ModelsResult models(ModelsRequest request) {
    int n = RequestLimits.versions(request.n());
    String dataset =
        request.dataset() == null ? null : ModelCache.requireDataset(request.dataset());
    try {
      return new ModelsResult(new ModelVersions(store).list(dataset, n));
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  /// Loads a dataset's model if it is not loaded yet.
  ///
  /// @param dataset null for the default one
  /// @throws RequestException if it has no model that can be served
  public void ensureLoaded(@Nullable String dataset) {
    String _ = answer(dataset, model -> model.card().modelId());
  }

  /// Returns a `serve` request of every kind, with ids that the default dataset's model knows.
  ///
  /// @throws RequestException if it has no model that can be served
  public List<String> examples() {
    return answer(
        null,
        model -> {
          if (model.catalog().size() == 0 || model.users().size() == 0) {
            return List.of();
          }
          String user = model.users().userId(0).json();
          String item = model.catalog().itemId(0).json();
          return List.of(
              "{\"predict\": {\"userId\": " + user + ", \"itemIds\": [" + item + "]}}",
              "{\"recommend\": {\"userId\": " + user + ", \"yearFrom\": 1950, \"explain\": true}}",
              "{\"similar\": {\"itemId\": " + item + "}}",
              "{\"popular\": {}}",
              "{\"items\": {\"query\": \"1\"}}",
              "{\"history\": {\"userId\": " + user + "}}",
              "{\"foldIn\": {\"ratings\": [{\"itemId\": "
                  + item
                  + (model.card().hasRatings()
                      ? ", \"rating\": " + model.card().ratingScale().max()
                      : "")
                  + "}]}}");
        });
  }

  /// A request's work on a model.
  private interface Work<R> {
    R run(ServedModel model) throws IOException;
  }

  /// Runs a request and translates failures into what a caller may see.
  private <R> R answer(@Nullable String dataset, Work<R> work) {
    ServedModel model = null;
    try {
      model = modelCache.get(dataset);
      return work.run(model);
    } catch (ServiceException e) {
      throw e;
    } catch (RequestException e) {
      if (e.kind() != RequestException.Kind.UNPROCESSABLE) {
        throw e;
      }
      // Callers cannot send anything unprocessable, so the cause is a file of the model.
      LOG.log(Level.ERROR, "a model cannot be served: {0}", e.getMessage());
      throw ModelCache.cannotBeServed(model == null ? "" : model.card().dataset(), e);
    } catch (MalformedFileException | NoSuchObjectException | EOFException e) {
      LOG.log(Level.ERROR, "a model cannot be served: {0}", e.getMessage());
      throw ModelCache.cannotBeServed(model == null ? "" : model.card().dataset(), e);
    } catch (IOException e) {
      throw unavailable(e);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a request failed", e);
      throw ServiceException.failed("the request failed; the log says why");
    }
  }

  private static ServiceException unavailable(IOException e) {
    LOG.log(Level.ERROR, "the store cannot be read", e);
    return ServiceException.unavailable("the store cannot be read at the moment; try again");
  }
}
