package com.craftyverse.recsys.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/// A directory that a step writes, and the sizes of what is in it.
final class Output {
  /// Blocks of a held-out set, by a hash of the user.
  private static final int SET_BLOCKS = 4096;

  private static final double RATING_BYTES = 20;

  private static final StructType BIASES =
      new StructType()
          .add("user", DataTypes.IntegerType, false)
          .add("bias", DataTypes.FloatType, false)
          .add("weights", DataTypes.createArrayType(DataTypes.FloatType, false), false);

  private final Store store;
  private final String directory;
  private final Map<String, Long> sizes = new TreeMap<>();

  /// @param directory with a trailing slash
  Output(Store store, String directory) {
    this.store = store;
    this.directory = directory;
  }

  /// Returns the size in bytes of each object written.
  Map<String, Long> sizes() {
    return sizes;
  }

  /// Writes a document.
  void json(String name, Object document) throws IOException {
    store.writeJson(directory + name, document);
    sizes.put(name, store.size(directory + name));
  }

  /// Writes the manifest, which makes the directory complete.
  void manifest(Formats.Manifest manifest) throws IOException {
    store.writeJson(directory + Formats.MANIFEST, manifest.json());
  }

  private <T> void write(
      String name, List<Column> columns, JavaRDD<T> rows, int parts, ArrowParts.Packer<T> packer)
      throws IOException {
    long size =
        new ArrowParts(columns, Map.of()).write(store, directory + name, rows, parts, packer);
    if (size != store.size(directory + name)) {
      throw new IOException(
          directory
              + name
              + " has "
              + store.size(directory + name)
              + " bytes, but "
              + size
              + " were written");
    }
    sizes.put(name, size);
  }

  /// Writes the ids of the codes, if ids have codes.
  void dictionary(String name, String column, Ids ids) throws IOException {
    if (ids.dictionary() == null) {
      return;
    }
    int count = (int) ids.dictionary().count();
    Parts parts = rowParts(count, 16);
    Dataset<Row> rows =
        parts
            .arrange(
                ids.dictionary(), Index.block(functions.col("code"), Schemas.BATCH_ROWS), "code")
            .select("part", "id");
    write(
        name,
        Schemas.dictionary(column, ids.kind()),
        rows.javaRDD(),
        parts.count(),
        Schemas.dictionaryPacker(ids.kind()));
  }

  private static Parts rowParts(int rows, double rowBytes) {
    long[] blocks = new long[rows / Schemas.BATCH_ROWS + 1];
    Arrays.fill(blocks, Schemas.BATCH_ROWS);
    blocks[blocks.length - 1] = rows % Schemas.BATCH_ROWS;
    return Parts.of(blocks, rowBytes);
  }

  /// Writes a held-out set as split: `user, item, rating, time, position` with codes. Rows of a user are
  /// together, in the order of the upload.
  void set(String name, Dataset<Row> rows) throws IOException {
    set(name, rows, "user", "item", Schemas.RATINGS, true);
  }

  /// Writes a held-out set by index, without the rows whose user or item has none, in the same order.
  void indexedSet(String name, Dataset<Row> rows) throws IOException {
    Dataset<Row> warm = rows.filter("userIndex is not null and itemIndex is not null");
    set(name, warm, "userIndex", "itemIndex", Schemas.INDEXED_RATINGS, false);
  }

  private void set(
      String name,
      Dataset<Row> rows,
      String user,
      String item,
      List<Column> columns,
      boolean withTimes)
      throws IOException {
    Dataset<Row> blocked =
        rows.withColumn(
            "block", functions.expr("cast(pmod(hash(user), " + SET_BLOCKS + ") as int)"));
    Parts parts = Parts.of(blocked, functions.col("block"), SET_BLOCKS, RATING_BYTES);
    Dataset<Row> arranged =
        parts
            .arrange(blocked, functions.col("block"), "block", "user", "position")
            .select("part", user, item, "rating", "time");
    write(name, columns, arranged.javaRDD(), parts.count(), Schemas.ratings(withTimes));
  }

  /// Writes the training set of an index.
  void training(String name, Index index) throws IOException {
    write(
        name,
        Schemas.INDEXED_RATINGS,
        index.ratings(),
        index.parts().count(),
        new Schemas.TrainPacker());
  }

  /// Writes the histories of the users.
  void seen(String name, Index index) throws IOException {
    write(name, Schemas.SEEN, index.ratings(), index.parts().count(), new Schemas.SeenPacker());
  }

  /// Writes the users of a model with their vectors.
  ///
  /// @param index the index that the model was trained on
  /// @param written the users to write: all, or some of them
  void users(String name, Model model, Index index, Index written, Ids ids) throws IOException {
    SparkSession spark = index.users().sparkSession();
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<Biases> biases = context.broadcast(model.biases());
    Broadcast<ChoiceFactors> choices = context.broadcast(model.choices());
    Dataset<Row> userBiases =
        spark.createDataFrame(
            index
                .ratings()
                .map(
                    user ->
                        RowFactory.create(
                            user.user(),
                            biases.value().user(user),
                            boxed(choices.value().user(user, biases.value().residuals(user))))),
            BIASES);
    boolean some = Arrays.asList(written.users().columns()).contains("of");
    Dataset<Row> users =
        written
            .users()
            .select(
                functions.col("user"),
                functions.col("index"),
                functions.col(some ? "of" : "index").as("trained"));
    Dataset<Row> table =
        vectors(ids.decode(users, "user").drop("user"), model)
            .join(
                userBiases.withColumnRenamed("user", "biased"),
                functions.col("trained").equalTo(functions.col("biased")))
            .withColumn(
                "vector", functions.concat(functions.col("vector"), functions.col("weights")))
            .select("index", "id", "vector", "bias", "rankingVector");
    Hyperparameters parameters = model.parameters();
    write(
        name,
        Schemas.users(ids.kind(), model.ratingFactors(), parameters.rankingFactors()),
        table,
        written.userCount(),
        model,
        Schemas.vectors(ids.kind(), false));
  }

  /// Writes the items of a model with their vectors and descriptions.
  void items(String name, Model model, Index index, Ratings ratings) throws IOException {
    SparkSession spark = index.items().sparkSession();
    Ids ids = ratings.items();
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<Biases> biases = context.broadcast(model.biases());
    Broadcast<ChoiceFactors> choices = context.broadcast(model.choices());
    Dataset<Row> items =
        ids.decode(index.items().withColumn("trained", functions.col("index")), "item")
            .drop("item");
    List<Row> descriptions = new ArrayList<>();
    for (Items.Item item : ratings.upload().items()) {
      descriptions.add(
          RowFactory.create(item.id(), item.title(), item.genres().toArray(), item.year()));
    }
    StructType described =
        new StructType()
            .add(
                "described",
                ids.kind() == IdKind.UTF8 ? DataTypes.StringType : DataTypes.LongType,
                false)
            .add("title", DataTypes.StringType, false)
            .add("genres", DataTypes.createArrayType(DataTypes.StringType), false)
            .add("year", DataTypes.IntegerType, false);
    Dataset<Row> metadata = spark.createDataFrame(descriptions, described);
    Dataset<Row> table =
        vectors(items, model)
            .join(metadata, functions.col("id").equalTo(functions.col("described")), "left")
            .withColumn(
                "bias",
                functions
                    .udf(
                        (UDF1<Integer, Float>) item -> biases.value().items()[item],
                        DataTypes.FloatType)
                    .apply(functions.col("index")))
            .withColumn(
                "vector",
                functions.concat(
                    functions.col("vector"),
                    functions
                        .udf(
                            (UDF1<Integer, Float[]>) item -> boxed(choices.value().item(item)),
                            DataTypes.createArrayType(DataTypes.FloatType, false))
                        .apply(functions.col("index"))))
            .select(
                "index",
                "id",
                "vector",
                "bias",
                "rankingVector",
                "title",
                "genres",
                "year",
                "ratings",
                "recentRatings");
    Hyperparameters parameters = model.parameters();
    write(
        name,
        Schemas.items(ids.kind(), model.ratingFactors(), parameters.rankingFactors()),
        table,
        index.itemCount(),
        model,
        Schemas.vectors(ids.kind(), true));
  }

  private static Float[] boxed(float[] values) {
    Float[] boxed = new Float[values.length];
    Arrays.setAll(boxed, i -> values[i]);
    return boxed;
  }

  /// Adds the vectors of both models to a table with the column `trained`, the index in training.
  private static Dataset<Row> vectors(Dataset<Row> table, Model model) {
    boolean items = Arrays.asList(table.columns()).contains("ratings");
    Dataset<Row> rating = items ? model.rating().items() : model.rating().users();
    Dataset<Row> ranking = items ? model.ranking().items() : model.ranking().users();
    return table
        .join(
            rating.toDF("rated", "vector"),
            functions.col("trained").equalTo(functions.col("rated")))
        .join(
            ranking.toDF("ranked", "rankingVector"),
            functions.col("trained").equalTo(functions.col("ranked")));
  }

  private void write(
      String name,
      List<Column> columns,
      Dataset<Row> table,
      int rows,
      Model model,
      ArrowParts.Packer<Row> packer)
      throws IOException {
    double rowBytes =
        Float.BYTES * (model.ratingFactors() + model.parameters().rankingFactors() + 3.0);
    Parts parts = rowParts(rows, rowBytes);
    Dataset<Row> arranged =
        parts.arrange(table, Index.block(functions.col("index"), Schemas.BATCH_ROWS), "index");
    write(name, columns, arranged.javaRDD(), parts.count(), packer);
  }

  /// Writes the Gram matrix of the items' ranking vectors.
  void gram(String name, Model model) throws IOException {
    int factors = model.parameters().rankingFactors();
    double[] gram = model.gram();
    List<Integer> one = List.of(0);
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(model.ranking().items().sparkSession().sparkContext());
    write(
        name,
        List.of(Column.vector("gram", factors)),
        context.parallelize(one, 1),
        1,
        new GramPacker(gram, factors));
  }

  /// Packs the rows of a matrix.
  private record GramPacker(double[] gram, int factors) implements ArrowParts.Packer<Integer> {
    @Override
    public int part(Integer row) {
      return row;
    }

    @Override
    public void pack(java.util.Iterator<Integer> rows, Batch batch, ArrowParts.Flush flush)
        throws IOException {
      rows.next();
      for (int row = 0; row < factors; row++) {
        for (int i = 0; i < factors; i++) {
          batch.column(0).child(0).add((float) gram[row * factors + i]);
        }
        batch.column(0).end();
        batch.endRow();
      }
      flush.flush();
    }
  }
}
