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
final class StatementCachingConnection extends DefaultConnection {
  private static final int MOST_KEPT = 128;

  /** A longer text is that of a long list, and such a list is not often as long again. */
  private static final int LONGEST_KEPT = 4_000;

  /**
   * By text, those used least recently first. A text is kept as it came first: to keep each that
   * comes would have all of them grow old, only to be thrown away.
   */
  private final LinkedHashMap<String, CachedStatement> kept = new LinkedHashMap<>(16, 0.75f, true);

  StatementCachingConnection(Connection connection) {
    super(connection);
  }

  @Override
  public PreparedStatement prepareStatement(String sql) throws SQLException {
    if (sql.length() > LONGEST_KEPT) {
      return super.prepareStatement(sql);
    }
    CachedStatement known = kept.get(sql);
    if (known != null) {
      return known.lent ? super.prepareStatement(sql) : known.borrowStatement();
    }
    CachedStatement first = new CachedStatement(super.prepareStatement(sql));
    kept.put(sql, first);
    if (kept.size() > MOST_KEPT) {
      kept.pollFirstEntry().getValue().evictStatement();
    }
    return first.borrowStatement();
  }

  private static final class CachedStatement {
    private final PreparedStatement statement;
    private boolean lent;
    private boolean forgotten;

    CachedStatement(PreparedStatement statement) {
      this.statement = statement;
    }

    PreparedStatement borrowStatement() {
      lent = true;
      return new BorrowedStatement(this);
    }

    /**
     * Its parameters stay: who uses it next sets them all, and SQLite compiles joins anew after
     * they were cleared.
     */
    void returnStatement() throws SQLException {
      lent = false;
      if (forgotten) {
        statement.close();
      }
    }

    void evictStatement() throws SQLException {
      forgotten = true;
      if (!lent) {
        statement.close();
      }
    }
  }

  /** A statement while it is used. */
  private static final class BorrowedStatement extends DefaultPreparedStatement {
    private final CachedStatement cachedStatement;
    private boolean givenBack;

    BorrowedStatement(CachedStatement cachedStatement) {
      super(cachedStatement.statement);
      this.cachedStatement = cachedStatement;
    }

    @Override
    public void close() throws SQLException {
      if (!givenBack) {
        givenBack = true;
        cachedStatement.returnStatement();
      }
    }
  }
}
