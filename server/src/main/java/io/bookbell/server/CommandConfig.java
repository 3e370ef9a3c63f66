package io.bookbell.server;

import io.bookbell.server.config.Config;
import java.nio.file.Path;

/**
 * Where every command finds its settings: in the environment and in {@code bookbell.properties}.
 */
final class CommandConfig {
  static final Path USUAL_DATA = Path.of("data");

  private static final Path FILE = Path.of("bookbell.properties");

  private CommandConfig() {}

  static Config read() {
    return read(USUAL_DATA);
  }

  static Config read(Path usualData) {
    return Config.read(System.getenv(), FILE, usualData);
  }
}
