package io.bookbell.server.storage;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.jooq.DSLContext;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * The clock of transactions; quota periods and expiries depend on it. Nodes that share a PostgreSQL
 * use its clock, so they agree on the current month.
 */
@FunctionalInterface
public interface TimeSource {
  DataType<Instant> STORED = SQLDataType.BIGINT.asConvertedDataType(new InstantConverter());

  Instant now(DSLContext sql);

  /** The current time as an expression in a statement, which saves a query. */
  default Field<Instant> nowField(DSLContext sql) {
    return DSL.val(now(sql), STORED);
  }

  /** The clock of this process, for SQLite and for tests that set the time. */
  static TimeSource of(InstantSource clock) {
    return sql -> clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  /** PostgreSQL's clock at the moment of the call. */
  static TimeSource ofPostgres() {
    Field<Instant> clock =
        DSL.field("(extract(epoch from clock_timestamp()) * 1000)::bigint", STORED);
    return new TimeSource() {
      @Override
      public Instant now(DSLContext sql) {
        return sql.select(clock).fetchSingle().value1();
      }

      @Override
      public Field<Instant> nowField(DSLContext sql) {
        return clock;
      }
    };
  }
}
