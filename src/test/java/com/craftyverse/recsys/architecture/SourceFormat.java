package com.craftyverse.recsys.architecture;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Checks the layout of the sources: google-java-format's, with its own order of imports.
///
/// This is a test class and not a Maven plugin, because the formatter must run on the JDK of the sources,
/// which may differ from the one that runs Maven.
public final class SourceFormat {
  private static final Path SOURCES = Path.of("src");
  private static final Formatter FORMATTER =
      new Formatter(JavaFormatterOptions.builder().formatJavadoc(false).build());

  private SourceFormat() {}

  /// Formats every source file.
  public static void main(String[] args) throws Exception {
    for (Path file : sources()) {
      String text = Files.readString(file);
      String formatted = format(text);
      if (!formatted.equals(text)) {
        Files.writeString(file, formatted);
        System.out.println("formatted " + file);
      }
    }
  }

  /// Returns the source files that the formatter would change.
  static List<Path> unformatted() throws IOException, FormatterException {
    List<Path> files = new ArrayList<>();
    for (Path file : sources()) {
      String text = Files.readString(file);
      if (!format(text).equals(text)) {
        files.add(file);
      }
    }
    return files;
  }

  private static String format(String source) throws FormatterException {
    String imports =
        RemoveUnusedImports.removeUnusedImports(
            ImportOrderer.reorderImports(source, JavaFormatterOptions.Style.GOOGLE));
    return FORMATTER.formatSource(imports);
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }
}
