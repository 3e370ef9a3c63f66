package io.bookbell.server.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The URL of a PostgreSQL database, given in libpq's form ({@code postgres://user:p%40ss@host/db})
 * or JDBC's. Immutable.
 *
 * @param jdbc the driver's URL, without user and password
 * @param user empty if the URL contains none
 * @param password empty if the URL contains none
 */
record DatabaseUrl(String jdbc, Optional<String> user, Optional<String> password) {
  static final String EXPECTED =
      "an address such as postgresql://host:5432/database, with %40 for an @ and %2F for a slash"
          + " in a password and so on, or nothing for SQLite";

  private static final Pattern FORM =
      Pattern.compile(
          "(?i)(jdbc:)?postgres(?:ql)?://(?:(?<who>[^/?#]*)@)?(?<hosts>[^/?#@]*)(?:/(?<db>[^?#/@]*))?(?:\\?(?<more>.*))?");
  private static final Pattern HOST =
      Pattern.compile("(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._-]+)?])?(?::([0-9]+))?");
  private static final Pattern PARAMETER = Pattern.compile("[A-Za-z][A-Za-z0-9_.]*");
  private static final Pattern WHOLE_NUMBER = Pattern.compile("-?[0-9]{1,9}");

  /** Parameters whose names differ between libpq and the driver. */
  private static final Map<String, String> NAMES =
      Map.of(
          "application_name", "ApplicationName",
          "channel_binding", "channelBinding",
          "connect_timeout", "connectTimeout",
          "gssencmode", "gssEncMode",
          "keepalives", "tcpKeepAlive",
          "require_auth", "requireAuth",
          "sslnegotiation", "sslNegotiation",
          "target_session_attrs", "targetServerType");

  private static final Map<String, String> SERVER_TYPES =
      Map.of(
          "read-write", "primary",
          "read-only", "secondary",
          "standby", "secondary",
          "prefer-standby", "preferSecondary");

  /**
   * Parses a URL.
   *
   * @throws ConfigException if it isn't valid
   */
  static DatabaseUrl parse(String value) {
    Matcher form = FORM.matcher(value);
    if (!form.matches()) {
      throw invalidUrl(value);
    }
    boolean jdbc = form.group(1) != null;
    try {
      Map<String, String> parameters = parseParameters(form.group("more"), jdbc);
      Optional<String> user = Optional.ofNullable(parameters.remove("user"));
      Optional<String> password = Optional.ofNullable(parameters.remove("password"));
      String[] who = form.group("who") == null ? new String[0] : form.group("who").split(":", 2);
      return new DatabaseUrl(
          buildJdbcUrl(parseHosts(form.group("hosts"), value), form.group("db"), parameters),
          user.or(() -> userInfoPart(who, 0)),
          password.or(() -> userInfoPart(who, 1)));
    } catch (IllegalArgumentException malformed) {
      throw invalidUrl(value);
    }
  }

  /** The driver's URL for connections that use the tables in this schema. */
  String jdbcWithSchema(String schema) {
    String plain = jdbc.replaceAll("(?<=[?&])currentSchema=[^&]*&?", "").replaceFirst("[?&]$", "");
    return plain + (plain.contains("?") ? "&" : "?") + "currentSchema=" + schema;
  }

  private static ConfigException invalidUrl(String value) {
    return ConfigException.invalidValue(Setting.DATABASE_URL, value, EXPECTED);
  }

  private static Optional<String> userInfoPart(String[] who, int index) {
    return index < who.length && !who[index].isEmpty()
        ? Optional.of(urlDecode(who[index], false))
        : Optional.empty();
  }

  /** Decodes percent escapes. In libpq's form a plus sign stands for itself. */
  private static String urlDecode(String text, boolean jdbc) {
    return URLDecoder.decode(jdbc ? text : text.replace("+", "%2B"), UTF_8);
  }

  private static String parseHosts(String hosts, String value) {
    if (hosts.startsWith("%2F") || hosts.startsWith("%2f")) {
      throw ConfigException.invalidValue(
          Setting.DATABASE_URL, value, "a host reached over TCP; sockets in a folder are not used");
    }
    for (String host : hosts.split(",", -1)) {
      Matcher form = HOST.matcher(host);
      if (!form.matches() || !isPort(form.group(1))) {
        throw invalidUrl(value);
      }
    }
    return hosts.isEmpty() ? "localhost" : hosts;
  }

  private static boolean isPort(@Nullable String port) {
    return port == null
        || (port.length() <= 5
            && Integer.parseInt(port) >= 1
            && Integer.parseInt(port) <= PortRange.HIGHEST);
  }

  private static Map<String, String> parseParameters(@Nullable String more, boolean jdbc) {
    var parameters = new LinkedHashMap<String, String>();
    if (more == null) {
      return parameters;
    }
    for (String each : more.split("&", -1)) {
      if (!each.isEmpty()) {
        int equals = each.indexOf('=');
        String name = urlDecode(equals < 0 ? each : each.substring(0, equals), jdbc);
        if (!PARAMETER.matcher(name).matches()) {
          throw new IllegalArgumentException("No parameter, but perhaps part of a password");
        }
        putParameter(
            parameters, name, equals < 0 ? "" : urlDecode(each.substring(equals + 1), jdbc));
      }
    }
    return parameters;
  }

  private static void putParameter(Map<String, String> parameters, String name, String given) {
    String value =
        switch (name) {
          case "target_session_attrs" -> SERVER_TYPES.getOrDefault(given, given);
          case "keepalives" -> String.valueOf(!given.equals("0"));
          default -> given;
        };
    if (name.equals("host") || name.equals("port") || name.equals("dbname")) {
      throw new ConfigException(
          "BOOKBELL_DATABASE_URL has the parameter “%s”; it belongs before the question mark: postgresql://host:5432/database"
              .formatted(name.toLowerCase(Locale.ROOT)));
    }
    String known = NAMES.getOrDefault(name, name);
    checkValue(name, given, known, value);
    parameters.put(known, value);
  }

  /** Refuses what the driver would only refuse, or misunderstand, once it connects. */
  private static void checkValue(String name, String given, String known, String value) {
    Optional<DriverPropertyInfo> property =
        Arrays.stream(DriverProperties.ALL).filter(each -> each.name.equals(known)).findFirst();
    if (property.isEmpty()) {
      return; // passed on, as libpq's parameters that the driver doesn't have
    }
    String @Nullable [] choices = property.get().choices;
    String usual = property.get().value;
    if (choices != null) {
      boolean isList = known.equals("requireAuth");
      List<String> values = isList ? List.of(value.split(",", -1)) : List.of(value);
      if (!values.stream().allMatch(each -> isOneOf(choices, each.strip()))) {
        throw invalidParameter(name, given, "one of " + describeChoices(name, choices));
      }
    } else if (usual != null
        && WHOLE_NUMBER.matcher(usual).matches()
        && !WHOLE_NUMBER.matcher(value).matches()) {
      throw invalidParameter(name, given, "a whole number");
    }
  }

  /** What the driver says about its parameters: their choices, and their defaults as values. */
  private static final class DriverProperties {
    static final DriverPropertyInfo[] ALL = read();

    private static DriverPropertyInfo[] read() {
      String url = "jdbc:postgresql://localhost/";
      try {
        return DriverManager.getDriver(url).getPropertyInfo(url, new Properties());
      } catch (SQLException e) {
        throw new IllegalStateException("The driver of PostgreSQL is missing", e);
      }
    }
  }

  private static boolean isOneOf(String[] choices, String value) {
    return Arrays.stream(choices).anyMatch(value::equalsIgnoreCase);
  }

  private static String describeChoices(String name, String[] choices) {
    return name.equals("target_session_attrs")
        ? "any, primary, " + String.join(", ", new TreeSet<>(SERVER_TYPES.keySet()))
        : String.join(", ", choices);
  }

  private static ConfigException invalidParameter(String name, String given, String expected) {
    return new ConfigException(
        "BOOKBELL_DATABASE_URL has %s=“%s”; expected %s"
            .formatted(name, SecretRedactor.redactValue(given), expected));
  }

  private static String buildJdbcUrl(
      String hosts, @Nullable String db, Map<String, String> parameters) {
    String more =
        parameters.entrySet().stream()
            .map(each -> urlEncode(each.getKey()) + "=" + urlEncode(each.getValue()))
            .collect(joining("&"));
    return "jdbc:postgresql://%s/%s%s"
        .formatted(
            hosts,
            db == null ? "" : urlEncode(urlDecode(db, false)),
            more.isEmpty() ? "" : "?" + more);
  }

  private static String urlEncode(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "DatabaseUrl[" + SecretRedactor.redactText(jdbc) + "]";
  }
}
