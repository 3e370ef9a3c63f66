package io.bookbell.hub;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.core.importer.ImportOption.OnlyIncludeTests;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The dependencies that the hub may have and offers, and how its tests may wait. */
class HubArchitectureTest {
  private static final String INTERNALS = "io.bookbell.hub.internal..";

  private static final JavaClasses HUB =
      new ClassFileImporter()
          .withImportOption(new DoNotIncludeTests())
          .importPackages("io.bookbell.hub");

  private static final JavaClasses TESTS =
      new ClassFileImporter()
          .withImportOption(new OnlyIncludeTests())
          .importPackages("io.bookbell.hub");

  @Test
  void knowsOnlyTheNetwork() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "io.bookbell.hub..",
            "io.netty..",
            "io.lettuce..",
            "org.slf4j..",
            "org.jspecify..")
        .because("the hub delivers messages and knows no SQL, no JSON library and no HTTP routes")
        .check(HUB);
  }

  @Test
  void knowsRedisInOnePackageOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.bookbell.hub.redis")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.lettuce..", "io.bookbell.hub.redis")
        .because("delivery must not depend on how nodes tell each other")
        .check(HUB);
  }

  /** The manager is apart from the API's other types: they are below the internals, it is above. */
  @Test
  void packagesFormNoCycle() {
    SliceAssignment packagesAndManager =
        new SliceAssignment() {
          @Override
          public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
            boolean isManager = javaClass.isEquivalentTo(WebSocketManager.class);
            return SliceIdentifier.of(isManager ? "the manager" : javaClass.getPackageName());
          }

          @Override
          public String getDescription() {
            return "packages and the manager";
          }
        };
    slices().assignedFrom(packagesAndManager).should().beFreeOfCycles().check(HUB);
  }

  @Test
  void onlyTheManagerUsesTheInternals() {
    noClasses()
        .that()
        .resideOutsideOfPackage(INTERNALS)
        .and()
        .doNotHaveSimpleName("WebSocketManager")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(INTERNALS)
        .because("the API must not show what is behind it")
        .check(HUB);
  }

  @Test
  void theModuleExportsTheApiOnly() {
    assertThat(
            ModuleFinder.of(Path.of("target/classes"))
                .find("io.bookbell.hub")
                .orElseThrow()
                .descriptor()
                .exports())
        .extracting(ModuleDescriptor.Exports::source)
        .containsExactlyInAnyOrder("io.bookbell.hub", "io.bookbell.hub.redis");
  }

  @Test
  void makesNoNativeCalls() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.foreign..")
        .because("native calls are for optional modules behind BatchSenderProvider")
        .check(HUB);
  }

  @Test
  void leavesStreamsOfLettuceAlone() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("reactor..", "org.reactivestreams..", "io.reactivex..")
        .because("stages and callbacks do; a second way of waiting would have to be learned")
        .check(HUB);
  }

  @Test
  void neverSpeaksOfWhatTheMessagesAreAbout() {
    noClasses()
        .should()
        .haveSimpleNameContaining("Book")
        .orShould()
        .haveSimpleNameContaining("Quota")
        .orShould()
        .haveSimpleNameContaining("Creator")
        .orShould()
        .haveSimpleNameContaining("Team")
        .because("the words of the domain belong to the server module")
        .check(HUB);
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
}
