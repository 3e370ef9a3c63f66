package io.bookbell.server.storage.postgres;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookbell.server.config.ServerConfig.StorageConfig;
import io.bookbell.server.storage.DatabaseException;
import io.bookbell.server.support.TestDatabase;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** Detects a pooler between Bookbell and PostgreSQL that breaks sessions. */
class PostgresCheckTest {
  private static final String LIMITS = "-c statement_timeout=5000 -c lock_timeout=700";

  @TempDir Path folder;

  private PGSimpleDataSource source;

  @BeforeEach
  void create() {
    var storage =
        (StorageConfig.PostgresConfig) TestDatabase.POSTGRESQL.createWithoutSchema(folder);
    source = new PGSimpleDataSource();
    source.setUrl(storage.url());
    source.setUser(storage.user());
    source.setOptions(LIMITS);
  }

  @Test
  void sessionsOfTheirOwnWithTheirLimitsAreAccepted() {
    assertThatCode(() -> PostgresCheck.requireUsable(transactional(source), LIMITS))
        .doesNotThrowAnyException();
  }

  @Test
  void droppedOptionsAreNoticed() {
    source.setOptions("");

    assertThatThrownBy(() -> PostgresCheck.requireUsable(transactional(source), LIMITS))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("PgBouncer")
        .hasMessageContaining("statement_timeout is 0 and not 5000");
  }

  @Test
  void oneSessionBehindTwoConnectionsIsNoticed() throws SQLException {
    try (Connection one = transactional(source).getConnection()) {
      DataSource pooler = stand(DataSource.class, (_, _) -> keptOpen(one));

      assertThatThrownBy(() -> PostgresCheck.requireUsable(pooler, LIMITS))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("pool_mode=transaction");
    }
  }

  private static Connection keptOpen(Connection connection) {
    return stand(
        Connection.class,
        (name, arguments) ->
            switch (name) {
              case "close" -> null;
              case "commit" -> {
                connection.commit();
                yield null;
              }
              case "createStatement" -> connection.createStatement();
              default -> throw new UnsupportedOperationException(name);
            });
  }

  private static DataSource transactional(DataSource source) {
    return stand(
        DataSource.class,
        (_, _) -> {
          Connection connection = source.getConnection();
          connection.setAutoCommit(false);
          return connection;
        });
  }

  private interface Call {
    Object of(String name, Object[] arguments) throws Exception;
  }

  private static <T> T stand(Class<T> type, Call call) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> call.of(method.getName(), arguments)));
  }
}
