package io.bookbell.server.storage.sqlite;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import org.jooq.tools.jdbc.DefaultConnection;
import org.jooq.tools.jdbc.DefaultPreparedStatement;

/**
 * A connection that caches prepared statements by their SQL text: SQLite's driver compiles a
 * statement each time it is prepared, which can take longer than running it. Confined to one
 * thread.
 */
final class StatementCachingConnection extends DefaultConnection {
  private static final int MOST_KEPT = 128;

  /** Longer texts contain long lists, whose length rarely recurs. */
  private static final int LONGEST_KEPT = 4_000;

  /**
   * Statements by text, least recently used first. The first String of each text stays the key:
   * replacing it on each use would promote every new String to the old generation, only to discard
   * it.
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
     * Returns the statement to the cache. Its parameters are not cleared: the next user sets all of
     * them, and SQLite recompiles joins after they were cleared.
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

  /** A statement while it is in use; closing it returns it to the cache. */
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
