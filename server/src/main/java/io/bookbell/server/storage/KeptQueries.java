package io.bookbell.server.storage;

import java.util.HashMap;
import java.util.Map;
import org.jooq.DSLContext;
import org.jooq.Query;

/** The statements that a connection has run and keeps. For one thread. */
final class KeptQueries {
  private final Map<Prepared<?, ?>, Prepared.Kept<?, ?>> kept = new HashMap<>();
  private final DSLContext sql;

  KeptQueries(DSLContext sql) {
    this.sql = sql;
  }

  @SuppressWarnings("unchecked") // beside a statement lies nothing but what it has made
  <A, Q extends Query> Q query(Prepared<A, Q> prepared, A source) {
    return ((Prepared.Kept<A, Q>) kept.computeIfAbsent(prepared, each -> each.keep(sql)))
        .with(source);
  }
}
