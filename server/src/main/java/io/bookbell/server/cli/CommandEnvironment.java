package io.bookbell.server.cli;

import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.config.ServerConfigReader;
import io.bookbell.server.log.LogSettings;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;

/**
 * The environment in which a command runs: variables, folder and standard streams. Confined to one
 * thread.
 *
 * @param environment the process's environment variables; settings in it override those in the file
 * @param folder the folder of {@code bookbell.properties}, and the base of relative paths
 */
record CommandEnvironment(
    Map<String, String> environment,
    Path folder,
    InputStream in,
    PrintWriter out,
    PrintWriter err) {
  static final Path DEFAULT_DATA = Path.of("data");

  private static final Path SETTINGS = Path.of("bookbell.properties");

  /** The environment of this process. */
  static CommandEnvironment fromProcess() {
    return new CommandEnvironment(
        System.getenv(),
        Path.of(""),
        System.in,
        new PrintWriter(System.out, true, System.out.charset()),
        new PrintWriter(System.err, true, System.err.charset()));
  }

  ServerConfig loadConfig() {
    return loadConfig(DEFAULT_DATA);
  }

  ServerConfig loadConfig(Path usualData) {
    Path file = folder.resolve(SETTINGS);
    ServerConfig serverConfig =
        ServerConfigReader.readConfig(environment, file, resolvePath(usualData));
    ServerConfigReader.logLevel(environment, file).ifPresent(LogSettings::setLevel);
    return serverConfig;
  }

  /**
   * Resolves a path from the command line.
   *
   * @throws CommandException for an empty one, which would name the current folder
   */
  Path resolvePath(Path given) {
    if (given.toString().isEmpty()) {
      throw new CommandException("The name of the file is empty; name a file");
    }
    return folder.resolve(given);
  }

  /** Prints a line of the command's output. */
  void printLine(String line) {
    out.println(line);
    out.flush();
  }
}
