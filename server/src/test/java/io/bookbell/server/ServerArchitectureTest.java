package io.bookbell.server;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.core.importer.ImportOption.OnlyIncludeTests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.time.Duration;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Allowed dependencies between packages, and how tests may wait. */
class ServerArchitectureTest {
  private static final int MAX_LINES = 400;
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
        .and()
        .resideOutsideOfPackage(SERVER + ".cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(SERVER)
        .because("Bookbell wires the features; a feature gets what it needs by constructor")
        .check(CLASSES);
  }

  @Test
  void storageKnowsNoFeature() {
    mayDependOnlyOn("storage", "config", "network");
  }

  @Test
  void httpKnowsNoFeature() {
    mayDependOnlyOn("http", "config", "json", "network", "storage", "text");
  }

  @Test
  void siteKnowsNoFeature() {
    mayDependOnlyOn("site", "config", "http", "json", "network");
  }

  @Test
  void jsonKnowsNothingElse() {
    mayDependOnlyOn("json");
  }

  @Test
  void storageIsReachedThroughItsFront() {
    noClasses()
        .that()
        .resideOutsideOfPackage(SERVER + ".storage..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            SERVER + ".storage.sqlite..",
            SERVER + ".storage.postgres..",
            SERVER + ".storage.migration..")
        .because("features use Database and Transaction, and run on both databases")
        .check(CLASSES);
  }

  @Test
  void theHubIsUsedThroughItsApi() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.bookbell.hub.internal..", "io.bookbell.hub.iouring..")
        .because("the server is on the class path, where the hub's module exports everything")
        .check(CLASSES);
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
  void textIsNormalizedInLinearTime() {
    noClasses()
        .that()
        .doNotHaveSimpleName("UnicodeNormalizer")
        .and()
        .doNotHaveSimpleName("PasswordHasher") // its input is short
        .should()
        .callMethod(Normalizer.class, "normalize", CharSequence.class, Normalizer.Form.class)
        .because("Normalizer sorts marks in quadratic time; use UnicodeNormalizer")
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

  @Test
  void noFileIsLong() throws IOException {
    try (var files = Files.walk(Path.of("src", "main", "java"))) {
      var lines = new TreeMap<Path, Integer>();
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
        lines.put(file, Files.readAllLines(file).size());
      }
      assertThat(lines).isNotEmpty();
      lines.values().removeIf(count -> count <= MAX_LINES);
      assertThat(lines).as("files with more than %d lines", MAX_LINES).isEmpty();
    }
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
