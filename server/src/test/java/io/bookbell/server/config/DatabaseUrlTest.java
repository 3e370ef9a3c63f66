package io.bookbell.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "postgres://user:p%40ss@host/db?sslmode=require, jdbc:postgresql://host/db?sslmode=require, user, p@ss",
        "postgresql://user@host:5433/db, jdbc:postgresql://host:5433/db, user, -",
        "POSTGRES://host/db, jdbc:postgresql://host/db, -, -",
        "postgres://u:a+b%2Fc%3Ad@[::1]:5432/db, jdbc:postgresql://[::1]:5432/db, u, a+b/c:d",
        "postgres://u:p:q@one:1%2C2/db, -, -, -",
        "postgres:///db, jdbc:postgresql://localhost/db, -, -",
        "postgres://host, jdbc:postgresql://host/, -, -",
        "postgres://host/my%20books, jdbc:postgresql://host/my+books, -, -",
        "postgres://host/db?user=ann&password=p%26q, jdbc:postgresql://host/db, ann, p&q",
        "postgres://host/db?target_session_attrs=read-write&connect_timeout=3, jdbc:postgresql://host/db?targetServerType=primary&connectTimeout=3, -, -",
        "jdbc:postgresql://host/db?user=ann&password=p+q, jdbc:postgresql://host/db, ann, p q",
        "jdbc:postgresql://ann:p%40q@host/db, jdbc:postgresql://host/db, ann, p@q",
      })
  void aUrlIsSplitIntoJdbcUrlUserAndPassword(
      String url, String jdbc, String user, String password) {
    if (jdbc == null) {
      assertThatThrownBy(() -> DatabaseUrl.parse(url)).isInstanceOf(ConfigException.class);
      return;
    }
    DatabaseUrl parsed = DatabaseUrl.parse(url);

    assertThat(parsed.jdbc()).isEqualTo(jdbc);
    assertThat(parsed.user().orElse(null)).isEqualTo(user);
    assertThat(parsed.password().orElse(null)).isEqualTo(password);
    assertThat(parsed.toString()).doesNotContain("p@");
  }

  @Test
  void aUrlMayNameSeveralHosts() {
    assertThat(DatabaseUrl.parse("postgres://u:hush@one:1,[::2]:2,three/db").jdbc())
        .isEqualTo("jdbc:postgresql://one:1,[::2]:2,three/db");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mysql://u:hush@h/db",
        "h/db?password=hush",
        "postgres://u:hush@h:0/db",
        "postgres://u:hush@h:99999/db",
        "postgres://u:hush@h:x/db",
        "postgres://u:hush%zz@h/db",
        "postgres://u:hu/hush@h/db",
        "postgres://u:hush@h h/db",
        "postgres://u:hush@%2Frun%2Fpostgresql/db",
        "postgres://u:hush@h/db?host=/run",
        "postgresql://bookbell:4711/hush@127.0.0.1/bookbell",
        "postgresql://bookbell:4711?hush@127.0.0.1/bookbell",
        "postgresql://bookbell:4711?sslmode=hush@127.0.0.1/bookbell",
        "jdbc:postgresql:hush"
      })
  void anInvalidUrlIsRefusedWithoutShowingThePassword(String url) {
    assertThatThrownBy(
            () ->
                ServerConfigReader.readConfig(
                    Map.of("BOOKBELL_DATABASE_URL", url), Path.of("nowhere"), Path.of("data")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("BOOKBELL_DATABASE_URL")
        .hasMessageNotContaining(url.startsWith("jdbc") ? "never" : "hush");
  }

  @ParameterizedTest
  @CsvSource({
    "connect_timeout=abc, connect_timeout=“abc”; expected a whole number",
    "prepareThreshold=x, prepareThreshold=“x”; expected a whole number",
    "sslmode=foo, 'sslmode=“foo”; expected one of disable, allow,'",
    "target_session_attrs=foo, 'target_session_attrs=“foo”; expected one of any, primary, prefer-standby,'",
    "channel_binding=maybe, channel_binding=“maybe”; expected one of disable",
    "require_auth=md6, require_auth=“md6”; expected one of"
  })
  void aParameterWithAnInvalidValueIsNamed(String parameter, String told) {
    assertThatThrownBy(() -> DatabaseUrl.parse("postgres://host/db?" + parameter))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("BOOKBELL_DATABASE_URL has " + told);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sslmode=verify-full",
        "target_session_attrs=prefer-standby",
        "require_auth=scram-sha-256,md5",
        "keepalives=1",
        "keepalives_idle=60",
        "options=-c%20search_path%3Dbooks",
        "ApplicationName=a%20b"
      })
  void parametersWithValidValuesArePassedOn(String parameter) {
    assertThat(DatabaseUrl.parse("postgres://host/db?" + parameter).jdbc())
        .startsWith("jdbc:postgresql://host/db?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/abc", "/1/2", "/99999999999", "/-1"})
  void anInvalidNumberOfARedisDatabaseIsRefused(String path) {
    assertThatThrownBy(() -> redis(path))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("BOOKBELL_REDIS_URL is “redis://h:6379" + path);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "/0", "/15"})
  void aNumberOfARedisDatabaseIsAccepted(String path) {
    assertThat(redis(path).redis().orElseThrow().uri().getPath()).isEqualTo(path);
  }

  private static ServerConfig redis(String path) {
    return ServerConfigReader.readConfig(
        Map.of(
            "BOOKBELL_DATABASE_URL",
            "postgres://h/db",
            "BOOKBELL_REDIS_URL",
            "redis://h:6379" + path),
        Path.of("nowhere"),
        Path.of("data"));
  }

  @Test
  void settingsOfTheirOwnFillWhatTheAddressLeavesOut() {
    var settings =
        Map.of(
            "BOOKBELL_DATABASE_URL", "postgres://ann@h/db",
            "BOOKBELL_DATABASE_USER", "ben",
            "BOOKBELL_DATABASE_PASSWORD", "hush");

    assertThat(
            ServerConfigReader.readConfig(settings, Path.of("nowhere"), Path.of("data")).storage())
        .isEqualTo(
            new ServerConfig.StorageConfig.PostgresConfig("jdbc:postgresql://h/db", "ann", "hush"));
  }
}
