package io.bookbell.server.config;

/** A setting is invalid. The message names the setting, its value and what is expected. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }

  static ConfigException invalidValue(Setting setting, String value, String expected) {
    return invalidValue(setting.variableName(), value, expected);
  }

  static ConfigException invalidValue(String variable, String value, String expected) {
    return new ConfigException(
        "%s is “%s”; expected %s".formatted(variable, SecretRedactor.redactValue(value), expected));
  }
}
