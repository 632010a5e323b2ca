package com.craftyverse.recsys.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/// Checks which packages each package may use. Dependencies form no cycles.
class ArchitectureTest {
  private static final String ROOT = "com.craftyverse.recsys.";
  private static final String[] STEPS = {
    ROOT + "ingest..",
    ROOT + "split..",
    ROOT + "index..",
    ROOT + "train..",
    ROOT + "evaluate..",
    ROOT + "publish..",
    ROOT + "serve.."
  };

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("com.craftyverse.recsys");

  @Test
  void layers_useWhatIsBelowThem() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("kernel")
        .definedBy(ROOT + "kernel..")
        .layer("columnar")
        .definedBy(ROOT + "columnar..")
        .layer("storage")
        .definedBy(ROOT + "storage..")
        .layer("format")
        .definedBy(ROOT + "format..")
        .layer("step")
        .definedBy(ROOT + "step..")
        .layer("model")
        .definedBy(ROOT + "model..")
        .layer("report")
        .definedBy(ROOT + "report..")
        .layer("table")
        .definedBy(ROOT + "table..")
        .layer("steps")
        .definedBy(STEPS)
        .layer("batch")
        .definedBy(ROOT + "batch..")
        .layer("sample")
        .definedBy(ROOT + "sample..")
        .layer("runtime")
        .definedBy(ROOT + "runtime..")
        .layer("local")
        .definedBy(ROOT + "local..")
        .whereLayer("kernel")
        .mayNotAccessAnyLayer()
        .whereLayer("columnar")
        .mayNotAccessAnyLayer()
        .whereLayer("storage")
        .mayNotAccessAnyLayer()
        .whereLayer("format")
        .mayOnlyAccessLayers("columnar", "storage")
        .whereLayer("step")
        .mayOnlyAccessLayers("columnar", "storage", "format")
        .whereLayer("model")
        .mayOnlyAccessLayers("columnar", "storage", "format")
        .whereLayer("report")
        .mayOnlyAccessLayers("columnar", "storage", "format", "step")
        .whereLayer("table")
        .mayOnlyAccessLayers("storage", "step")
        .whereLayer("steps")
        .mayOnlyAccessLayers(
            "kernel", "columnar", "storage", "format", "step", "model", "report", "table")
        .whereLayer("batch")
        .mayOnlyAccessLayers("kernel", "columnar", "storage", "format", "step", "model", "steps")
        .whereLayer("sample")
        .mayNotAccessAnyLayer()
        .whereLayer("runtime")
        .mayOnlyAccessLayers("storage", "format", "step")
        .whereLayer("local")
        .mayOnlyBeAccessedByLayers("local")
        .check(CLASSES);
  }

  @Test
  void s3_isKnownToTheRuntimeOnly() {
    noClasses()
        .that(resideInAPackage("com.craftyverse.recsys.."))
        .and()
        .resideOutsideOfPackages(ROOT + "storage.s3..", ROOT + "runtime..")
        .should()
        .dependOnClassesThat(resideInAPackage(ROOT + "storage.s3.."))
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "storage.s3..", "software.amazon..")
        .should()
        .dependOnClassesThat(resideInAPackage("software.amazon.."))
        .check(CLASSES);
  }

  @Test
  void steps_doNotKnowEachOther() {
    for (String step : STEPS) {
      noClasses()
          .that(resideInAPackage(step))
          .should()
          .dependOnClassesThat(resideInAnyPackage(STEPS).and(resideInAPackage(step).negate()))
          .check(CLASSES);
    }
  }

  /// Batches rank by the rules of serving, and use nothing else of the steps.
  @Test
  void batch_knowsServingOnly() {
    noClasses()
        .that(resideInAPackage(ROOT + "batch.."))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(STEPS).and(resideInAPackage(ROOT + "serve").negate()))
        .check(CLASSES);
  }

  @Test
  void model_isForServingBatchesAndEvaluation() {
    noClasses()
        .that(resideInAPackage("com.craftyverse.recsys.."))
        .and()
        .resideOutsideOfPackages(
            ROOT + "model..", ROOT + "serve..", ROOT + "batch..", ROOT + "evaluate..")
        .should()
        .dependOnClassesThat(resideInAPackage(ROOT + "model.."))
        .check(CLASSES);
  }

  @Test
  void report_isForEvaluation() {
    noClasses()
        .that(resideInAPackage("com.craftyverse.recsys.."))
        .and()
        .resideOutsideOfPackages(ROOT + "report..", ROOT + "evaluate..")
        .should()
        .dependOnClassesThat(resideInAPackage(ROOT + "report.."))
        .check(CLASSES);
  }

  @Test
  void vectorKernel_isAllThatNeedsTheIncubatorModule() {
    classes()
        .that(alwaysTrue())
        .and()
        .haveSimpleNameNotStartingWith("Vector")
        .should()
        .onlyDependOnClassesThat(resideInAPackage("jdk.incubator.vector..").negate())
        .check(CLASSES);
  }

  @Test
  void quarkus_isKnownToFunctionsRuntimeAndLocalOnly() {
    noClasses()
        .that(resideInAPackage("com.craftyverse.recsys.."))
        .and()
        .resideOutsideOfPackages(ROOT + "runtime..", ROOT + "local..")
        .and()
        .haveSimpleNameNotEndingWith("Function")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "io.quarkus..", "jakarta..", "org.eclipse.microprofile..", "io.vertx.."))
        .check(CLASSES);
  }

  @Test
  void libraries_stayWhereTheyBelong() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "columnar..", ROOT + "table..")
        .should()
        .dependOnClassesThat(resideInAnyPackage("org.apache.arrow..", "com.google.flatbuffers.."))
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "ingest..")
        .should()
        .dependOnClassesThat(resideInAPackage("org.apache.commons.."))
        .check(CLASSES);
    noClasses()
        .that(resideInAPackage(ROOT + "kernel.."))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("com.fasterxml..", "org.apache..", "software.amazon.."))
        .check(CLASSES);
  }
}
