package com.craftyverse.recsys.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutTest {
  private static final Settings NONE = new Settings(JsonNodeFactory.instance.objectNode());

  @Test
  void parse_idOfAWiderTypeThanThoseOfTheFirstLines_namesTheSetting() {
    Layout layout = Layout.of("a.csv", List.of("user,item,rating", "1,2,3"), NONE);

    assertThat(layout.parse("1,B00X,3").problem())
        .isEqualTo("item is not int32: 'B00X'; settings.json: \"ids\": {\"item\": \"utf8\"}");
    assertThat(layout.parse("3000000000,2,3").problem())
        .isEqualTo("user is not int32; settings.json: \"ids\": {\"user\": \"int64\"}");
    assertThat(layout.parse(",2,3").problem()).isEqualTo("user is not int32");
  }

  @Test
  void parse_wholeNumbersWithDecimals_areIds() {
    Layout layout = Layout.of("a.csv", List.of("user,item,rating", "21.0,0.0,3", "5.,100,3"), NONE);

    assertThat(layout.users()).isEqualTo(IdKind.INT32);
    assertThat(layout.items()).isEqualTo(IdKind.INT32);
    assertThat(layout.parse("21.00,0.0,3").user()).isEqualTo(21L);
    assertThat(layout.parse("5.,100,3").item()).isEqualTo(100L);
    assertThat(layout.parse("21.5,1,3").problem()).startsWith("user is not int32");
    assertThat(layout.parse(".0,1,3").problem()).startsWith("user is not int32");
  }

  @Test
  void of_unclosedQuoteInTheFirstLine_isRefused() {
    assertThatThrownBy(() -> Layout.of("a.csv", List.of("\"user,item,rating", "1,2,3"), NONE))
        .isInstanceOf(RefusedException.class)
        .hasMessage("a.csv, line 1: a quoted value does not end in its line");
  }
}
