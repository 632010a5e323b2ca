package com.craftyverse.recsys.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Tests the choice of kernel in JVMs with different flags.
class KernelsTest {
  private static final String MODULE = "--add-modules=jdk.incubator.vector";

  @Test
  void fastest_withModuleAndC2_isVector() throws Exception {
    List<String> lines = probe(MODULE);

    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst())
        .matches("vector kernel of (4|8) lanes \\(compiler C2, vectors of up to \\d+ bits\\)");
    assertThat(lines.getLast()).isEqualTo("vector");
  }

  @Test
  void fastest_withoutTheModule_isScalar() throws Exception {
    assertThat(probe())
        .containsExactly(
            "scalar kernel (the JVM runs without --add-modules=jdk.incubator.vector)",
            "the JVM runs without --add-modules=jdk.incubator.vector");
  }

  @Test
  void fastest_underC1Only_isScalar() throws Exception {
    assertThat(probe(MODULE, "-XX:TieredStopAtLevel=1"))
        .contains(
            "scalar kernel (the JVM's compiler is C1; vectors need C2, -XX:TieredStopAtLevel=4)")
        .last()
        .isEqualTo("vector");
  }

  @Test
  void fastest_inTheInterpreter_isScalar() throws Exception {
    assertThat(probe(MODULE, "-Xint"))
        .contains(
            "scalar kernel (the JVM's compiler is none; vectors need C2, -XX:TieredStopAtLevel=4)");
  }

  private static List<String> probe(String... flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    command.add("-cp");
    command.add(
        location(Kernels.class)
            + System.getProperty("path.separator")
            + location(KernelProbe.class));
    command.add(KernelProbe.class.getName());
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.lines().toList();
  }

  private static Path location(Class<?> type) {
    return Path.of(
        java.net.URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()));
  }
}
