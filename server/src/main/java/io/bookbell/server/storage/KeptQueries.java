package io.bookbell.server.storage;

import static org.jooq.impl.DSL.field;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jooq.DSLContext;
import org.jooq.Query;
import org.jooq.Record1;
import org.jooq.Select;
import org.jooq.impl.SQLDataType;

/** The statements that a connection has run and keeps. For one thread. */
final class KeptQueries {
  private static final Prepared<Object, Select<Record1<Long>>> LAST_NUMBER =
      Prepared.of(
          (sql, _) -> sql.select(field("last_insert_rowid()", SQLDataType.BIGINT.notNull())));

  private final Map<Prepared<?, ?>, Prepared.Kept<?, ?>> kept = new HashMap<>();
  private final DSLContext sql;

  KeptQueries(DSLContext sql) {
    this.sql = sql;
  }

  /**
   * Of the rows of an insert SQLite tells the last one's number. There is no other writer, so those
   * before it have the numbers before it.
   */
  <A> List<Long> insert(Prepared<A, ? extends Query> insert, A source) {
    int rows = query(insert, source).execute();
    long last = query(LAST_NUMBER, insert).fetchSingle().value1();
    return LongStream.rangeClosed(last - rows + 1, last).boxed().toList();
  }

  @SuppressWarnings("unchecked") // beside a statement lies nothing but what it has made
  <A, Q extends Query> Q query(Prepared<A, Q> prepared, A source) {
    return ((Prepared.Kept<A, Q>) kept.computeIfAbsent(prepared, each -> each.keep(sql)))
        .with(source);
  }
}
