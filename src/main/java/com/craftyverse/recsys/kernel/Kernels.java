package com.craftyverse.recsys.kernel;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/// The kernels of this JVM, and the choice of the fastest.
///
/// The vector kernel needs the module `jdk.incubator.vector`, vectors of at least 128 bits, and the
/// C2 compiler. Under C1 or in the interpreter every vector is an object, and plain loops are
/// faster.
public final class Kernels {
  private static final String MODULE = "jdk.incubator.vector";

  /// A kernel and the reason for choosing it.
  ///
  /// @param kernel the kernel
  /// @param reason the reason, for the log
  public record Choice(Kernel kernel, String reason) {
    @Override
    public String toString() {
      return kernel.lanes() == 1
          ? kernel.name() + " kernel (" + reason + ")"
          : String.format(
              Locale.ROOT, "%s kernel of %d lanes (%s)", kernel.name(), kernel.lanes(), reason);
    }
  }

  private static final Kernel SCALAR = new ScalarKernel();

  /// Links to the module, so it must only be loaded if the module is present.
  private static final class Vectors {
    static final Kernel KERNEL = new VectorKernel();

    static int preferredBits() {
      return VectorKernel.preferredBits();
    }
  }

  private static final class Fastest {
    static final Choice CHOICE = choose();
  }

  private Kernels() {}

  /// Returns the fastest kernel of this JVM; chosen once.
  public static Choice fastest() {
    return Fastest.CHOICE;
  }

  /// Returns the scalar kernel.
  public static Kernel scalar() {
    return SCALAR;
  }

  /// Returns whether the JVM has the module for the vector kernel.
  public static boolean hasVectors() {
    return ModuleLayer.boot().findModule(MODULE).isPresent();
  }

  /// Returns the vector kernel.
  ///
  /// @throws UnsupportedOperationException if the JVM lacks the module
  public static Kernel vector() {
    if (!hasVectors()) {
      throw new UnsupportedOperationException("the JVM runs without --add-modules=" + MODULE);
    }
    return Vectors.KERNEL;
  }

  private static Choice choose() {
    if (!hasVectors()) {
      return new Choice(SCALAR, "the JVM runs without --add-modules=" + MODULE);
    }
    String compiler = compiler();
    if (!compiler.equals("C2")) {
      return new Choice(
          SCALAR,
          "the JVM's compiler is " + compiler + "; vectors need C2, -XX:TieredStopAtLevel=4");
    }
    int bits = Vectors.preferredBits();
    if (bits < 128) {
      return new Choice(SCALAR, "the processor's vectors have only " + bits + " bits");
    }
    return new Choice(Vectors.KERNEL, "compiler C2, vectors of up to " + bits + " bits");
  }

  /// Returns the best compiler that this JVM will use: `C2`, `C1`, `none` or `unknown`.
  private static String compiler() {
    String mode = System.getProperty("java.vm.info", "");
    if (mode.contains("interpreted")) {
      return "none";
    }
    HotSpotDiagnosticMXBean hotspot =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    if (hotspot == null) {
      return "unknown";
    }
    try {
      String level = hotspot.getVMOption("TieredStopAtLevel").getValue();
      return level.equals("4") && !mode.contains("emulated-client") ? "C2" : "C1";
    } catch (IllegalArgumentException e) {
      return "unknown"; // not HotSpot
    }
  }
}
