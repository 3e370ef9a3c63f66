package io.bookbell.server.storage;

import java.util.HashMap;
import java.util.Map;
import org.jooq.DSLContext;
import org.jooq.Query;

/** The statements that a connection has run and keeps. For one thread. */
final class PreparedQueryCache {
  private final Map<PreparedQuery<?, ?>, PreparedQuery.BoundQuery<?, ?>> kept = new HashMap<>();
  private final DSLContext sql;

  PreparedQueryCache(DSLContext sql) {
    this.sql = sql;
  }

  @SuppressWarnings("unchecked") // beside a statement lies nothing but what it has made
  <A, Q extends Query> Q bindQuery(PreparedQuery<A, Q> preparedQuery, A source) {
    return ((PreparedQuery.BoundQuery<A, Q>)
            kept.computeIfAbsent(preparedQuery, each -> each.renderForReuse(sql)))
        .bindValues(source);
  }
}
