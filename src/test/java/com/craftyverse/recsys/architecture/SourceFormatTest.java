package com.craftyverse.recsys.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SourceFormatTest {
  @Test
  void sources_areFormatted() throws Exception {
    assertThat(SourceFormat.unformatted())
        .as("format them with ./mvnw -q test-compile exec:exec@format")
        .isEmpty();
  }
}
