package io.bookbell.server.storage;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/**
 * Where a transaction's time comes from: quota periods and expiries follow it. Nodes that share a
 * PostgreSQL share its clock, so they agree on which month it is.
 */
@FunctionalInterface
public interface TimeSource {
  Instant now(DSLContext sql);

  /** The clock of this process: what SQLite uses, and tests that need to set the time. */
  static TimeSource of(InstantSource clock) {
    return sql -> clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  /** PostgreSQL's clock at the moment of the call. */
  static TimeSource postgres() {
    var millis = DSL.field("(extract(epoch from clock_timestamp()) * 1000)::bigint", Long.class);
    return sql -> Instant.ofEpochMilli(sql.select(millis).fetchSingle().value1());
  }
}
