package com.craftyverse.recsys.openapi;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.doctree.RawTextTree;
import com.sun.source.doctree.TextTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// The doc comments of the project's sources, as plain text.
final class SourceDocs {
  private static final Path SOURCES = Path.of("src/main/java");
  private static final Doc NONE = new Doc("", Map.of());

  /// A link `[text](url)`.
  private static final Pattern LINK = Pattern.compile("\\[([^\\]\\[]+)\\]\\([^)]*\\)");

  private static final Pattern FIRST_SENTENCE =
      Pattern.compile("^(.+?)\\.(?:\\s|$)", Pattern.DOTALL);

  /// A doc comment.
  ///
  /// @param text its body
  /// @param params its `@param` tags
  record Doc(String text, Map<String, String> params) {
    /// Returns the first sentence without its full stop.
    String summary() {
      var sentence = FIRST_SENTENCE.matcher(text);
      return sentence.find() ? sentence.group(1) : text;
    }
  }

  private final Map<String, Doc> docs = new HashMap<>();

  private SourceDocs() {}

  /// Parses all main sources.
  static SourceDocs read() throws IOException {
    SourceDocs result = new SourceDocs();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (Stream<Path> walk = Files.walk(SOURCES);
        StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<Path> sources = walk.filter(file -> file.toString().endsWith(".java")).sorted().toList();
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  null,
                  List.of("-proc:none"),
                  null,
                  files.getJavaFileObjectsFromPaths(sources));
      DocTrees trees = DocTrees.instance(task);
      for (CompilationUnitTree unit : task.parse()) {
        result.new Scanner(trees, unit).scan(unit, null);
      }
    }
    return result;
  }

  /// Returns the doc of a class.
  Doc of(Class<?> type) {
    return docs.getOrDefault(type.getCanonicalName(), NONE);
  }

  /// Returns the doc of a method or an enum's constant.
  Doc of(Class<?> type, String member) {
    return docs.getOrDefault(type.getCanonicalName() + "#" + member, NONE);
  }

  private final class Scanner extends TreePathScanner<Void, Void> {
    private final DocTrees trees;
    private final Deque<String> names = new ArrayDeque<>();

    Scanner(DocTrees trees, CompilationUnitTree unit) {
      this.trees = trees;
      names.push(String.valueOf(unit.getPackageName()));
    }

    @Override
    public Void visitClass(ClassTree type, Void unused) {
      if (type.getSimpleName().isEmpty()) {
        return null;
      }
      names.push(names.element() + "." + type.getSimpleName());
      add(names.element());
      super.visitClass(type, null);
      names.pop();
      return null;
    }

    @Override
    public Void visitMethod(MethodTree method, Void unused) {
      add(names.element() + "#" + method.getName());
      return null;
    }

    @Override
    public Void visitVariable(VariableTree variable, Void unused) {
      add(names.element() + "#" + variable.getName());
      return null;
    }

    private void add(String name) {
      DocCommentTree comment = trees.getDocCommentTree(getCurrentPath());
      if (comment == null) {
        return;
      }
      Map<String, String> params = new LinkedHashMap<>();
      for (DocTree tag : comment.getBlockTags()) {
        if (tag instanceof ParamTree param) {
          params.put(param.getName().toString(), plain(param.getDescription()));
        }
      }
      docs.putIfAbsent(name, new Doc(plain(comment.getFullBody()), params));
    }
  }

  /// Returns a doc's text without links, and each paragraph on one line. Code in backticks stays.
  private static String plain(List<? extends DocTree> parts) {
    String text = parts.stream().map(SourceDocs::text).collect(Collectors.joining());
    return Stream.of(text.strip().split("\n\\s*\n"))
        .map(SourceDocs::onOneLine)
        .map(paragraph -> LINK.matcher(paragraph).replaceAll("$1"))
        .collect(Collectors.joining("\n\n"));
  }

  private static String onOneLine(String paragraph) {
    return paragraph.startsWith("```") ? paragraph : paragraph.strip().replaceAll("\\s+", " ");
  }

  private static String text(DocTree part) {
    return switch (part) {
      case RawTextTree markdown -> markdown.getContent();
      case TextTree text -> text.getBody();
      case LinkTree link when link.getLabel().isEmpty() ->
          link.getReference().getSignature().replaceFirst("^.*#", "");
      case LinkTree link ->
          link.getLabel().stream().map(SourceDocs::text).collect(Collectors.joining());
      default -> part.toString();
    };
  }
}
