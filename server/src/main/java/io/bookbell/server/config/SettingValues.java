package io.bookbell.server.config;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings as text. The environment takes precedence over the file. Immutable once constructed.
 */
final class SettingValues {
  private static final Logger log = LoggerFactory.getLogger(SettingValues.class);

  /** Read by the launcher, and by {@code import}. */
  private static final Set<String> ENVIRONMENT_ONLY =
      Set.of("BOOKBELL_JAVA_OPTS", "BOOKBELL_IMPORT_PASSWORD");

  private static final int BYTE_ORDER_MARK = 0xfeff;

  private final Map<Setting, String> values = new EnumMap<>(Setting.class);
  private final NumberedSettings numbered = new NumberedSettings();
  private final Path file;
  private boolean secretInFile;

  /**
   * @param file need not exist
   * @throws ConfigException if the file can't be read or contains an unknown key
   */
  SettingValues(Map<String, String> environment, Path file) {
    this.file = file;
    readFile(file);
    for (Setting setting : Setting.values()) {
      String value = environment.get(setting.variableName());
      if (value != null) {
        putValue(setting, value);
      }
    }
    environment.forEach(numbered::putIfNumbered);
  }

  private void readFile(Path file) {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    var properties = new Properties();
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      skipByteOrderMark(reader);
      properties.load(reader);
    } catch (CharacterCodingException e) {
      throw new ConfigException("The file " + file + " cannot be read: its text is not UTF-8");
    } catch (IOException e) {
      throw new ConfigException(
          "The file " + file + " cannot be read: " + FileFailureReason.describeFailure(e));
    } catch (IllegalArgumentException e) {
      throw new ConfigException("The file " + file + " cannot be read: " + e.getMessage());
    }
    for (String key : properties.stringPropertyNames()) {
      if (numbered.putIfNumbered(key, properties.getProperty(key))) {
        secretInFile |= NumberedSettings.isSecret(key) && !properties.getProperty(key).isBlank();
        continue;
      }
      Setting setting = Setting.findByName(key).orElseThrow(() -> unknownKey(key));
      putValue(setting, properties.getProperty(key));
      secretInFile |= isSecret(setting, properties.getProperty(key));
    }
  }

  /** Some editors begin a file with it. */
  private static void skipByteOrderMark(BufferedReader reader) throws IOException {
    reader.mark(1);
    if (reader.read() != BYTE_ORDER_MARK) {
      reader.reset();
    }
  }

  private ConfigException unknownKey(String key) {
    return new ConfigException(
        ENVIRONMENT_ONLY.contains(key)
            ? "%s in the file %s has no effect there; it belongs in the environment"
                .formatted(key, file)
            : "The file %s has the unknown key “%s” (did you mean %s?); bookbell serve --help lists the known ones"
                .formatted(file, key, Setting.findNearest(key).variableName()));
  }

  /** Logs a warning if the file contains a password and others can read it. */
  void warnIfReadable() {
    if (!secretInFile || !file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return;
    }
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
      if (permissions.contains(PosixFilePermission.OTHERS_READ)
          || permissions.contains(PosixFilePermission.GROUP_READ)) {
        log.warn("{} holds a password that others can read: chmod 600 {}", file, file);
      }
    } catch (IOException e) {
      log.debug("Could not find out who may read {}", file, e);
    }
  }

  /**
   * Refuses a setting that has no effect, because it would be taken for granted.
   *
   * @param when such as {@code without BOOKBELL_REDIS_URL}
   * @throws ConfigException if it has a value
   */
  void requireUnset(Setting setting, String when) {
    optionalText(setting)
        .ifPresent(
            value -> {
              throw ConfigException.invalidValue(setting, value, "no value " + when);
            });
  }

  private static boolean isSecret(Setting setting, String value) {
    return !value.isBlank()
        && (setting == Setting.DATABASE_PASSWORD
            || setting == Setting.JWT_SECRET
            || setting == Setting.OIDC_CLIENT_SECRET
            || setting == Setting.PATREON_CLIENT_SECRET
            || (setting.variableName().endsWith("_URL")
                && !SecretRedactor.redactText(value).equals(value)));
  }

  /** Stores a value. A blank one counts as not set, and overrides the file's value. */
  private void putValue(Setting setting, String value) {
    values.put(setting, value.strip());
  }

  /** The value as it was set, possibly empty. */
  Optional<String> rawValue(Setting setting) {
    return Optional.ofNullable(values.get(setting));
  }

  Optional<String> optionalText(Setting setting) {
    return Optional.ofNullable(values.get(setting)).filter(value -> !value.isEmpty());
  }

  /** The settings of one of several, such as {@code BOOKBELL_OIDC_2_ISSUER}. */
  NumberedSettings numberedSettings() {
    return numbered;
  }

  int integerOrDefault(Setting setting, int usual, int least, int most) {
    return optionalInteger(setting, least, most).orElse(usual);
  }

  Optional<Integer> optionalInteger(Setting setting, int least, int most) {
    return optionalText(setting)
        .map(
            value -> {
              try {
                int number = Integer.parseInt(value);
                if (number >= least && number <= most) {
                  return number;
                }
              } catch (NumberFormatException e) {
                // reported below, like a number out of range
              }
              throw ConfigException.invalidValue(
                  setting, value, "a whole number from " + least + " to " + most);
            });
  }

  /** Rejects any other value. */
  void requireOneOf(Setting setting, List<String> values) {
    optionalText(setting)
        .filter(value -> !values.contains(value))
        .ifPresent(
            value -> {
              throw ConfigException.invalidValue(
                  setting, value, "one of " + String.join(", ", values));
            });
  }

  boolean booleanOrDefault(Setting setting, boolean usual) {
    return optionalText(setting)
        .map(
            value ->
                switch (value) {
                  case "true" -> true;
                  case "false" -> false;
                  default -> throw ConfigException.invalidValue(setting, value, "true or false");
                })
        .orElse(usual);
  }
}
