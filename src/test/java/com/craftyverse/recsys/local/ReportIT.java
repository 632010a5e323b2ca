package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.craftyverse.recsys.evaluate.EvaluateResult;
import com.craftyverse.recsys.report.Pipeline;
import com.craftyverse.recsys.storage.LocalObjectStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Opens reports in a real browser, as files. `target/screenshots` has them in both widths and themes, and as a print.
class ReportIT {
  @TempDir static Path profile;
  @TempDir Path directory;

  @Test
  void reportOfAHostileUpload_isReadable_withoutBarriers_andRunsNothing() throws Exception {
    Optional<Browser> started = Browser.start(profile);
    assumeTrue(started.isPresent(), "the report is not opened: no chromium and chromedriver");
    Pipeline pipeline = new Pipeline(new LocalObjectStore(directory));
    EvaluateResult result = pipeline.hostile("hostile", 4_000);
    try (Browser browser = started.get()) {
      browser.open(directory.resolve(result.report()).toUri().toString());

      assertThat(browser.texts("h1")).containsExactly("Too few ratings to judge it by");
      assertThat((String) browser.run("return document.title"))
          .isEqualTo("Model " + result.figures().modelId() + " of hostile");
      assertThat(browser.texts("tbody bdi"))
          .hasSize(10)
          .allMatch(t -> t.contains(Pipeline.HOSTILE));
      assertThat(browser.texts(".lines bdi"))
          .anyMatch(text -> text.contains("<script>document.title='taken'</script>"));
      assertThat((Long) browser.run("return document.querySelectorAll('img, script').length"))
          .isZero();
      assertThat(browser.requests()).isEmpty();
      assertThat(
              (Boolean)
                  browser.run(
                      """
                      const script = document.createElement('script');
                      script.textContent = 'window.inlineRan = true';
                      document.body.append(script);
                      const style = document.createElement('style');
                      style.textContent = 'main { display: none }';
                      document.body.append(style);
                      const shown = document.querySelector('main').offsetHeight > 0;
                      script.remove();
                      style.remove();
                      return window.inlineRan === undefined && shown;
                      """))
          .as("the report's policy stops scripts and other style sheets")
          .isTrue();
      assertThat(browser.console())
          .allMatch(message -> message.contains("Content Security Policy directive"))
          .hasSize(2);

      browser.shoot("report");
      assertThat(browser.print("report")).isGreaterThan(10_000);
      assertThat(browser.texts(".defs")).hasSize(5);
      assertThat(browser.console()).isEqualTo(List.of());
    }
  }
}
