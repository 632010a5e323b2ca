package com.craftyverse.recsys.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;

class SplitTest {
  private static Settings settings(String json) throws Exception {
    return new Settings(new ObjectMapper().readTree(json));
  }

  /// Returns 12 ratings of user 7, in the order of their positions, and one of user 8.
  private static Dataset<Row> ratings() {
    return LocalSpark.SESSION
        .range(13)
        .select(
            functions.expr("cast(if(id = 12, 8, 7) as int)").as("user"),
            functions.expr("cast(id as int)").as("item"),
            functions.lit(4f).as("rating"),
            functions.expr("100 + id").as("time"),
            functions.expr("id").as("position"));
  }

  @Test
  void permutation_isThatOfThePipeline() {
    Permutation order = new Permutation(10, 42);

    assertThat(IntStream.range(0, 10).mapToLong(order::apply).toArray())
        .containsExactly(1, 5, 2, 9, 8, 0, 7, 6, 3, 4);
  }

  @Test
  void of_withinUsers_drawsAsThePipeline() throws Exception {
    Split split =
        Split.of(
            ratings(), true, settings("{\"split\": {\"kind\": \"random\", \"by\": \"user\"}}"));

    assertThat(
            split.rows().orderBy("position").select("set").collectAsList().stream()
                .map(row -> row.getInt(0)))
        .containsExactly(0, 0, 1, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0);
  }

  @Test
  void of_randomByRow_isRefusedAlsoAsTheDefaultOfAnExplicitKind() {
    assertThatThrownBy(
            () -> Split.of(ratings(), true, settings("{\"split\": {\"kind\": \"random\"}}")))
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "settings.json: field 'split.by' is missing, so a random split is by row; the Spark job"
                + " splits at random within users: \"split\": {\"kind\": \"random\", \"by\": \"user\"}");
    assertThatThrownBy(
            () ->
                Split.of(
                    ratings(),
                    true,
                    settings("{\"split\": {\"kind\": \"random\", \"by\": \"row\"}}")))
        .isInstanceOf(RefusedException.class)
        .hasMessageEndingWith("within users (user), found 'row'");
  }

  @Test
  void of_noTimes_splitsWithinUsers() throws Exception {
    assertThat(Split.of(ratings(), false, settings("{}")).parameters()).containsEntry("by", "user");
  }

  @Test
  void of_byTime_hasTheQuantilesAsThresholds() throws Exception {
    Split split = Split.of(ratings(), true, settings("{}"));

    assertThat(split.thresholds()).containsExactly(109, 110.8);
    assertThat(split.sizes()).containsExactly(10, 1, 2);
  }

  @Test
  void of_otherKind_isRefused() {
    assertThatThrownBy(
            () -> Split.of(ratings(), true, settings("{\"split\": {\"kind\": \"kfold\"}}")))
        .isInstanceOf(RefusedException.class)
        .hasMessageEndingWith("within users (random, by user), found 'kfold'");
  }

  @Test
  void of_equalTimes_isRefused() throws Exception {
    Dataset<Row> equal = ratings().withColumn("time", functions.lit(5L));

    assertThatThrownBy(() -> Split.of(equal, true, settings("{}")))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("the test set would be empty");
  }
}
