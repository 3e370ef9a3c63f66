package io.bookbell.server;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher where a package was unpacked, in a folder with a space in its name. */
class LauncherTest {
  private static final Path SOURCES = Path.of("..").toAbsolutePath().normalize();
  private static final Path JAVA = Path.of(System.getProperty("java.home"));

  @TempDir Path folder;

  private Path home;

  @BeforeEach
  void unpack() throws IOException {
    home = Files.createDirectories(folder.resolve("book bell/lib")).getParent();
    Files.copy(SOURCES.resolve("bookbell"), home.resolve("bookbell"));
    Files.copy(SOURCES.resolve(".mvn/find-jdk.sh"), home.resolve("lib/find-jdk.sh"));
    assertThat(home.resolve("bookbell").toFile().setExecutable(true)).isTrue();
    var manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(Attributes.Name.MAIN_CLASS, Main.class.getName());
    attributes.put(Attributes.Name.CLASS_PATH, classPath());
    attributes.putValue("Enable-Native-Access", "ALL-UNNAMED");
    new JarOutputStream(Files.newOutputStream(home.resolve("bookbell.jar")), manifest).close();
  }

  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(place -> Path.of(place).toUri().toString())
        .collect(joining(" "));
  }

  @Test
  void itRunsWhatIsThereAndBuildsNothing() throws Exception {
    Process process = start("--version");

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said()).startsWith("Bookbell ").hasLineCount(1);
    assertThat(process.exitValue()).isZero();
  }

  @Test
  void aCacheThatJavaCannotUseIsPassedOverWithoutAWord() throws Exception {
    Files.copy(JAVA.resolve("release"), home.resolve("bookbell.aot.java"));
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

  private Process start(String command) throws IOException {
    var builder =
        new ProcessBuilder(home.resolve("bookbell").toString(), command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("said").toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("BOOKBELL_"));
    builder.environment().put("JAVA_HOME", JAVA.toString());
    builder.environment().put("BOOKBELL_PORT", "0");
    return builder.start();
  }
}
