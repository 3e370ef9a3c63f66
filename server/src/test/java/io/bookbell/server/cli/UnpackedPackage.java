package io.bookbell.server.cli;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/**
 * The launcher with two jars in a folder with a space in its name. The jars hold nothing but the
 * class path of the tests.
 */
final class UnpackedPackage {
  static final Path SOURCES = Path.of("..").toAbsolutePath().normalize();
  static final Path JAVA = Path.of(System.getProperty("java.home"));

  private final Path folder;
  private final Path home;

  /**
   * Creates the package.
   *
   * @param folder where it is and where its commands are run
   */
  UnpackedPackage(Path folder) throws IOException {
    this.folder = folder;
    this.home = Files.createDirectories(folder.resolve("book bell/lib")).getParent();
    Files.copy(SOURCES.resolve("bookbell"), home.resolve("bookbell"));
    Files.copy(SOURCES.resolve(".mvn/find-jdk.sh"), home.resolve("lib/find-jdk.sh"));
    assertThat(home.resolve("bookbell").toFile().setExecutable(true)).isTrue();
    Manifest manifest = manifestWith(classPath());
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Main.class.getName());
    manifest.getMainAttributes().putValue("Enable-Native-Access", "ALL-UNNAMED");
    writeJar(home.resolve("bookbell.jar"), manifest);
    Stream<Path> training = Stream.of(SOURCES.resolve("training/target/classes"));
    writeJar(
        home.resolve("lib/bookbell-training.jar"),
        manifestWith(Stream.concat(training, classPath())));
  }

  /** The launcher's folder. */
  Path home() {
    return home;
  }

  private static Stream<Path> classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(Path::of);
  }

  private static Manifest manifestWith(Stream<Path> classPath) {
    var manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(
        Attributes.Name.CLASS_PATH,
        classPath.map(place -> place.toUri().toString()).collect(joining(" ")));
    return manifest;
  }

  private static void writeJar(Path jar, Manifest manifest) throws IOException {
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();
  }

  /** What the last command has printed so far. */
  String said() throws IOException {
    return Files.readString(folder.resolve("said"));
  }

  Process start(Map<String, String> settings, String... command) throws IOException {
    return start(home, folder.resolve("said"), settings, command);
  }

  /**
   * Starts a command.
   *
   * @param home the launcher's folder
   * @param output gets what it prints; the command runs in its folder
   * @param settings for its environment
   */
  static Process start(Path home, Path output, Map<String, String> settings, String... command)
      throws IOException {
    var words = new ArrayList<>(List.of(home.resolve("bookbell").toString()));
    words.addAll(List.of(command));
    var builder =
        new ProcessBuilder(words)
            .directory(output.getParent().toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("BOOKBELL_"));
    builder.environment().put("JAVA_HOME", JAVA.toString());
    builder.environment().put("BOOKBELL_PORT", "0");
    builder.environment().putAll(settings);
    return builder.start();
  }
}
