package com.craftyverse.recsys.report;

import static com.craftyverse.recsys.report.Html.el;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HtmlTest {
  @Test
  void textsAndAttributes_areEscaped() {
    assertThat(write(el("p", "<b>&\"'</b>").attr("title", "\"><i a='")))
        .isEqualTo("<p title=\"&quot;&gt;&lt;i a=&#39;\">&lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;</p>");
  }

  @Test
  void controlCharacters_becomeReplacementCharacters() {
    assertThat(write(el("p", "a\u0000b\u001bc\u0085d\te\nf")))
        .isEqualTo("<p>a\uFFFDb\uFFFDc\uFFFDd\te\nf</p>");
  }

  @Test
  void foreignText_isIsolatedAndShortened() {
    assertThat(write(Html.foreign("\u202Etitle"))).isEqualTo("<bdi>\u202Etitle</bdi>");
    assertThat(write(Html.foreign("x".repeat(299) + "\uD83C\uDFAC.")))
        .isEqualTo("<bdi>" + "x".repeat(299) + "…</bdi>");
    assertThat(write(Html.foreign("x".repeat(300))))
        .isEqualTo("<bdi>" + "x".repeat(300) + "</bdi>");
  }

  @Test
  void namesAreNoPlaceForTexts() {
    assertThatThrownBy(() -> el("p onclick=x")).hasMessageContaining("'p onclick=x'");
    assertThatThrownBy(() -> el("p").attr("a=b ", "")).hasMessageContaining("'a=b '");
  }

  @Test
  void styleSheet_cannotEndItsElement() {
    assertThatThrownBy(() -> new Html.Style("a{}</STYLE><script>"))
        .hasMessage("the style sheet contains </");
  }

  private static String write(Html html) {
    StringBuilder out = new StringBuilder();
    html.writeTo(out);
    return out.toString();
  }
}
