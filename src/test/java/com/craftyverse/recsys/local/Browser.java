package com.craftyverse.recsys.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.craftyverse.recsys.step.Await;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.Select;

/// The machine's own Chromium, without a window. It waits for what it looks for, within a limit.
final class Browser implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Path SCREENSHOTS = Path.of("target/screenshots");
  private static final List<Integer> WIDTHS = List.of(1440, 390);
  private static final List<String> THEMES = List.of("light", "dark");

  private final ChromeDriver driver;
  private final String axe;

  private Browser(ChromeDriver driver, String axe) {
    this.driver = driver;
    driver.manage().timeouts().scriptTimeout(LIMIT);
    this.axe = axe;
  }

  /// Starts the browser; empty if the machine has none, or no driver for it.
  ///
  /// @param profile an empty directory
  static Optional<Browser> start(Path profile) throws IOException {
    Optional<File> chromium = executable("chromium", "chromium-browser", "google-chrome");
    Optional<File> chromedriver = executable("chromedriver");
    if (chromium.isEmpty() || chromedriver.isEmpty()) {
      return Optional.empty();
    }
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.get());
    options.setCapability("goog:loggingPrefs", logs);
    options.addArguments(
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--force-prefers-reduced-motion",
        "--hide-scrollbars",
        "--user-data-dir=" + profile);
    try (InputStream script =
        Objects.requireNonNull(Browser.class.getResourceAsStream("/axe.min.js"))) {
      return Optional.of(
          new Browser(
              new ChromeDriver(
                  new ChromeDriverService.Builder()
                      .usingDriverExecutable(chromedriver.get())
                      .build(),
                  options),
              new String(script.readAllBytes(), StandardCharsets.UTF_8)));
    }
  }

  private static Optional<File> executable(String... names) {
    List<String> directories =
        List.of(
            Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator, -1));
    return Stream.of(names)
        .flatMap(name -> directories.stream().map(directory -> new File(directory, name)))
        .filter(File::canExecute)
        .findFirst();
  }

  void open(String address) {
    size(WIDTHS.getFirst());
    driver.get(address);
  }

  void reload() {
    driver.navigate().refresh();
  }

  /// Waits for a visible element.
  WebElement find(String selector) throws Exception {
    return first(selector, By.cssSelector(selector), WebElement::isDisplayed);
  }

  private WebElement first(String what, By locator, Predicate<WebElement> condition)
      throws Exception {
    return Await.value(
        LIMIT,
        what,
        () -> {
          try {
            return driver.findElements(locator).stream().filter(condition).findFirst();
          } catch (StaleElementReferenceException e) {
            return Optional.empty(); // replaced meanwhile
          }
        });
  }

  /// Returns the texts of all elements that match, as they are at one moment.
  List<String> texts(String selector) {
    Object texts =
        run(
            "return [...document.querySelectorAll(arguments[0])].map(element => element.innerText)",
            selector);
    return ((List<?>) texts).stream().map(String::valueOf).toList();
  }

  /// Waits until an element's text contains another.
  void awaitText(String selector, String text) throws Exception {
    awaitText(LIMIT, selector, text);
  }

  void awaitText(Duration limit, String selector, String text) throws Exception {
    StringBuilder last = new StringBuilder();
    try {
      Await.value(
          limit,
          selector,
          () -> {
            last.setLength(0);
            last.append(String.join("\n", texts(selector)));
            return last.indexOf(text) >= 0 ? Optional.of(true) : Optional.empty();
          });
    } catch (AssertionError e) {
      throw new AssertionError(
          selector + " has no '" + text + "' within " + limit + " but: " + last, e);
    }
  }

  void click(String selector) throws Exception {
    click(find(selector));
  }

  /// Clicks in the middle of the window, where the page's header covers nothing.
  private void click(WebElement element) {
    run("arguments[0].scrollIntoView({block: 'center'})", element);
    element.click();
  }

  /// Clicks the button with a text.
  void press(String text) throws Exception {
    click(
        first(
            text,
            By.tagName("button"),
            button ->
                button.isDisplayed()
                    && button.isEnabled()
                    && String.valueOf(button.getText()).startsWith(text)));
  }

  void type(String selector, CharSequence... keys) throws Exception {
    find(selector).sendKeys(keys);
  }

  /// Types to whatever has the focus.
  void keys(CharSequence... keys) {
    driver.switchTo().activeElement().sendKeys(keys);
  }

  void replace(String selector, String text) throws Exception {
    type(selector, Keys.chord(Keys.CONTROL, "a"), text);
  }

  void choose(String selector, String option) throws Exception {
    new Select(find(selector)).selectByVisibleText(option);
  }

  void chooseFile(Path file) {
    driver.findElement(By.id("file")).sendKeys(file.toAbsolutePath().toString());
  }

  /// Drops a file with a text onto the page.
  void drop(String name, byte[] content) {
    run(
        """
        const bytes = Uint8Array.from(atob(arguments[1]), character => character.charCodeAt(0));
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([bytes], arguments[0]));
        for (const type of ['dragenter', 'dragover', 'drop']) {
          document.body.dispatchEvent(new DragEvent(type, {dataTransfer, bubbles: true, cancelable: true}));
        }
        """,
        name,
        Base64.getEncoder().encodeToString(content));
  }

  /// Runs a script, and returns its result; an empty text if it has none.
  Object run(String script, Object... arguments) {
    return Objects.requireNonNullElse(driver.executeScript(script, arguments), "");
  }

  /// Takes the page in both widths and themes, and lets axe-core look for barriers in each theme.
  void shoot(String state) throws IOException {
    Files.createDirectories(SCREENSHOTS);
    for (int width : WIDTHS) {
      size(width);
      for (String theme : THEMES) {
        driver.executeCdpCommand(
            "Emulation.setEmulatedMedia",
            Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", theme))));
        run("scrollTo(0, 0)");
        Map<String, Object> shot =
            driver.executeCdpCommand(
                "Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
        Files.write(
            SCREENSHOTS.resolve(state + "-" + width + "-" + theme + ".png"),
            Base64.getDecoder().decode(String.valueOf(shot.get("data"))));
        assertThat(run("return document.documentElement.scrollWidth - innerWidth"))
            .as("overflow of %s at %s px", state, width)
            .isEqualTo(0L);
        if (theme.equals("light") == (width == WIDTHS.getFirst())) {
          assertThat(violations()).as("axe-core on %s, %s px, %s", state, width, theme).isEmpty();
        }
      }
    }
    size(WIDTHS.getFirst());
  }

  /// Returns the addresses of what the document has loaded.
  List<String> requests() {
    Object names = run("return performance.getEntriesByType('resource').map(entry => entry.name)");
    return ((List<?>) names).stream().map(String::valueOf).toList();
  }

  /// Prints the document, and writes it to a PDF file.
  ///
  /// @return the size of the file in bytes
  long print(String name) throws IOException {
    Map<String, Object> pdf =
        driver.executeCdpCommand(
            "Page.printToPDF", Map.of("printBackground", true, "preferCSSPageSize", true));
    byte[] bytes = Base64.getDecoder().decode(String.valueOf(pdf.get("data")));
    Files.createDirectories(SCREENSHOTS);
    Files.write(SCREENSHOTS.resolve(name + ".pdf"), bytes);
    return bytes.length;
  }

  /// Makes the viewport as tall as the page, so that a screenshot has all of it once.
  void size(int width) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", false));
    Object height = run("return document.documentElement.scrollHeight");
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  private List<?> violations() {
    if (Boolean.TRUE.equals(run("return typeof axe === 'undefined'"))) {
      run(axe);
    }
    return (List<?>)
        Objects.requireNonNull(
            driver.executeAsyncScript(
                """
                const done = arguments[0];
                axe.run().then(
                  result => done(result.violations.map(violation => violation.id + ': '
                    + violation.nodes.map(node => node.html + ' ' + node.failureSummary).join('; '))),
                  error => done([String(error)]));
                """));
  }

  /// Returns the console's messages since the last call, except those that a function refused a request.
  List<String> console() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::getMessage)
        .filter(message -> !message.contains("Failed to load resource"))
        .toList();
  }

  @Override
  public void close() {
    driver.quit();
  }
}
