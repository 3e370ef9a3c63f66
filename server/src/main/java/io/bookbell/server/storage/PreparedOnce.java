package io.bookbell.server.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import org.jooq.tools.jdbc.DefaultConnection;
import org.jooq.tools.jdbc.DefaultPreparedStatement;

/**
 * A connection that keeps its statements for the next time their text comes: SQLite's driver
 * compiles a statement each time it is prepared, which can take longer than to run it. For one
 * thread.
 */
final class PreparedOnce extends DefaultConnection {
  private static final int MOST_KEPT = 128;

  /** A longer text is that of a long list, and such a list is not often as long again. */
  private static final int LONGEST_KEPT = 4_000;

  /** Statements that nobody uses, those used least recently first. */
  private final LinkedHashMap<String, PreparedStatement> kept = new LinkedHashMap<>();

  PreparedOnce(Connection connection) {
    super(connection);
  }

  @Override
  public PreparedStatement prepareStatement(String sql) throws SQLException {
    if (sql.length() > LONGEST_KEPT) {
      return super.prepareStatement(sql);
    }
    PreparedStatement idle = kept.remove(sql);
    return new Lent(sql, idle == null ? super.prepareStatement(sql) : idle);
  }

  private void keep(String sql, PreparedStatement statement) throws SQLException {
    // Its parameters stay: whoever uses it next sets them all, and SQLite compiles joins anew after
    // they were cleared.
    PreparedStatement twin = kept.put(sql, statement);
    if (twin != null) {
      twin.close();
    } else if (kept.size() > MOST_KEPT) {
      kept.pollFirstEntry().getValue().close();
    }
  }

  /** A statement while it is used. */
  private final class Lent extends DefaultPreparedStatement {
    private final String sql;
    private boolean givenBack;

    Lent(String sql, PreparedStatement statement) {
      super(statement);
      this.sql = sql;
    }

    @Override
    public void close() throws SQLException {
      if (!givenBack) {
        givenBack = true;
        keep(sql, getDelegatePreparedStatement());
      }
    }
  }
}
