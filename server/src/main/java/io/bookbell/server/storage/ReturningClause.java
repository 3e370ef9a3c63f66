package io.bookbell.server.storage;

import java.util.List;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.ResultQuery;
import org.jooq.RowCountQuery;
import org.jooq.impl.DSL;

/**
 * Adds the database's own {@code RETURNING} to an insert, update or delete. jOOQ's {@code
 * returning} instead queries SQLite for the last generated id, which after an upsert can be the row
 * of another statement; so don't use it.
 */
final class ReturningClause {
  private ReturningClause() {}

  /** The written rows, in no particular order. */
  static ResultQuery<Record> returningRows(
      DSLContext sql, RowCountQuery statement, List<Field<?>> fields) {
    return sql.resultQuery("{0} returning {1}", statement, fieldList(fields)).coerce(fields);
  }

  /** One field of the written rows, in no particular order. */
  static <T> ResultQuery<Record1<T>> returningField(
      DSLContext sql, RowCountQuery statement, Field<T> field) {
    return sql.resultQuery("{0} returning {1}", statement, fieldList(List.of(field))).coerce(field);
  }

  private static Field<?> fieldList(List<Field<?>> fields) {
    return DSL.field(
        "{0}",
        DSL.list(fields.stream().map(field -> DSL.field(field.getUnqualifiedName())).toList()));
  }
}
