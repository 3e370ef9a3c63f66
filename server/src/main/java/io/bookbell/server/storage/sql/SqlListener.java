package io.bookbell.server.storage.sql;

import io.bookbell.server.storage.sql.SqlSession.ExecutedStatement;
import java.util.List;

/** Is told of statements, on the session's thread. */
@FunctionalInterface
public interface SqlListener {
  SqlListener NONE = _ -> {};

  /**
   * Called before statements are sent.
   *
   * @param together those that are sent in one round trip
   */
  void beforeSend(List<ExecutedStatement> together);
}
