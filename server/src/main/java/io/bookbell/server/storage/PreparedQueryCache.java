package io.bookbell.server.storage;

import java.util.HashMap;
import java.util.Map;
import org.jooq.DSLContext;
import org.jooq.Query;

/** The prepared queries that a connection has run. Confined to one thread. */
public final class PreparedQueryCache {
  private final Map<PreparedQuery<?, ?>, PreparedQuery.BoundQuery<?, ?>> kept = new HashMap<>();
  private final DSLContext sql;

  public PreparedQueryCache(DSLContext sql) {
    this.sql = sql;
  }

  @SuppressWarnings("unchecked") // each key maps to the bound query that it created
  <A, Q extends Query> Q bindQuery(PreparedQuery<A, Q> preparedQuery, A source) {
    return ((PreparedQuery.BoundQuery<A, Q>)
            kept.computeIfAbsent(preparedQuery, each -> each.renderForReuse(sql)))
        .bindValues(source);
  }
}
