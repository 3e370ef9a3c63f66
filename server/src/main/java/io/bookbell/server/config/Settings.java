package io.bookbell.server.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** What was set, as texts. The environment wins over the file. Immutable. */
final class Settings {
  private final Map<Setting, String> values = new EnumMap<>(Setting.class);

  /**
   * @param file need not exist
   * @throws ConfigException when the file cannot be read or has a key that nobody knows
   */
  Settings(Map<String, String> environment, Path file) {
    readFile(file);
    for (Setting setting : Setting.values()) {
      String value = environment.get(setting.key());
      if (value != null) {
        put(setting, value);
      }
    }
  }

  private void readFile(Path file) {
    if (!Files.exists(file)) {
      return;
    }
    var properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigException("The file " + file + " cannot be read: " + e.getMessage());
    }
    for (String key : properties.stringPropertyNames()) {
      Setting setting =
          Setting.of(key)
              .orElseThrow(
                  () ->
                      new ConfigException(
                          "The file %s has the key “%s”; expected are those that bookbell serve --help lists"
                              .formatted(file, key)));
      put(setting, properties.getProperty(key));
    }
  }

  /** Blank is as good as not set, and undoes the file's value. */
  private void put(Setting setting, String value) {
    values.put(setting, value.strip());
  }

  /** As it was set, even to nothing. */
  Optional<String> given(Setting setting) {
    return Optional.ofNullable(values.get(setting));
  }

  Optional<String> text(Setting setting) {
    return Optional.ofNullable(values.get(setting)).filter(value -> !value.isEmpty());
  }

  int integer(Setting setting, int usual, int least, int most) {
    return optionalInteger(setting, least, most).orElse(usual);
  }

  Optional<Integer> optionalInteger(Setting setting, int least, int most) {
    return text(setting)
        .map(
            value -> {
              try {
                int number = Integer.parseInt(value);
                if (number >= least && number <= most) {
                  return number;
                }
              } catch (NumberFormatException e) {
                // told below, like a number out of range
              }
              throw ConfigException.wrong(
                  setting, value, "a whole number from " + least + " to " + most);
            });
  }

  boolean bool(Setting setting, boolean usual) {
    return text(setting)
        .map(
            value ->
                switch (value) {
                  case "true" -> true;
                  case "false" -> false;
                  default -> throw ConfigException.wrong(setting, value, "true or false");
                })
        .orElse(usual);
  }
}
