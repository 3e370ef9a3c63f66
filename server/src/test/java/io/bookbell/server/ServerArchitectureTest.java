package io.bookbell.server;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.core.importer.ImportOption.OnlyIncludeTests;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jooq.DeleteResultStep;
import org.jooq.InsertResultStep;
import org.jooq.UpdateResultStep;
import org.junit.jupiter.api.Test;

/** Allowed dependencies between packages, and how tests may wait. */
class ServerArchitectureTest {
  private static final String SERVER = "io.bookbell.server";

  private static final JavaClasses CLASSES =
      new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages(SERVER);

  private static final JavaClasses TESTS =
      new ClassFileImporter().withImportOption(new OnlyIncludeTests()).importPackages(SERVER);

  @Test
  void packagesFormNoCycle() {
    slices().matching(SERVER + ".(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void noFeatureKnowsTheWiring() {
    noClasses()
        .that()
        .resideInAPackage(SERVER + ".*..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(SERVER)
        .because("Bookbell and Main wire the features; a feature gets what it needs by constructor")
        .check(CLASSES);
  }

  @Test
  void storageKnowsNoFeature() {
    mayDependOnlyOn("storage", "config", "network");
  }

  @Test
  void webKnowsNoFeature() {
    mayDependOnlyOn("web", "config", "storage", "network", "text");
  }

  @Test
  void textKnowsNothingElse() {
    mayDependOnlyOn("text");
  }

  @Test
  void configKnowsNoFeature() {
    mayDependOnlyOn("config", "network");
  }

  @Test
  void networkKnowsNothingElse() {
    mayDependOnlyOn("network");
  }

  @Test
  void whatAWriteLeavesIsReadBackByTheStorageAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage(SERVER + ".storage..")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(InsertResultStep.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(UpdateResultStep.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(DeleteResultStep.class)
        .because("jOOQ's returning() reads another row on SQLite; use Transaction.returning")
        .check(CLASSES);
  }

  @Test
  void testsAwaitAConditionInsteadOfSleeping() {
    noClasses()
        .should()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .callMethod(Thread.class, "sleep", Duration.class)
        .orShould()
        .callMethod(TimeUnit.class, "sleep", long.class)
        .because("a sleep is too long on one machine and too short on another; use Awaitility")
        .check(TESTS);
  }

  private static void mayDependOnlyOn(String ground, String... below) {
    var foreign =
        resideInAPackage(SERVER + "..").and(resideOutsideOfPackage(SERVER + "." + ground + ".."));
    for (String allowed : below) {
      foreign = foreign.and(resideOutsideOfPackage(SERVER + "." + allowed + ".."));
    }
    noClasses()
        .that()
        .resideInAPackage(SERVER + "." + ground + "..")
        .should()
        .dependOnClassesThat(foreign)
        .because(ground + " is the ground that every feature stands on")
        .allowEmptyShould(true)
        .check(CLASSES);
  }
}
