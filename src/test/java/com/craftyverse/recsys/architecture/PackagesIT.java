package com.craftyverse.recsys.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/// Checks what the freshly built Lambda packages contain and what they must not contain.
class PackagesIT {
  private static final String ROOT = "com/craftyverse/recsys/";
  private static final String[] HTTP_SERVER = {
    "funqy-http", "vertx-http", "vertx-web", "smallrye-health"
  };
  private static final Pattern FILE_OF_THE_SERVER =
      Pattern.compile("META-INF/resources/.+|.+\\.(json|html|js|css|svg|woff2?)");

  @Test
  void pipelinePackage_hasEveryStepAndNoHttpServer() throws IOException {
    Path zip = Path.of("target/pipeline/function.zip");
    assertThat(libraries(zip))
        .noneMatch(name -> contains(name, HTTP_SERVER))
        .anyMatch(name -> name.contains("ejml-ddense"))
        .anyMatch(name -> name.contains("commons-compress"))
        .anyMatch(name -> name.contains("quarkus-funqy-amazon-lambda"))
        .anyMatch(name -> name.contains("arrow-format"));
    assertThat(packages(zip))
        .contains(
            "batch",
            "columnar",
            "evaluate",
            "format",
            "index",
            "ingest",
            "kernel",
            "lambda",
            "model",
            "publish",
            "report",
            "runtime",
            "serve",
            "split",
            "step",
            "storage",
            "table",
            "train")
        .doesNotContain("local", "sample");
    // Of serving, only what recommendAll shares with it.
    assertThat(classes(zip))
        .contains("serve/CatalogRanking.class")
        .noneMatch(
            name -> name.startsWith("serve/startup/") || name.endsWith("ServeFunction.class"));
    assertThat(filesOfTheServer(zip)).containsExactly(ROOT + "report/report.css");
  }

  @Test
  void servingPackage_hasServingAndNoTraining() throws IOException {
    Path zip = Path.of("target/serving/function.zip");
    assertThat(libraries(zip))
        .noneMatch(name -> contains(name, HTTP_SERVER))
        .noneMatch(
            name ->
                contains(
                    name,
                    "fastcsv",
                    "commons-compress",
                    "commons-io",
                    "ejml",
                    "hardwood",
                    "zstd-jni"))
        .anyMatch(name -> name.contains("quarkus-funqy-amazon-lambda"));
    assertThat(packages(zip))
        .containsExactlyInAnyOrder(
            "columnar", "format", "lambda", "model", "runtime", "serve", "step", "storage");
    assertThat(filesOfTheServer(zip)).isEmpty();
  }

  @Test
  void defaultBuild_hasTheFilesOfTheServer() throws IOException {
    Path jar = Path.of("target/quarkus-app/app/craftyverse-recsys.jar");
    assertThat(filesOfTheServer(jar)).contains("com/craftyverse/recsys/local/openapi.json");
  }

  private static boolean contains(String name, String... parts) {
    for (String part : parts) {
      if (name.contains(part)) {
        return true;
      }
    }
    return false;
  }

  /// Returns the names of the files in a package's `lib/`.
  private static List<String> libraries(Path zip) throws IOException {
    try (ZipFile file = new ZipFile(zip.toFile())) {
      return file.stream()
          .map(ZipEntry::getName)
          .filter(name -> name.startsWith("lib/") && name.endsWith(".jar"))
          .toList();
    }
  }

  /// Returns the project's own files of a kind that the local server sends: pages and `openapi.json`.
  private static List<String> filesOfTheServer(Path zip) throws IOException {
    try (ZipFile file = new ZipFile(zip.toFile())) {
      return file.stream()
          .map(ZipEntry::getName)
          .filter(name -> !name.startsWith("lib/"))
          .filter(FILE_OF_THE_SERVER.asMatchPredicate())
          .toList();
    }
  }

  /// Returns the project's own Java packages in a package.
  private static Set<String> packages(Path zip) throws IOException {
    return classes(zip).stream()
        .filter(name -> name.contains("/"))
        .map(name -> name.substring(0, name.indexOf('/')))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /// Returns the project's own classes in a package, where they lie at the root.
  private static Set<String> classes(Path zip) throws IOException {
    try (ZipFile file = new ZipFile(zip.toFile())) {
      return file.stream()
          .map(ZipEntry::getName)
          .filter(name -> name.startsWith(ROOT) && name.endsWith(".class"))
          .map(name -> name.substring(ROOT.length()))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
