package io.bookbell.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher in an unpacked package, in a folder with a space in its name. */
class LauncherTest {
  private static final Path SOURCES = UnpackedPackage.SOURCES;

  @TempDir Path folder;

  private Path home;
  private String logLevel = "info";
  private String options = "";
  private String databaseUrl = "";

  @BeforeEach
  void unpack() throws IOException {
    home = new UnpackedPackage(folder).home();
  }

  @Test
  void theLauncherRunsWhatIsThereAndBuildsNothing() throws Exception {
    Process process = start("--version");

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said()).startsWith("Bookbell ").hasLineCount(1);
    assertThat(process.exitValue()).isZero();
  }

  @Test
  void aCacheThatJavaCannotUseIsPassedOverWithoutAWord() throws Exception {
    Files.copy(UnpackedPackage.JAVA.resolve("release"), home.resolve("bookbell.aot.java"));
    Files.writeString(home.resolve("bookbell.aot"), "made by nobody");

    assertThatItServes();
  }

  @Test
  void aCacheOfAnotherJavaIsNotTried() throws Exception {
    Files.writeString(home.resolve("bookbell.aot.java"), "JAVA_VERSION=\"0\"");
    Files.writeString(home.resolve("bookbell.aot"), "made by nobody");

    assertThatItServes();
    assertThat(home.resolve("bookbell.jsa")).as("what the first run leaves behind").exists();
  }

  @Test
  void librariesAreUnpackedElsewhereWhereTheUsualFolderHoldsNoPrograms() throws Exception {
    options = "-Djava.io.tmpdir=/proc"; // like a /tmp that is full or mounted noexec

    assertThatItServes();
    assertThat(folder.resolve("data/native")).isDirectory();
  }

  @Test
  void failuresTakeOneLineOfEverythingThatIsPrinted() throws Exception {
    Files.write(folder.resolve("cut"), new byte[] {0x1f, (byte) 0x8b, 8, 0});

    assertThatItFails(1, "The backup cut is cut off or damaged", "restore", "cut");
    databaseUrl = "jdbc:postgresql://ann:hu%40sh@127.0.0.1:1/db";
    assertThatItFails(69, "Cannot reach the database at", "serve");
    assertThat(said()).doesNotContain("hu");
    databaseUrl = "";
    assertThatItFails(2, "Unknown option: '--bogus'", "serve", "--bogus");
    options = "-Xmxmuch";
    assertThatItFails(78, "BOOKBELL_JAVA_OPTS is “-Xmxmuch”", "verify");
    options = "-Xmx16m"; // less than Bookbell starts with
    assertThatItFails(78, "BOOKBELL_JAVA_OPTS is “-Xmx16m”", "verify");
  }

  @Test
  void debuggingShowsWhereAFailureBegan() throws Exception {
    Files.write(folder.resolve("cut"), new byte[] {0x1f, (byte) 0x8b, 8, 0});
    logLevel = "debug";

    Process process = start("restore", "cut");

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said()).contains("\tat io.bookbell.server.backup.BackupRestorer");
  }

  @Test
  void aBuildSaysWhatItIsDoingAndHowItEnds() throws Exception {
    makeSources(
        """
        echo '[INFO] Downloaded from central: https://repository.test/a.jar (1 kB at 1 kB/s)'
        echo '[INFO] Building Bookbell server: the application 1.0 [2/2]'
        echo '[INFO] --- compiler:1.0:compile (default-compile) @ bookbell-server ---'
        until grep -q 'compiling server' ../said; do sleep 0.1; done
        echo "[ERROR] There is a fault in the sources, read as $(locale charmap)"
        exit 1
        """);

    Process process = start("demo");

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said())
        .containsSubsequence(
            "Building Bookbell",
            " s  compiling server (the longest step",
            "could not be built",
            "a fault in the sources, read as UTF-8");
    assertThat(process.exitValue()).isEqualTo(69);
  }

  @Test
  void whoComesWhileAnotherBuildsWaitsForThatBuild() throws Exception {
    Path jar = home.resolve("bookbell.jar");
    makeSources(
        """
        echo once >>builds
        until grep -q 'Another build' ../second; do sleep 0.1; done
        mkdir -p server/target/lib
        cp '%s' server/target/bookbell.jar
        """
            .formatted(jar));
    Path target = Files.createDirectories(home.resolve("server/target"));
    Path lock = target.resolve("bookbell.building");
    // Left behind by a process that was killed, and whose number another process has now.
    Files.createSymbolicLink(lock, Path.of(ProcessHandle.current().pid() + " since 1"));

    Process first = start("--version");
    Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> said().contains("Building"));
    Process second = start(folder.resolve("second"), "--version");

    assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said()).contains("\nBookbell ");
    assertThat(Files.readString(folder.resolve("second")))
        .startsWith("Another build of Bookbell is running here (process " + first.pid())
        .contains("\nBookbell ")
        .doesNotContain("Building");
    assertThat(home.resolve("builds")).hasContent("once");
    assertThat(Files.isSymbolicLink(lock)).isFalse();
  }

  @Test
  void aFolderThatNothingCanBeBuiltInIsNamed() throws Exception {
    makeSources("exit 1");
    Files.createFile(home.resolve("server/target"));

    assertThatItFails(69, "Bookbell is not built yet", "verify");
    assertThat(said()).contains("/server/target cannot be written to build it");
  }

  /** Makes a source tree in which Maven is this script, and uses it. */
  private void makeSources(String maven) throws IOException {
    Path sources = Files.createDirectories(folder.resolve("sources/.mvn")).getParent();
    for (String file : new String[] {"bookbell", ".mvn/find-jdk.sh", ".mvn/build-progress.sh"}) {
      Files.copy(SOURCES.resolve(file), sources.resolve(file));
    }
    for (String module : new String[] {"hub", "hub-iouring", "training", "server"}) {
      Files.createDirectories(sources.resolve(module + "/src/main"));
      Files.createFile(sources.resolve(module + "/pom.xml"));
    }
    Files.createDirectories(sources.resolve("web/src"));
    Files.createFile(sources.resolve("pom.xml"));
    Files.writeString(sources.resolve("mvnw"), "#!/bin/sh\n" + maven);
    assertThat(sources.resolve("bookbell").toFile().setExecutable(true)).isTrue();
    assertThat(sources.resolve("mvnw").toFile().setExecutable(true)).isTrue();
    home = sources;
  }

  private void assertThatItFails(int code, String told, String... command) throws Exception {
    Process process = start(command);

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said()).startsWith(told).hasLineCount(1);
    assertThat(process.exitValue()).isEqualTo(code);
  }

  private void assertThatItServes() throws Exception {
    Process process = start("serve");
    try {
      Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> said().contains("/setup#"));
      assertThat(said()).startsWith("Bookbell is at ").hasLineCount(2);
    } finally {
      process.destroy();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  private String said() throws IOException {
    return Files.readString(folder.resolve("said"));
  }

  private Process start(String... command) throws IOException {
    return start(folder.resolve("said"), command);
  }

  private Process start(Path output, String... command) throws IOException {
    Map<String, String> settings =
        Map.of(
            "LC_ALL",
            "POSIX",
            "BOOKBELL_LOG",
            logLevel,
            "BOOKBELL_JAVA_OPTS",
            options,
            "BOOKBELL_DATABASE_URL",
            databaseUrl);
    return UnpackedPackage.start(home, output, settings, command);
  }
}
