package io.bookbell.server;

import io.bookbell.server.config.ServerConfig;
import io.bookbell.server.log.LogSettings;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command finds around it. For one thread.
 *
 * @param environment of the process: the settings in it win over those of the file
 * @param folder where {@code bookbell.properties} is looked for, and what relative paths begin at
 */
record CommandEnvironment(
    Map<String, String> environment,
    Path folder,
    InputStream in,
    PrintWriter out,
    PrintWriter err) {
  static final Path USUAL_DATA = Path.of("data");

  private static final Path SETTINGS = Path.of("bookbell.properties");

  /** Those of this process. */
  static CommandEnvironment fromProcess() {
    return new CommandEnvironment(
        System.getenv(),
        Path.of(""),
        System.in,
        new PrintWriter(System.out, true, System.out.charset()),
        new PrintWriter(System.err, true, System.err.charset()));
  }

  ServerConfig loadConfig() {
    return loadConfig(USUAL_DATA);
  }

  ServerConfig loadConfig(Path usualData) {
    Path file = folder.resolve(SETTINGS);
    ServerConfig serverConfig = ServerConfig.readConfig(environment, file, resolvePath(usualData));
    ServerConfig.logLevel(environment, file).ifPresent(LogSettings::setLevel);
    return serverConfig;
  }

  /** Where a path leads that was given on the command line. */
  Path resolvePath(Path given) {
    return folder.resolve(given);
  }

  /** Prints what the command is for. */
  void printLine(String line) {
    out.println(line);
    out.flush();
  }
}
