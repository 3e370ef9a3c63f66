package io.bookbell.server.storage.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** How the statements of a session get to its database. Confined to the session's thread. */
interface StatementSender {
  boolean isPostgres();

  /**
   * Runs statements in their order and reads their answers. If one fails, those behind it don't
   * run.
   *
   * @param session that the statements belong to
   */
  void send(List<QueuedStatement> statements, SqlSession session) throws SQLException;

  /** Column indexes by name; empty if the driver has to resolve names itself. */
  Map<String, Integer> columnPlaces(String sql, ResultSet result) throws SQLException;
}
